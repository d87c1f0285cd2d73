#pragma once
// What is put: bytes in memory or a file, whole or by the stretch. Internal to upload.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/digest.h"
#include "core/error.h"
#include "net/http.h"

namespace candid::upload {

// Borrows the bytes. For one thread.
class ObjectContent {
 public:
  explicit ObjectContent(std::span<const uint8_t> bytes) : source_(bytes), size_(bytes.size()) {}
  static Result<ObjectContent> of_file(const std::filesystem::path& file);

  uint64_t size() const { return size_; }
  // Null for bytes in memory.
  const std::filesystem::path* file() const { return std::get_if<std::filesystem::path>(&source_); }
  // As a request's body.
  std::variant<std::string, net::FileRange> stretch(uint64_t offset, uint64_t length) const;
  Result<Sha256> sha256_of(uint64_t offset, uint64_t length) const;
  // Of the whole; computed once.
  Result<Sha256> sha256() const;
  // Whether a file is the part that `name` says (upload/part_check.h).
  Result<void> check_for(std::string_view name) const;

 private:
  ObjectContent(std::filesystem::path file, uint64_t size) : source_(std::move(file)), size_(size) {}
  std::variant<std::span<const uint8_t>, std::filesystem::path> source_;
  uint64_t size_;
  mutable std::optional<Sha256> sha256_;
};

}  // namespace candid::upload
