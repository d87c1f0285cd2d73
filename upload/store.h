#pragma once
// Where parts, recipes and posters live.
//
// Contract, for every backend:
// - An object appears whole or not at all; a reader never sees half of one.
// - put() of an object that is there with the same bytes changes nothing and succeeds: callers may repeat it freely.
// - Once put() returned, the object survives a crash of this machine (folder) or is acknowledged by the server.
// - remove() of what is not there succeeds.
// - NotFound, PermissionDenied and NoSpace are told apart; retryable() says whether trying again may help.
// - All functions may be called from several threads at once.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace candid::upload {

// "parts/ab/abcdef…", "recipes/ID.json": lower-case letters, digits, '.', '_', '-' and '/', never "..", never absolute.
bool is_object_name(std::string_view name);

// The object name of a part; `sha256` is 64 hexadecimal digits.
std::string part_object(std::string_view sha256);

class Store {
 public:
  virtual ~Store() = default;

  // The object's size, or nothing when it is not there.
  virtual Result<std::optional<uint64_t>> size_of(std::string_view name) = 0;
  virtual Result<void> put(std::string_view name, std::span<const uint8_t> bytes) = 0;
  // The same from a file, without holding it in memory.
  virtual Result<void> put_file(std::string_view name, const std::filesystem::path& file) = 0;
  virtual Result<std::vector<uint8_t>> get(std::string_view name) = 0;
  virtual Result<void> remove(std::string_view name) = 0;
  // For messages to people: "folder /srv/candid/store".
  virtual std::string describe() const = 0;
};

}  // namespace candid::upload
