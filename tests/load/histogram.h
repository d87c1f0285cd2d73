#pragma once
// Durations, counted in buckets of at most 1/64 of their value, so that percentiles of millions cost no memory.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace candid::load {

class Histogram {
 public:
  // A negative duration counts as none at all.
  void record(std::chrono::microseconds duration);

  uint64_t count() const { return count_; }
  std::chrono::microseconds longest() const { return longest_; }
  // What this share (0..1) of all durations did not exceed, rounded up to the end of its bucket; zero where there are
  // none.
  std::chrono::microseconds percentile(double share) const;

 private:
  std::vector<uint64_t> buckets_;
  uint64_t count_ = 0;
  std::chrono::microseconds longest_{0};
};

}  // namespace candid::load
