#include "net/rate_limiter.h"

#include <algorithm>

namespace candid::net {
namespace {

// What may go at once after a rest.
constexpr std::chrono::milliseconds kBucket{250};

}  // namespace

RateLimiter::RateLimiter(uint64_t bytes_per_second, Pause& pause)
    : rate_(std::max<uint64_t>(bytes_per_second, 1)), pause_(pause) {}

// free_at_ is when the last byte that was promised would leave at the exact rate. Places are given out in the order of
// calls; the waiting is done outside the lock, side by side.
bool RateLimiter::take(uint64_t bytes, const std::stop_token& stop) {
  std::chrono::steady_clock::duration wait{};
  {
    std::lock_guard lock(mutex_);
    auto now = pause_.now();
    auto cost = std::chrono::duration_cast<std::chrono::steady_clock::duration>(
        std::chrono::duration<double>(static_cast<double>(bytes) / static_cast<double>(rate_)));
    free_at_ = std::max(free_at_, now) + cost;
    wait = free_at_ - now - kBucket;
  }
  if (wait <= wait.zero()) return !stop.stop_requested();
  return pause_.wait(std::chrono::ceil<std::chrono::milliseconds>(wait), stop);
}

}  // namespace candid::net
