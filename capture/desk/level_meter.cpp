#include "capture/desk/level_meter.h"

#include <algorithm>
#include <cmath>

namespace candid::capture {
namespace {

constexpr double kMeterSilence = -90;
constexpr double kMeterFall = 0.8;  // dB a call: a moment's length, so some 24 dB a second
constexpr float kClippedSample = 0.999F;
constexpr int kShowClipping = 30;  // calls

}  // namespace

void LevelMeter::push(const media::Samples& sound) {
  float peak = 0;
  for (float sample : sound) peak = std::max(peak, std::abs(sample));
  double level = peak > 0 ? std::max(kMeterSilence, 20 * std::log10(static_cast<double>(peak))) : kMeterSilence;
  shown_ = std::max(level, std::max(kMeterSilence, shown_ - kMeterFall));
  clipped_for_ = peak >= kClippedSample ? kShowClipping : std::max(0, clipped_for_ - 1);
}

}  // namespace candid::capture
