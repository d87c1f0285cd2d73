#pragma once
// What every fuzz target needs. A target is one file with LLVMFuzzerTestOneInput(): libFuzzer calls it in the preset
// "fuzz", replay.cpp in every other build. It takes any bytes, and ends the program where a claim of ours is broken.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "core/error.h"

// Returns 0, or -1 for an input that is not worth keeping.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace candid::fuzz {

inline std::string_view text_of(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Up to the next line break, which goes as well.
std::string_view take_line(std::string_view& text);

// Writes the claim to stderr and aborts: fuzzers keep the input then.
[[noreturn]] void broken(std::string_view claim);
inline void claim(bool holds, std::string_view what) {
  if (!holds) broken(what);
}

// For what a target sets up, which does not depend on the input.
template <typename T>
T must(Result<T> result) {
  if (!result) broken(result.error().describe());
  if constexpr (!std::is_void_v<T>) return std::move(result).value();
}

// Logs nothing, and puts temporary files into memory where the machine has such a folder.
void prepare_process();

}  // namespace candid::fuzz
