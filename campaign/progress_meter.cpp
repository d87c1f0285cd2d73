#include "campaign/progress_meter.h"

#include <algorithm>

namespace candid::campaign {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(200);

}  // namespace

ProgressMeter::ProgressMeter(const std::function<void(const RenderProgress&)>& report, size_t messages, double work)
    : report_(report), messages_(messages), work_(std::max(work, 1.0)) {}

void ProgressMeter::frame_done(double weight) {
  ++frames_done_;
  work_done_ += weight;
  tell(false);
}

void ProgressMeter::message_done() {
  ++messages_done_;
  tell(true);
}

void ProgressMeter::tell(bool always) {
  std::unique_lock lock(mutex_, std::defer_lock);
  if (always) {
    lock.lock();
  } else if (!lock.try_lock()) {
    return;
  }
  auto now = Clock::now();
  if (!report_ || (!always && now - last_ < kInterval)) return;
  last_ = now;
  RenderProgress progress;
  progress.messages_done = messages_done_;
  progress.messages_total = messages_;
  progress.fraction = std::min(1.0, work_done_ / work_);
  progress.predicted_bytes = predicted_bytes_;
  double seconds = std::chrono::duration<double>(now - began_).count();
  if (seconds > 0) progress.frames_per_second = static_cast<double>(frames_done_) / seconds;
  report_(progress);
}

}  // namespace candid::campaign
