#include "track/web/trusted_proxies.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "core/text.h"

namespace candid::track {
namespace {

std::optional<int> parse_bits(std::string_view text, int most) {
  int bits = 0;
  auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (status != std::errc{} || end != text.data() + text.size() || bits < 0 || bits > most) return std::nullopt;
  return bits;
}

// Takes the last entry off a list "a, b, c".
std::string take_last(std::string_view& list) {
  size_t comma = list.rfind(',');
  std::string last = trim(comma == std::string_view::npos ? list : list.substr(comma + 1));
  list = comma == std::string_view::npos ? std::string_view() : list.substr(0, comma);
  return last;
}

// Some proxies add the port: "203.0.113.7:4711", "[2001:db8::1]:4711".
std::optional<IpAddress> parse_entry(std::string_view entry) {
  if (entry.starts_with('[')) {
    size_t end = entry.find(']');
    return end == std::string_view::npos ? std::nullopt : parse_ip_address(entry.substr(1, end - 1));
  }
  if (auto address = parse_ip_address(entry)) return address;
  size_t colon = entry.find(':');
  bool one_colon = colon != std::string_view::npos && entry.find(':', colon + 1) == std::string_view::npos;
  return one_colon ? parse_ip_address(entry.substr(0, colon)) : std::nullopt;
}

}  // namespace

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& networks) {
  TrustedProxies proxies;
  for (const std::string& given : networks) {
    std::string text = trim(given);
    size_t slash = text.find('/');
    auto address = parse_ip_address(std::string_view(text).substr(0, slash));
    // "::ffff:10.0.0.0/104" counts bits of all sixteen bytes, "10.0.0.0/8" only those of the four.
    bool dotted = address && address->is_v4() && text.find(':') == std::string::npos;
    std::optional<int> bits = dotted ? 32 : 128;
    if (slash != std::string::npos) bits = parse_bits(std::string_view(text).substr(slash + 1), *bits);
    if (!address || !bits) {
      return fail(ErrorKind::InvalidInput,
                  fmt::format("trusted proxy: \"{}\" is not an address or a network", shorten(given, 60)),
                  "127.0.0.1, 10.0.0.0/8 or ::1");
    }
    int all_bits = dotted ? kMappedBits + *bits : *bits;
    proxies.networks_.push_back({masked(*address, all_bits), all_bits});
  }
  return proxies;
}

bool TrustedProxies::contains(const IpAddress& address) const {
  return std::any_of(networks_.begin(), networks_.end(),
                     [&](const Network& network) { return masked(address, network.bits) == network.first; });
}

IpAddress TrustedProxies::sender(const IpAddress& peer, std::string_view forwarded_for) const {
  IpAddress last = peer;
  while (contains(last) && !forwarded_for.empty()) {
    auto before = parse_entry(take_last(forwarded_for));
    if (!before) break;
    last = *before;
  }
  return last;
}

bool TrustedProxies::is_https(const IpAddress& peer, std::string_view forwarded_proto) const {
  return contains(peer) && to_lower(take_last(forwarded_proto)) == "https";
}

}  // namespace candid::track
