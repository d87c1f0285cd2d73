#pragma once
// A recording's sound as a picture of bars: for handles that trim it, and for lists of clips.

#include <filesystem>
#include <stop_token>
#include <vector>

#include "core/error.h"
#include "core/time.h"

namespace candid::media {

// Of both channels, in -1..1; what a recording holds beyond that is cut off.
struct WaveformBar {
  float lowest = 0;
  float highest = 0;
  float rms = 0;  // root of the mean square
};

struct Waveform {
  Microseconds duration{0};  // of the recording
  bool has_sound = false;    // false: no sound track, and all bars are silence
  // Bar i of n is of the samples from i/n to (i + 1)/n of the duration.
  std::vector<WaveformBar> bars;
};

// Exactly `bars` of them, at least one, read in one pass. Errors are those of probe() and AudioReader; Cancelled when
// stopped. May be called from any thread. A minute of a take (PCM) takes 65 ms (tests/bench).
Result<Waveform> read_waveform(const std::filesystem::path& path, size_t bars, std::stop_token stop);

}  // namespace candid::media
