#pragma once
// A true-peak limiter: no sample, and no curve between samples, rises above the ceiling. Internal to media.
//
// Both channels share one gain, so that the voice stays where it was between left and right. The gain looks ahead: it
// falls on a ramp before a peak and recovers slowly after it. Sound below the ceiling passes unchanged.

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "media/audio_reader.h"

namespace candid::media {

// One thread.
class Limiter {
 public:
  // Samples a channel by which sound comes out later than it went in; silence comes first.
  static constexpr int kDelay = 245;

  explicit Limiter(double ceiling_dbtp);

  // Puts limited sound in the place of the next samples: that of kDelay before.
  void process(Samples& samples);

 private:
  using Frame = std::array<float, kChannels>;
  static constexpr int kTaps = 12;                      // a phase, as in BS.1770-4, Annex 2
  static constexpr int kPhases = 3;                     // between two samples: 192 kHz
  static constexpr int kBefore = kTaps / 2 - 1;         // taps before the sample that is looked at
  static constexpr int kRamp = kDelay - kTaps / 2 + 1;  // samples a channel: 5 ms

  double peak_between() const;
  double smooth(double needed);

  double ceiling_;
  std::array<std::array<float, kTaps>, kPhases> filter_{};
  float quiet_;                        // samples up to here raise no curve above the ceiling
  std::array<Frame, kTaps> recent_{};  // the newest last
  int since_loud_ = kTaps;             // samples a channel since one was not quiet
  double between_ = 0;                 // the curve's peak between the last sample looked at and the next

  struct Need {
    int64_t at;
    double gain;
  };
  std::deque<Need> needs_;  // of the last kRamp samples: each the smallest of those from it on, so that the first is it
  int64_t looked_at_ = 0;
  double held_ = 1;                                             // the smallest need, recovering when it is over
  std::vector<double> ramp_ = std::vector<double>(kRamp, 1.0);  // the last values of held_, a ring
  double ramp_sum_ = kRamp;
  std::vector<Frame> delayed_ = std::vector<Frame>(kDelay);  // a ring
  size_t delayed_at_ = 0;
};

}  // namespace candid::media
