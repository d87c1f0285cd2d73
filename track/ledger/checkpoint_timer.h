#pragma once
// When a ledger is checkpointed: at an interval, on a thread of its own. Internal to track.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace candid::track {

class CheckpointTimer {
 public:
  // `work` runs for the first time after one interval, and never twice at once; the destructor waits for it.
  CheckpointTimer(std::chrono::milliseconds interval, std::function<void()> work);

 private:
  void run(const std::stop_token& stop);

  const std::chrono::milliseconds interval_;
  const std::function<void()> work_;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::jthread thread_;  // last, so that it ends first
};

}  // namespace candid::track
