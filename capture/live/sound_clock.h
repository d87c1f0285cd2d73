#pragma once
// A microphone's clock, told from the noisy times that its blocks of samples come with: a delay-locked loop (F.
// Adriaensen, "Using a DLL to filter time", Linux Audio Conference 2005). Internal to capture.

#include <cstdint>

#include "core/time.h"

namespace candid::capture {

class SoundClock {
 public:
  explicit SoundClock(int nominal_rate);  // samples a second

  struct Block {
    double start_us = 0;  // of its first sample, without the noise
    double end_us = 0;    // of the sample after its last
    bool jumped = false;  // samples were lost before it, or its device was reset: the clock starts anew
  };
  // The next block of `count` samples, the first of them at `time`.
  Block update(Microseconds time, int64_t count);

  // How much faster it runs than the clock that its times are of, parts per million; 0 until that is known.
  double drift_ppm() const;

 private:
  void restart(double time_us);

  int nominal_rate_;
  double sample_us_;        // length of a sample
  double expected_us_ = 0;  // when the next block should begin
  double heard_us_ = 0;     // since the clock started anew
  int astray_ = 0;          // blocks in a row that lie far off, on one side
  bool started_ = false;
};

}  // namespace candid::capture
