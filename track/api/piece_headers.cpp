#include "track/api/piece_headers.h"

#include <charconv>

#include <fmt/format.h>

#include "core/encoding.h"

namespace candid::track {
namespace {

constexpr std::string_view kDigits = "0123456789";

std::optional<uint64_t> parse_number(std::string_view text) {
  if (text.empty() || text.find_first_not_of(kDigits) != std::string_view::npos) return std::nullopt;
  uint64_t value = 0;
  auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  return status == std::errc{} ? std::optional(value) : std::nullopt;
}

// Splits at the first `mark`; the second half is nothing when there is none.
std::pair<std::string_view, std::optional<std::string_view>> split(std::string_view text, char mark) {
  size_t at = text.find(mark);
  if (at == std::string_view::npos) return {text, std::nullopt};
  return {text.substr(0, at), text.substr(at + 1)};
}

std::string_view strip_blanks(std::string_view text) {
  size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// RFC 8941 §3.1.2.
bool is_dictionary_key(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789_-.*";
  return !text.empty() && ((text.front() >= 'a' && text.front() <= 'z') || text.front() == '*') &&
         text.find_first_not_of(kAllowed) == std::string_view::npos;
}

// Plain base64 of exactly 32 bytes in its one canonical spelling.
std::optional<Sha256> parse_base64_digest(std::string_view text) {
  constexpr size_t kLength = 44;
  if (text.size() != kLength || text.back() != '=' || text.find_first_of("-_") != std::string_view::npos) {
    return std::nullopt;
  }
  std::string url_form(text.substr(0, kLength - 1));
  std::replace(url_form.begin(), url_form.end(), '+', '-');
  std::replace(url_form.begin(), url_form.end(), '/', '_');
  auto bytes = from_base64url(url_form);
  Sha256 digest{};
  if (!bytes || bytes->size() != digest.size() || to_base64(*bytes) != text) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

}  // namespace

Result<PieceRange> parse_content_range(std::string_view header) {
  auto wrong = [] {
    return fail(ErrorKind::InvalidInput, "Content-Range is missing or makes no sense",
                "send \"bytes FIRST-LAST/SIZE\", or \"bytes */SIZE\" with an empty body");
  };
  constexpr std::string_view kUnit = "bytes ";
  if (!header.starts_with(kUnit)) return wrong();
  auto [place, total] = split(header.substr(kUnit.size()), '/');
  auto size = total ? parse_number(*total) : std::nullopt;
  if (!size) return wrong();
  if (*size > kLargestObject) {
    return fail(ErrorKind::InvalidInput, fmt::format("an object of {} bytes is larger than the server takes", *size),
                fmt::format("at most {}", kLargestObject));
  }
  if (place == "*") return PieceRange{std::nullopt, *size};
  auto [first_text, last_text] = split(place, '-');
  auto first = parse_number(first_text);
  auto last = last_text ? parse_number(*last_text) : std::nullopt;
  if (!first || !last || *last < *first || *last >= *size) return wrong();
  return PieceRange{ByteRange{*first, *last - *first + 1}, *size};
}

Result<Sha256> parse_digest_field(std::string_view field, std::string_view header) {
  auto wrong = [&](std::string_view what) {
    return fail(ErrorKind::InvalidInput, fmt::format("{} {}", field, what),
                fmt::format("send \"{}: sha-256=:BASE64:\"", field));
  };
  std::optional<Sha256> digest;
  std::optional<std::string_view> rest = header;
  while (rest) {
    auto [member, behind] = split(*rest, ',');
    rest = behind;
    auto [key, value] = split(strip_blanks(member), '=');
    if (!is_dictionary_key(key) || !value || value->size() < 2 || value->front() != ':' || value->back() != ':') {
      return wrong("is missing or makes no sense");
    }
    if (key != "sha-256") continue;
    if (digest) return wrong("holds two SHA-256 digests");
    digest = parse_base64_digest(value->substr(1, value->size() - 2));
    if (!digest) return wrong("holds no SHA-256 in base64");
  }
  if (!digest) return wrong("holds no SHA-256");
  return *digest;
}

std::string digest_field(const Sha256& digest) {
  return fmt::format("sha-256=:{}:", to_base64(digest));
}

}  // namespace candid::track
