#pragma once
// How fast one transfer goes on this line, learned from those that ended. Internal to upload.
//
// Parts are what makes a cut cheap, and requests are what they cost: on a line that brings 20 MB over in a fifth of a
// second, three parts with their beginning and end take half as long again as one request does.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>

#include "core/pause.h"

namespace candid::upload {

// Thread-safe.
class LineSpeed {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  // `time` is what transfers are measured by; it outlives this.
  explicit LineSpeed(const Pause& time) : time_(time) {}

  Moment now() const { return time_.now(); }
  // `bytes` have just arrived, with all that was repeated.
  void learn(uint64_t bytes, Moment began);
  // Bytes that one request should bring over in two seconds, so that a cut costs no more than those: from `least` (slow
  // lines) to `most`. While nothing is known the first who asks goes ahead, with `least`; who asks meanwhile waits for
  // what that one learns, for those two seconds at most: a line that takes longer is a slow one.
  uint64_t worth_of_one_request(uint64_t least, uint64_t most, const std::stop_token& stop);

 private:
  const Pause& time_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable_any learned_;
  std::optional<Moment> asked_at_{};
  double bytes_per_second_ = 0;
};

}  // namespace candid::upload
