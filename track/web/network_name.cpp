#include "track/web/network_name.h"

namespace candid::track {

std::string network_name(const IpAddress& address) {
  if (address.is_v4()) return masked(address, kMappedBits + 24).text() + "/24";
  return masked(address, 48).text() + "/48";
}

}  // namespace candid::track
