#pragma once
// Who guesses is made to wait: an address (IPv4, or the /64 that one IPv6 customer has) that missed 20 times within a
// minute gets no look-ups until fewer of its misses are that young. The only place that knows full addresses, in memory
// and for as long as they count.

#include "track/web/ip_address.h"
#include "track/web/minute_counter.h"

namespace candid::track {

// Thread-safe.
class AddressGuard {
 public:
  static constexpr size_t kMisses = 20;
  static constexpr size_t kAddresses = 100'000;

  explicit AddressGuard(const Clock& clock, size_t most_addresses = kAddresses)
      : misses_(kMisses, most_addresses, clock) {}

  // Nothing for an address that may ask.
  std::optional<std::chrono::seconds> wait(const IpAddress& sender) const;
  void count_miss(const IpAddress& sender);
  size_t addresses() const { return misses_.keys(); }

 private:
  MinuteCounter misses_;
};

}  // namespace candid::track
