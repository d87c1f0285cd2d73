#include "cli/level_meter.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace candid::cli {
namespace {

constexpr double kSilence = -90;
constexpr double kLowest = -60;  // at the bar's left end
constexpr double kFall = 0.8;    // dB a call: a moment's length, so some 24 dB a second
constexpr float kClipping = 0.999F;
constexpr int kShowClipping = 30;  // calls

}  // namespace

void LevelMeter::push(const media::Samples& sound) {
  float peak = 0;
  for (float sample : sound) peak = std::max(peak, std::abs(sample));
  double level = peak > 0 ? std::max(kSilence, 20 * std::log10(static_cast<double>(peak))) : kSilence;
  shown_ = std::max(level, std::max(kSilence, shown_ - kFall));
  clipped_for_ = peak >= kClipping ? kShowClipping : std::max(0, clipped_for_ - 1);
}

std::string LevelMeter::bar(int width) const {
  int full = std::clamp(static_cast<int>(std::lround((shown_ - kLowest) / -kLowest * width)), 0, width);
  std::string cells;
  for (int i = 0; i < width; ++i) cells += i < full ? "█" : "·";
  return fmt::format("▕{}▏ {}", cells, shown_ <= kLowest ? "silent" : fmt::format("{:.0f} dB", shown_));
}

}  // namespace candid::cli
