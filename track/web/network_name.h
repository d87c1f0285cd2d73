#pragma once
// An address cut so that it names a neighbourhood, not a person.

#include <string>

#include "track/web/ip_address.h"

namespace candid::track {

// "203.0.113.0/24" or "2001:db8:85a3::/48".
std::string network_name(const IpAddress& address);

}  // namespace candid::track
