#include "capture/live/device_thread.h"

#include <chrono>
#include <thread>

#include "core/log.h"

namespace candid::capture {
namespace {

constexpr std::chrono::seconds kPatience{1};

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

DeviceThread::~DeviceThread() {
  if (!state_) return;
  state_->stop = true;
  std::unique_lock lock(state_->mutex);
  if (!state_->changed.wait_for(lock, kPatience, [&] { return state_->ended; }))
    log::warning("capture", "a device does not answer and is left behind");
}

}  // namespace candid::capture
