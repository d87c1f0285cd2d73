#include "capture/live/device_thread.h"

#include <thread>

#include "core/log.h"

namespace candid::capture {
namespace {

constexpr std::chrono::seconds kStopPatience{1};

}  // namespace

DeviceThread::DeviceThread(Step step, Failed failed) : state_(std::make_shared<State>()) {
  std::thread([state = state_, step = std::move(step), failed = std::move(failed)]() mutable {
    while (!state->stop) {
      Result<void> done = step();
      if (done) continue;
      failed(done.error());
      break;
    }
    step = nullptr;  // closes the device
    std::lock_guard lock(state->mutex);
    state->ended = true;
    state->changed.notify_all();
  }).detach();
}

void DeviceThread::stop() {
  if (!state_->stop.exchange(true)) state_->give_up_at = std::chrono::steady_clock::now() + kStopPatience;
}

DeviceThread::~DeviceThread() {
  if (!state_) return;
  stop();
  std::unique_lock lock(state_->mutex);
  if (!state_->changed.wait_until(lock, state_->give_up_at, [&] { return state_->ended; }))
    log::info("capture", "a device does not answer and is left behind");
}

}  // namespace candid::capture
