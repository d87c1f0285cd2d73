#pragma once
// One connection to the sound server (PulseAudio, or PipeWire in its place), without a thread of its own. Internal to
// capture.

#include <chrono>
#include <memory>

#include "core/error.h"

struct pa_context;
struct pa_mainloop;
struct pa_operation;

namespace candid::capture {

// One thread.
class PulseConnection {
 public:
  using Clock = std::chrono::steady_clock;

  // Network when no server is there or none answers in time; it is not started for that.
  static Result<std::unique_ptr<PulseConnection>> connect(std::chrono::milliseconds patience);

  pa_context* context() const { return context_.get(); }
  bool is_alive() const;
  // Handles what the server says until `done`, or for so long; false then, and when the connection is broken.
  template <typename Done>
  bool run_until(Done done, Clock::time_point deadline) {
    while (!done()) {
      if (!step(deadline)) return false;
    }
    return true;
  }
  // Takes over the operation.
  Result<void> await(pa_operation* operation, Clock::time_point deadline);

  // What the server says went wrong with `doing`.
  tl::unexpected<Error> failure(std::string_view doing) const;

 private:
  struct FreeMainloop {
    void operator()(pa_mainloop* loop) const;
  };
  struct FreeContext {
    void operator()(pa_context* context) const;
  };

  PulseConnection();
  bool step(Clock::time_point deadline);

  std::unique_ptr<pa_mainloop, FreeMainloop> loop_;
  std::unique_ptr<pa_context, FreeContext> context_;  // goes before its loop
};

}  // namespace candid::capture
