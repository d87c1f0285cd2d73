#pragma once
// Text as the bytes of a file, in the encodings that spreadsheets write.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/encoding.h"

namespace candid::test {

enum class ByteOrder { Little, Big };

// Text of the Basic Multilingual Plane as UTF-16, without a mark.
inline std::string utf16(std::u16string_view text, ByteOrder order) {
  std::string bytes;
  for (char16_t unit : text) {
    char high = static_cast<char>(unit >> 8);
    char low = static_cast<char>(unit & 0xFF);
    bytes += order == ByteOrder::Big ? high : low;
    bytes += order == ByteOrder::Big ? low : high;
  }
  return bytes;
}

}  // namespace candid::test
