#include "upload/s3/line_speed.h"

#include <algorithm>

namespace candid::upload {
namespace {

// Smaller transfers tell of the server's thinking rather than of the line.
constexpr uint64_t kTellingBytes = 1 << 20;
constexpr double kWeightOfNews = 0.3;
constexpr std::chrono::seconds kOneRequest{2};

}  // namespace

void LineSpeed::learn(uint64_t bytes, Moment began) {
  double seconds = std::chrono::duration<double>(now() - began).count();
  if (bytes < kTellingBytes || seconds <= 0) return;
  double news = static_cast<double>(bytes) / seconds;
  {
    std::lock_guard lock(mutex_);
    double before = bytes_per_second_;
    // A line that has become slow counts at once, one that has become fast little by little.
    bytes_per_second_ = before == 0 || news < before ? news : before + kWeightOfNews * (news - before);
  }
  learned_.notify_all();
}

uint64_t LineSpeed::worth_of_one_request(uint64_t least, uint64_t most, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (!asked_at_) {
    asked_at_ = now();
  } else {
    learned_.wait_for(lock, stop, *asked_at_ + kOneRequest - now(), [this] { return bytes_per_second_ > 0; });
  }
  double bytes = bytes_per_second_ * static_cast<double>(kOneRequest.count());
  return std::clamp(static_cast<uint64_t>(bytes), least, most);
}

}  // namespace candid::upload
