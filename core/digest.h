#pragma once
// SHA-256 (FIPS 180-4), HMAC-SHA-256 (RFC 2104), and MD5 (RFC 1321) where a protocol asks for it, by OpenSSL's libcrypto.

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"

namespace candid {

using Sha256 = std::array<uint8_t, 32>;

class Sha256Hasher {
 public:
  Sha256Hasher();
  ~Sha256Hasher();
  Sha256Hasher(Sha256Hasher&&) noexcept;
  Sha256Hasher& operator=(Sha256Hasher&&) noexcept;

  void update(std::span<const uint8_t> bytes);
  void update(std::string_view text);
  // Length first, then the bytes: two fields can never run into each other. For keys made of several values.
  void update_field(std::string_view text);
  // Ends the hash; the hasher is spent.
  Sha256 finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Sha256 sha256(std::span<const uint8_t> bytes);
Sha256 sha256(std::string_view text);
Result<Sha256> sha256_file(const std::filesystem::path& path);
// Only to compare with what S3 calls an ETag; it protects nothing.
using Md5 = std::array<uint8_t, 16>;

struct StretchDigests {
  Sha256 sha256{};
  Md5 md5{};
};
// Of `length` bytes of a file from `offset`, read once. Corrupt when the file does not hold as many.
Result<StretchDigests> digest_stretch(const std::filesystem::path& path, uint64_t offset, uint64_t length);
Md5 md5(std::span<const uint8_t> bytes);

Sha256 hmac_sha256(std::span<const uint8_t> key, std::string_view message);

// For secrets: takes as long for the first differing byte as for the last.
bool equal_in_constant_time(std::span<const uint8_t> a, std::span<const uint8_t> b);

}  // namespace candid
