#include "campaign/progress_meter.h"

#include <algorithm>
#include <utility>

namespace candid::campaign {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(200);

}  // namespace

ProgressMeter::ProgressMeter(const std::function<void(const RenderProgress&)>& report, size_t messages, double work,
                             std::vector<size_t> ready)
    : report_(report), messages_(messages), work_(std::max(work, 1.0)), ready_(std::move(ready)) {}

void ProgressMeter::frame_done(double weight) {
  ++frames_done_;
  work_done_ += weight;
  std::unique_lock lock(mutex_, std::try_to_lock);
  if (lock && Clock::now() - last_ >= kInterval) tell();
}

void ProgressMeter::message_done(size_t candidate, bool has_failed) {
  ++messages_done_;
  std::lock_guard lock(mutex_);
  (has_failed ? failed_ : ready_).push_back(candidate);
  tell();
}

void ProgressMeter::tell() {
  auto now = Clock::now();
  if (!report_) return;
  last_ = now;
  RenderProgress progress;
  progress.messages_done = messages_done_;
  progress.messages_total = messages_;
  progress.fraction = std::min(1.0, work_done_ / work_);
  progress.predicted_bytes = predicted_bytes_;
  double seconds = std::chrono::duration<double>(now - began_).count();
  if (seconds > 0) progress.frames_per_second = static_cast<double>(frames_done_) / seconds;
  progress.ready = std::exchange(ready_, {});
  progress.failed = std::exchange(failed_, {});
  report_(progress);
}

}  // namespace candid::campaign
