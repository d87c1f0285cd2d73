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

// The same from a supply that each thread keeps, as asking for many bytes at once costs as much as for a few: for what
// is made for every request and is of no use soon after. What opens something for long takes random_token(), which has
// lain in no memory before. At most 1024 bits.
std::string passing_token(size_t bits);

}  // namespace candid
