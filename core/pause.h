#pragma once
// Waiting as a seam, so that tests of hours take seconds.

#include <chrono>
#include <stop_token>

namespace candid {

class Pause {
 public:
  virtual ~Pause() = default;
  // Waits so long, or until a stop is requested: false then. Any thread.
  virtual bool wait(std::chrono::milliseconds duration, const std::stop_token& stop) = 0;
  // Time that goes by steadily, for measuring how long something has been tried. Moves with wait().
  virtual std::chrono::steady_clock::time_point now() const = 0;
  static Pause& system();
};

}  // namespace candid
