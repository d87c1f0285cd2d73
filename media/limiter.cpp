#include "media/limiter.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace candid::media {
namespace {

// Slower than a voice's lowest pitch, so that the gain does not follow its waves; faster than its syllables.
constexpr double kRecoverySeconds = 0.08;
constexpr double kRecovery = 1 / (kRecoverySeconds * kSampleRate);
// Recovery never arrives by itself; from here on sound passes unchanged again.
constexpr double kRecovered = 1 - 1e-6;

// Interpolation by a sinc in a Hann window, `distance` in samples.
double tap(double distance, double half_width) {
  double angle = std::numbers::pi * distance;
  return std::sin(angle) / angle * 0.5 * (1 + std::cos(angle / half_width));
}

}  // namespace

Limiter::Limiter(double ceiling_dbtp) : ceiling_(std::pow(10, ceiling_dbtp / 20)) {
  double largest_sum = 1;
  for (int phase = 0; phase < kPhases; ++phase) {
    double sum = 0;
    for (int i = 0; i < kTaps; ++i) {
      double distance = static_cast<double>(phase + 1) / (kPhases + 1) - (i - kBefore);
      auto value = static_cast<float>(tap(distance, kTaps / 2.0));
      filter_[static_cast<size_t>(phase)][static_cast<size_t>(i)] = value;
      sum += std::abs(value);
    }
    largest_sum = std::max(largest_sum, sum);
  }
  quiet_ = static_cast<float>(ceiling_ / largest_sum);
}

void Limiter::process(Samples& samples) {
  for (size_t i = 0; i < samples.size(); i += kChannels) {
    Frame entering{samples[i], samples[i + 1]};
    std::copy(recent_.begin() + 1, recent_.end(), recent_.begin());
    recent_.back() = entering;
    since_loud_ = std::abs(entering[0]) > quiet_ || std::abs(entering[1]) > quiet_ ? 0 : since_loud_ + 1;

    double peak = 0;
    if (since_loud_ < kTaps) {
      const Frame& looked_at = recent_[kBefore];
      double before = between_;
      between_ = peak_between();
      peak = std::max(
          {before, between_, static_cast<double>(std::abs(looked_at[0])), static_cast<double>(std::abs(looked_at[1]))});
    } else {
      between_ = 0;
    }
    double gain = smooth(peak > ceiling_ ? ceiling_ / peak : 1);

    Frame& leaving = delayed_[delayed_at_];
    for (size_t channel = 0; channel < kChannels; ++channel)
      samples[i + channel] = static_cast<float>(leaving[channel] * gain);
    leaving = entering;
    delayed_at_ = (delayed_at_ + 1) % delayed_.size();
  }
}

double Limiter::peak_between() const {
  float peak = 0;
  for (const auto& phase : filter_) {
    float left = 0;
    float right = 0;
    for (size_t i = 0; i < kTaps; ++i) {
      left += phase[i] * recent_[i][0];
      right += phase[i] * recent_[i][1];
    }
    peak = std::max({peak, std::abs(left), std::abs(right)});
  }
  return peak;
}

// A mean of kRamp values, each at most what the sample that leaves now needs, is at most that too.
double Limiter::smooth(double needed) {
  while (!needs_.empty() && needs_.back().gain >= needed) needs_.pop_back();
  needs_.push_back({looked_at_, needed});
  if (needs_.front().at <= looked_at_ - kRamp) needs_.pop_front();
  held_ += (1 - held_) * kRecovery;
  if (held_ > kRecovered) held_ = 1;
  held_ = std::min(held_, needs_.front().gain);

  double& oldest = ramp_[static_cast<size_t>(looked_at_ % kRamp)];
  ramp_sum_ += held_ - oldest;
  oldest = held_;
  ++looked_at_;
  return ramp_sum_ / kRamp;
}

}  // namespace candid::media
