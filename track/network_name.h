#pragma once
// An address cut so that it names a neighbourhood, not a person.

#include <string>
#include <string_view>

namespace candid::track {

// "203.0.113.0/24" or "2001:db8:85a3::/48"; empty for what is no IP address. IPv4 in IPv6 clothes counts as IPv4.
std::string network_name(std::string_view address);

}  // namespace candid::track
