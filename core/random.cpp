#include "core/random.h"

#include <cstdlib>

#include <openssl/rand.h>

#include "core/encoding.h"

namespace candid {

std::vector<uint8_t> random_bytes(size_t count) {
  std::vector<uint8_t> bytes(count);
  if (RAND_bytes(bytes.data(), static_cast<int>(count)) != 1) std::abort();
  return bytes;
}

std::string random_token(size_t bits) {
  return to_base64url(random_bytes((bits + 7) / 8));
}

}  // namespace candid
