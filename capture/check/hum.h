#pragma once
// Hum of the mains: tones at 50 or 60 Hz and their multiples that last throughout. Internal to capture.

#include <array>
#include <cstddef>
#include <deque>
#include <vector>

#include "capture/check/pitch.h"

namespace candid::capture {

struct Hum {
  int mains_hz = 0;  // 50 or 60; 0: none
  // Of all its tones together, in dB of full scale: RMS, where a full sine is -3.
  double level_dbfs = -200;
  double power_above_120_hz = 0;  // mean square, as a Butterworth high-pass of second order leaves it
  // The most audible tone's level above the threshold of hearing, if full scale were played at 0 dB of sound pressure;
  // add the sound pressure that full scale has. Tones of 50 Hz are hard to hear, those of 200 Hz easy.
  double above_hearing_db = -200;
};

// Fed sound at kPitchRate. Every eighth of a second it keeps how strong each multiple of both mains is, and how strong
// what lies 15 Hz beside it (Goertzel's algorithm under a Hann window of a quarter second, which tells 50 from 60 Hz).
// A voice is at one frequency only now and then; so the fifth of the time in which a tone is weakest tells of hum
// alone.
class HumMeter {
 public:
  static constexpr int kTones = 8;
  static constexpr int kHop = kPitchRate / 8;
  void push(const float* samples, int count);
  // Over the last `blocks` eighths of a second.
  Hum hum(size_t blocks) const;
  void keep(size_t blocks);

 private:
  struct Block {
    // [0]: of 50 Hz, [1]: of 60 Hz; mean squares.
    std::array<std::array<float, kTones>, 2> tone;
    std::array<std::array<float, kTones>, 2> beside;
  };
  Block measure() const;
  std::vector<float> window_;
  int fresh_ = 0;
  std::deque<Block> blocks_;
};

}  // namespace candid::capture
