#pragma once
// Reads a device on a thread of its own, as drivers wait. Internal to capture.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

#include "core/error.h"

namespace candid::capture {

// Destroyed from the thread that made it. A driver that does not return within a second is left behind with its thread,
// so that it cannot keep a take from being closed; what `step` holds must therefore be its own.
class DeviceThread {
 public:
  // One reading of a device; returns within a tenth of a second when all is well. After an error it is not called
  // again.
  using Step = std::function<Result<void>()>;
  // Hears that error, on the device's thread.
  using Failed = std::function<void(const Error&)>;

  DeviceThread(Step step, Failed failed);
  DeviceThread(DeviceThread&&) noexcept = default;
  DeviceThread& operator=(DeviceThread&&) = delete;
  ~DeviceThread();
  // Without waiting: for several that are to end at once.
  void stop();

 private:
  struct State {
    std::atomic<bool> stop{false};
    std::chrono::steady_clock::time_point give_up_at;  // once it was told to stop
    std::mutex mutex;
    std::condition_variable changed;
    bool ended = false;
  };
  std::shared_ptr<State> state_;
};

}  // namespace candid::capture
