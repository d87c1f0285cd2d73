#pragma once
// An upper bound on bytes a second over all who share it: a token bucket of a quarter of a second's worth.

#include <chrono>
#include <cstdint>
#include <mutex>
#include <stop_token>

#include "core/pause.h"

namespace candid::net {

class RateLimiter {
 public:
  explicit RateLimiter(uint64_t bytes_per_second, Pause& pause = Pause::system());
  // Returns when `bytes` may go; in the order of calls. False when stopped.
  bool take(uint64_t bytes, const std::stop_token& stop);
  uint64_t bytes_per_second() const { return rate_; }

 private:
  const uint64_t rate_;
  Pause& pause_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point free_at_{};
};

}  // namespace candid::net
