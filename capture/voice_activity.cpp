#include "capture/voice_activity.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace candid::capture {
namespace {

constexpr int kFrameSamples = media::kSampleRate / 100;
constexpr Microseconds kFrame{10'000};
constexpr size_t kPauseFrames = static_cast<size_t>(kShortestPause / kFrame);
constexpr size_t kShortestVoiceFrames = 8;  // less is a click
constexpr size_t kLoudFrames = 30;          // 0.3 s: no click is as long, and every word is
constexpr double kSilenceDb = -75;          // of full scale; below it no microphone's noise matters
constexpr double kFaintestVoiceDb = -60;
constexpr double kLeastContrastDb = 10;  // noise of a room swings less about its floor
constexpr double kMarginDb = 32;         // what speech has below its loudest parts
constexpr double kAboveFloorDb = 6;
constexpr double kHysteresisDb = 3;

// Takes away hum and rumble: a Butterworth high-pass of second order (RBJ's Audio EQ Cookbook, Q = 1/sqrt 2).
class HighPass {
 public:
  explicit HighPass(double frequency) {
    double w = 2 * std::numbers::pi * frequency / media::kSampleRate;
    double alpha = std::sin(w) / std::numbers::sqrt2;
    double a0 = 1 + alpha;
    b_ = (1 + std::cos(w)) / 2 / a0;
    a1_ = -2 * std::cos(w) / a0;
    a2_ = (1 - alpha) / a0;
  }
  double operator()(double x) {
    double y = b_ * x + s1_;
    s1_ = -2 * b_ * x - a1_ * y + s2_;
    s2_ = b_ * x - a2_ * y;
    return y;
  }

 private:
  double b_, a1_, a2_;
  double s1_ = 0, s2_ = 0;
};

// Mean power of every 10 ms.
Result<std::vector<double>> frame_powers(media::AudioReader& sound) {
  std::vector<double> powers;
  HighPass filters[media::kChannels] = {HighPass(120), HighPass(120)};
  while (true) {
    media::Samples samples = TRY(sound.next(kFrameSamples));
    if (samples.empty()) return powers;
    double power = 0;
    for (size_t i = 0; i < samples.size(); ++i) power += std::pow(filters[i % media::kChannels](samples[i]), 2);
    powers.push_back(power / static_cast<double>(samples.size()));
  }
}

// In dB of full scale, over three frames, so that a single period of a deep voice is no dip.
std::vector<double> levels_of(const std::vector<double>& powers) {
  std::vector<double> levels;
  for (size_t i = 0; i < powers.size(); ++i) {
    size_t begin = i == 0 ? 0 : i - 1;
    size_t end = std::min(i + 2, powers.size());
    double mean = std::accumulate(powers.begin() + static_cast<ptrdiff_t>(begin),
                                  powers.begin() + static_cast<ptrdiff_t>(end), 0.0) /
                  static_cast<double>(end - begin);
    levels.push_back(std::max(kSilenceDb, 10 * std::log10(std::max(mean, 1e-12))));
  }
  return levels;
}

struct Thresholds {
  double begin = 0;
  double go_on = 0;
};

// Nothing where no frame is voice.
std::optional<Thresholds> thresholds_for(std::vector<double> levels) {
  if (levels.size() <= kLoudFrames) return std::nullopt;
  std::sort(levels.begin(), levels.end());
  double floor = levels[levels.size() / 20];
  double loud = levels[levels.size() - 1 - kLoudFrames];
  if (loud < kFaintestVoiceDb || loud - floor < kLeastContrastDb) return std::nullopt;
  double go_on = std::max(floor + kAboveFloorDb - kHysteresisDb, loud - kMarginDb - kHysteresisDb);
  return Thresholds{go_on + kHysteresisDb, go_on};
}

}  // namespace

Result<std::vector<Voiced>> find_voice(media::AudioReader& sound) {
  std::vector<double> levels = levels_of(TRY(frame_powers(sound)));
  std::vector<Voiced> stretches;
  auto thresholds = thresholds_for(levels);
  if (!thresholds) return stretches;
  size_t silent_until = 0;  // frames before it belong to no stretch to come
  for (size_t i = 0; i < levels.size(); ++i) {
    if (levels[i] < thresholds->begin) continue;
    size_t begin = i;
    while (begin > silent_until && levels[begin - 1] >= thresholds->go_on) --begin;
    while (i < levels.size() && levels[i] >= thresholds->go_on) ++i;
    silent_until = i;
    Voiced found{static_cast<int64_t>(begin) * kFrame, static_cast<int64_t>(i) * kFrame};
    bool is_bridged = !stretches.empty() && found.start - stretches.back().end < kPauseFrames * kFrame;
    if (is_bridged) {
      stretches.back().end = found.end;
    } else {
      stretches.push_back(found);
    }
  }
  std::erase_if(stretches,
                [](const Voiced& voiced) { return voiced.end - voiced.start < kShortestVoiceFrames * kFrame; });
  return stretches;
}

}  // namespace candid::capture
