#include "campaign/greetings/hands_free.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace candid::campaign {
namespace {

constexpr double kAboveFloor = 12;  // dB, of a voice above the room
constexpr double kQuietest = -75;   // dBFS: a floor below this is a microphone that gives nothing between words
constexpr double kFloorRise = 0.6;  // dB a second, so that a floor found in a quiet instant is forgotten

double level_of(const media::Samples& sound) {
  double energy = 0;
  for (float sample : sound) energy += static_cast<double>(sample) * sample;
  return 10 * std::log10(std::max(1e-9, energy / static_cast<double>(sound.size())));
}

}  // namespace

bool HandsFree::hear(const media::Samples& sound) {
  if (sound.empty()) return false;
  const auto length =
      Microseconds(static_cast<int64_t>(sound.size()) * 1'000'000 / media::kChannels / media::kSampleRate);
  const double level = level_of(sound);
  floor_dbfs_ = std::min(std::max(level, kQuietest), floor_dbfs_ + kFloorRise * to_seconds(length));
  if (level > floor_dbfs_ + kAboveFloor) {
    spoken_ += length;
    silent_ = Microseconds{0};
    return false;
  }
  silent_ += length;
  if (silent_ < kSilence) return false;
  return std::exchange(spoken_, Microseconds{0}) >= kShortestSpeech;
}

void HandsFree::begin_anew() {
  spoken_ = Microseconds{0};
  silent_ = Microseconds{0};
}

}  // namespace candid::campaign
