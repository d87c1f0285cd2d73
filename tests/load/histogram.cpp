#include "tests/load/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace candid::load {
namespace {

// Values below 2 * kSteps have a bucket each; from there on each doubling has kSteps, as wide as 1/64 of its begin.
constexpr uint64_t kSteps = 64;

int doublings(uint64_t value) {
  // Some libraries return the value's type here, some int.
  return std::max(0, static_cast<int>(std::bit_width(value)) - static_cast<int>(std::bit_width(2 * kSteps - 1)));
}

size_t bucket_of(uint64_t value) {
  const int shift = doublings(value);
  return static_cast<uint64_t>(shift) * kSteps + (value >> shift);
}

uint64_t end_of(size_t bucket) {
  if (bucket < 2 * kSteps) return bucket;
  const uint64_t shift = bucket / kSteps - 1;
  return ((bucket - shift * kSteps + 1) << shift) - 1;
}

}  // namespace

void Histogram::record(std::chrono::microseconds duration) {
  const auto value = static_cast<uint64_t>(std::max<int64_t>(duration.count(), 0));
  const size_t bucket = bucket_of(value);
  if (buckets_.size() <= bucket) buckets_.resize(bucket + 1);
  ++buckets_[bucket];
  ++count_;
  longest_ = std::max(longest_, duration);
}

std::chrono::microseconds Histogram::percentile(double share) const {
  const auto wanted = static_cast<uint64_t>(std::ceil(share * static_cast<double>(count_)));
  uint64_t seen = 0;
  for (size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    if (seen > 0 && seen >= wanted) return std::min(longest_, std::chrono::microseconds(end_of(bucket)));
  }
  return longest_;
}

}  // namespace candid::load
