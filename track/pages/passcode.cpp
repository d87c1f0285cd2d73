#include "track/pages/passcode.h"

#include <array>

#include <sodium.h>

#include "core/text.h"

namespace candid::track {
namespace {

constexpr size_t kShortest = 4;
constexpr size_t kLongest = 64;

// As it was meant: without white space around it, and with one spelling for each letter.
std::string as_meant(std::string_view passcode) {
  return normalize(trim(passcode));
}

size_t characters(std::string_view utf8) {
  size_t count = 0;
  for (char byte : utf8) count += (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
  return count;
}

bool sodium_is_ready() {
  static const bool ready = sodium_init() >= 0;
  return ready;
}

}  // namespace

Result<std::string> hash_passcode(std::string_view passcode) {
  if (!is_valid_utf8(passcode)) return fail(ErrorKind::InvalidInput, "the passcode is not UTF-8 text");
  std::string meant = as_meant(passcode);
  size_t length = characters(meant);
  if (length < kShortest || length > kLongest) {
    return fail(ErrorKind::InvalidInput, "a passcode has 4 to 64 characters", "white space around it does not count");
  }
  if (!sodium_is_ready()) return fail(ErrorKind::Internal, "libsodium cannot be used (sodium_init)");
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  int failed = crypto_pwhash_str_alg(hash.data(), meant.data(), meant.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                     crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13);
  sodium_memzero(meant.data(), meant.size());
  if (failed != 0) return fail(ErrorKind::NoSpace, "there is no memory to hash the passcode (64 MiB are needed)");
  return std::string(hash.data());
}

bool passcode_matches(std::string_view passcode, const std::string& hash) {
  if (!sodium_is_ready() || !is_valid_utf8(passcode)) return false;
  std::string meant = as_meant(passcode);
  // libsodium reads as many bytes as its longest text has.
  std::array<char, crypto_pwhash_STRBYTES> padded{};
  if (hash.empty() || hash.size() >= padded.size()) return false;
  hash.copy(padded.data(), hash.size());
  bool matches = crypto_pwhash_str_verify(padded.data(), meant.data(), meant.size()) == 0;
  sodium_memzero(meant.data(), meant.size());
  return matches;
}

}  // namespace candid::track
