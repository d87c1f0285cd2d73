#pragma once
// A microphone's blocks on the timeline of the pictures: resampled, so that a clock that runs too fast or too slow
// stays in step, with silence where sound was lost. Internal to capture.

#include <cstdint>
#include <memory>

#include "capture/devices/device.h"
#include "core/error.h"

namespace candid::capture {

// One thread.
class SoundAligner {
 public:
  // `rate`: the device's, samples a second. Sound from `origin` on is given out, at media::kSampleRate.
  static Result<std::unique_ptr<SoundAligner>> create(int rate, Microseconds origin);
  ~SoundAligner();

  Result<void> push(const CapturedSound& block);
  // Samples a channel that can be taken.
  int64_t available() const;
  // The next `count` samples a channel; silence for those that are not there, and will not be waited for.
  media::Samples take(int64_t count);

  double drift_ppm() const;
  // Silence that stands for sound that was lost or late; what lies before the first block does not count.
  Microseconds missing() const;

 private:
  struct State;
  explicit SoundAligner(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace candid::capture
