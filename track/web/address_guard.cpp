#include "track/web/address_guard.h"

namespace candid::track {
namespace {

std::string key_of(const IpAddress& sender) {
  const IpAddress counted = customer_of(sender);
  return {counted.bytes.begin(), counted.bytes.end()};
}

}  // namespace

std::optional<std::chrono::seconds> AddressGuard::wait(const IpAddress& sender) const {
  return misses_.wait(key_of(sender));
}

void AddressGuard::count_miss(const IpAddress& sender) {
  misses_.add(key_of(sender));
}

}  // namespace candid::track
