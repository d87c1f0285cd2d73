#pragma once
// A store's clock, as the Date of its last answer told: the store tells by it how old files and uploads are. Internal
// to upload.

#include <atomic>

#include "core/time.h"
#include "net/retry.h"

namespace candid::upload {

// Thread-safe. The clock that is given is ours, and outlives it.
class ServerClock {
 public:
  explicit ServerClock(const Clock& ours) : ours_(ours) {}
  void learn(const net::HttpResponse& response) {
    if (auto skew = net::clock_skew(response, ours_.now())) skew_ms_ = skew->count();
  }
  // What that clock shows, or showed, at a moment of ours; the end of all time is the same there.
  UtcTime at(UtcTime moment) const {
    return moment == UtcTime::max() ? moment : moment + std::chrono::milliseconds(skew_ms_.load());
  }

 private:
  const Clock& ours_;
  std::atomic<int64_t> skew_ms_ = 0;
};

}  // namespace candid::upload
