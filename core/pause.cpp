#include "core/pause.h"

#include <condition_variable>
#include <mutex>

namespace candid {
namespace {

class SystemPause final : public Pause {
 public:
  bool wait(std::chrono::milliseconds duration, const std::stop_token& stop) override {
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock(mutex);
    woken.wait_for(lock, stop, duration, [] { return false; });
    return !stop.stop_requested();
  }
  std::chrono::steady_clock::time_point now() const override { return std::chrono::steady_clock::now(); }
};

}  // namespace

Pause& Pause::system() {
  static SystemPause pause;
  return pause;
}

}  // namespace candid
