#include "track/pages/form_fields.h"

#include "core/text.h"

namespace candid::track {
namespace {

int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

}  // namespace

std::string form_decoded(std::string_view text) {
  std::string decoded;
  for (size_t at = 0; at < text.size(); ++at) {
    bool escape =
        text[at] == '%' && at + 2 < text.size() && hex_digit(text[at + 1]) >= 0 && hex_digit(text[at + 2]) >= 0;
    if (escape) {
      decoded += static_cast<char>(hex_digit(text[at + 1]) * 16 + hex_digit(text[at + 2]));
      at += 2;
    } else {
      decoded += text[at] == '+' ? ' ' : text[at];
    }
  }
  return decoded;
}

bool is_form(const HttpRequest& request) {
  return to_lower(request.header("content-type")).starts_with("application/x-www-form-urlencoded");
}

std::optional<std::string> form_field(std::string_view body, std::string_view name) {
  std::optional<std::string> found;
  for_each_pair(body, '&', [&](std::string_view field, std::string_view value) {
    if (field == name) found = form_decoded(value);
  });
  return found;
}

bool is_from_here(const HttpRequest& request, std::string_view public_url) {
  std::string_view site = request.header("sec-fetch-site");
  if (!site.empty()) return site == "same-origin" || site == "none";
  std::string_view origin = request.header("origin");
  if (origin.empty() || origin == "null" || origin == public_url) return true;
  size_t host = origin.find("://");
  return host != std::string_view::npos && origin.substr(host + 3) == request.header("host");
}

}  // namespace candid::track
