#pragma once
// An IP address as its sixteen bytes; IPv4 in its IPv6 clothes (::ffff:a.b.c.d), so that both spellings are one
// address.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace candid::track {

struct IpAddress {
  std::array<uint8_t, 16> bytes{};
  bool operator==(const IpAddress&) const = default;

  bool is_v4() const;
  std::string text() const;  // "203.0.113.7", "2001:db8::1"
};

// Without a port, a zone or brackets; nothing for what is no address.
std::optional<IpAddress> parse_ip_address(std::string_view text);

// As URLs have it: "203.0.113.7:80", and "[2001:db8::1]:80", which has colons of its own.
std::string with_port(std::string_view address, uint16_t port);

// The first `bits` of the sixteen bytes; the rest zero.
IpAddress masked(IpAddress address, int bits);
// What one customer has of it: all of IPv4, the first 64 bits of IPv6; the rest zero.
IpAddress customer_of(const IpAddress& address);
// Bits that come before an IPv4 address.
inline constexpr int kMappedBits = 96;

}  // namespace candid::track
