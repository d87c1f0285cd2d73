#pragma once
// How fast one transfer goes on this line, learned from those that ended. Internal to upload.
//
// Parts are what makes a cut cheap, and requests are what they cost: on a line that brings 20 MB over in a fifth of a
// second, three parts with their beginning and end take half as long again as one request does.

#include <atomic>
#include <chrono>
#include <cstdint>

namespace candid::upload {

// Thread-safe.
class LineSpeed {
 public:
  // `bytes` took so long, with all that was repeated.
  void learn(uint64_t bytes, std::chrono::steady_clock::duration took);
  // Bytes that one request should bring over in two seconds, so that a cut costs no more than those: from `least`
  // (before anything is known, and on slow lines) to `most`.
  uint64_t worth_of_one_request(uint64_t least, uint64_t most) const;

 private:
  std::atomic<double> bytes_per_second_ = 0;
};

}  // namespace candid::upload
