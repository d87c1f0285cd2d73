#include "net/url.h"

#include <algorithm>

#include "core/text.h"

namespace candid::net {
namespace {

std::string_view without_default_port(std::string_view authority, std::string_view scheme) {
  std::string_view port = scheme == "https" ? ":443" : ":80";
  if (authority.ends_with(port)) authority.remove_suffix(port.size());
  if (authority.ends_with(':')) authority.remove_suffix(1);
  return authority;
}

// 127.0.0.0/8.
bool is_loopback_address(std::string_view host) {
  if (!host.starts_with("127.")) return false;
  for (int numbers = 1;; ++numbers) {
    size_t dot = host.find('.');
    std::string_view number = host.substr(0, dot);
    bool is_number = !number.empty() && number.size() <= 3 &&
                     std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!is_number) return false;
    if (dot == std::string_view::npos) return numbers == 4;
    host.remove_prefix(dot + 1);
  }
}

}  // namespace

bool is_loopback(std::string_view authority) {
  std::string_view host = authority;
  if (host.starts_with('[')) return host.substr(0, host.find(']')) == "[::1";
  host = host.substr(0, host.find(':'));
  return ascii_lower(host) == "localhost" || is_loopback_address(host);
}

std::string ascii_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::optional<Url> split_url(std::string_view url) {
  size_t colon = url.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  Url parts;
  parts.scheme = ascii_lower(url.substr(0, colon));
  if (parts.scheme != "http" && parts.scheme != "https") return std::nullopt;
  std::string_view rest = url.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  size_t question = rest.find('?');
  if (question != std::string_view::npos) parts.query = rest.substr(question + 1);
  rest = rest.substr(0, question);
  size_t slash = rest.find('/');
  parts.path = slash == std::string_view::npos ? "/" : std::string(rest.substr(slash));
  std::string_view authority = rest.substr(0, slash);
  if (size_t at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  parts.authority = ascii_lower(without_default_port(authority, parts.scheme));
  if (parts.authority.empty()) return std::nullopt;
  return parts;
}

bool holds_login(std::string_view url) {
  size_t slashes = url.find("//");
  if (slashes == std::string_view::npos) return false;
  url.remove_prefix(slashes + 2);
  return url.substr(0, url.find('/')).find('@') != std::string_view::npos;
}

std::string printable_url(std::string_view url) {
  std::optional<Url> parts = split_url(url);
  return parts ? single_line(parts->authority + parts->path) : "an address that is not http or https";
}

}  // namespace candid::net
