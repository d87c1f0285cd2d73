#pragma once
// Unguessable bytes, from the operating system's CSPRNG.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace candid {

// Never fails: a machine that cannot give random bytes must not make links, so that ends the program.
std::vector<uint8_t> random_bytes(size_t count);

// `bits` of randomness as base64url, e.g. 160 bits as 27 characters.
std::string random_token(size_t bits);

}  // namespace candid
