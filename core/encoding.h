#pragma once
// Bytes as text: hexadecimal, base64url (RFC 4648 §5, no padding), and escaping for HTML and URLs.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace candid {

// A view of the text, no copy.
inline std::span<const uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string to_hex(std::span<const uint8_t> bytes);
std::optional<std::vector<uint8_t>> from_hex(std::string_view text);

std::string to_base64url(std::span<const uint8_t> bytes);
std::optional<std::vector<uint8_t>> from_base64url(std::string_view text);

// Plain base64 with padding (RFC 4648 §4), for data: URLs.
std::string to_base64(std::span<const uint8_t> bytes);

// Safe as element text and inside a quoted attribute.
std::string escape_html(std::string_view text);

// RFC 3986: everything but unreserved characters becomes %XX.
std::string percent_encode(std::string_view text);

}  // namespace candid
