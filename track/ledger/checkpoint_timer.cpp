#include "track/ledger/checkpoint_timer.h"

namespace candid::track {

CheckpointTimer::CheckpointTimer(std::chrono::milliseconds interval, std::function<void()> work)
    : interval_(interval), work_(std::move(work)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void CheckpointTimer::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    stopped_.wait_for(lock, stop, interval_, [] { return false; });
    if (!stop.stop_requested()) work_();
  }
}

}  // namespace candid::track
