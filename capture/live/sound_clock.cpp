#include "capture/live/sound_clock.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace candid::capture {
namespace {

// The loop begins fast, to find the clock, and ends slow, so that 5 ms of noise move it by less than half of one.
constexpr double kFastBandwidth = 0.5;   // Hz
constexpr double kSlowBandwidth = 0.02;  // Hz
constexpr double kSettledAfterUs = 10e6;
// Scheduling makes single blocks late, and later ones right again; lost samples make all later ones late.
constexpr double kAstrayUs = 12e3;
constexpr int kAstrayBlocks = 8;
constexpr double kJumpUs = 200e3;
constexpr double kLargestDrift = 2e-3;  // crystals are within 0.0002

}  // namespace

SoundClock::SoundClock(int nominal_rate) : nominal_rate_(nominal_rate), sample_us_(1e6 / nominal_rate) {}

void SoundClock::restart(double time_us) {
  expected_us_ = time_us;
  heard_us_ = 0;
  astray_ = 0;
  started_ = true;
}

SoundClock::Block SoundClock::update(Microseconds time, int64_t count) {
  const auto time_us = static_cast<double>(time.count());
  bool jumped = false;
  if (!started_) restart(time_us);
  double error = time_us - expected_us_;
  bool is_astray = std::abs(error) > kAstrayUs && heard_us_ > kSettledAfterUs / 2;
  astray_ = is_astray ? (error > 0 ? std::max(astray_, 0) + 1 : std::min(astray_, 0) - 1) : 0;
  if (std::abs(error) > kJumpUs || std::abs(astray_) >= kAstrayBlocks) {
    restart(time_us);
    error = 0;
    jumped = true;
  }
  const double length_us = static_cast<double>(count) * sample_us_;
  const double settled = std::min(1.0, heard_us_ / kSettledAfterUs);
  const double bandwidth = kFastBandwidth * std::pow(kSlowBandwidth / kFastBandwidth, settled);
  const double omega = 2 * std::numbers::pi * bandwidth * length_us / 1e6;
  const double start_us = expected_us_;
  expected_us_ += std::numbers::sqrt2 * omega * error + length_us;
  const double nominal_us = 1e6 / nominal_rate_;
  sample_us_ = std::clamp(sample_us_ + omega * omega * error / static_cast<double>(count),
                          nominal_us * (1 - kLargestDrift), nominal_us * (1 + kLargestDrift));
  heard_us_ += length_us;
  return {start_us, expected_us_, jumped};
}

double SoundClock::drift_ppm() const {
  if (heard_us_ < kSettledAfterUs) return 0;
  return (1e6 / nominal_rate_ / sample_us_ - 1) * 1e6;
}

}  // namespace candid::capture
