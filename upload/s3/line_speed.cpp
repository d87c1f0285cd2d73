#include "upload/s3/line_speed.h"

#include <algorithm>

namespace candid::upload {
namespace {

// Smaller transfers tell of the server's thinking rather than of the line.
constexpr uint64_t kTellingBytes = 1 << 20;
constexpr double kWeightOfNews = 0.3;
constexpr double kSecondsOfOneRequest = 2;

}  // namespace

void LineSpeed::learn(uint64_t bytes, std::chrono::steady_clock::duration took) {
  double seconds = std::chrono::duration<double>(took).count();
  if (bytes < kTellingBytes || seconds <= 0) return;
  double news = static_cast<double>(bytes) / seconds;
  double before = bytes_per_second_;
  // A line that has become slow counts at once, one that has become fast little by little.
  double now = before == 0 || news < before ? news : before + kWeightOfNews * (news - before);
  bytes_per_second_ = now;  // of two that learn at once, one is forgotten: it is an estimate
}

uint64_t LineSpeed::worth_of_one_request(uint64_t least, uint64_t most) const {
  return std::clamp(static_cast<uint64_t>(bytes_per_second_ * kSecondsOfOneRequest), least, most);
}

}  // namespace candid::upload
