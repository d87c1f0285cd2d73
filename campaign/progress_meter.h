#pragma once
// Counts a run's work over all threads and passes the count on, not too often. Internal to campaign.

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <vector>

#include "campaign/render.h"

namespace candid::campaign {

class ProgressMeter {
 public:
  // `work` is what all frames together will weigh; a frame at constant quality weighs 1. `ready` are the candidates
  // whose videos were there before.
  ProgressMeter(const std::function<void(const RenderProgress&)>& report, size_t messages, double work,
                std::vector<size_t> ready);

  void frame_done(double weight);
  void message_done(size_t candidate, bool has_failed);
  void set_predicted_bytes(uint64_t bytes) { predicted_bytes_ = bytes; }

 private:
  void tell();

  using Clock = std::chrono::steady_clock;
  const std::function<void(const RenderProgress&)>& report_;
  const size_t messages_;
  const double work_;
  const Clock::time_point began_ = Clock::now();
  std::atomic<size_t> messages_done_ = 0;
  std::atomic<int64_t> frames_done_ = 0;
  std::atomic<double> work_done_ = 0;
  std::atomic<uint64_t> predicted_bytes_ = 0;
  std::mutex mutex_;
  Clock::time_point last_{};
  std::vector<size_t> ready_;  // not told yet
  std::vector<size_t> failed_;
};

}  // namespace candid::campaign
