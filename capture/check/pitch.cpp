#include "capture/check/pitch.h"

#include <algorithm>
#include <cmath>

namespace candid::capture {
namespace {

constexpr int kShortest = kPitchRate / 400;  // samples in a period
constexpr int kLongest = kPitchRate / 70;
// The first maximum this near to the best one is the period; later ones are its multiples.
constexpr double kNearBest = 0.9;

}  // namespace

Pitch PitchFollower::follow(const std::array<float, kHop>& samples) {
  std::copy(window_.begin() + kHop, window_.end(), window_.begin());
  std::copy(samples.begin(), samples.end(), window_.end() - kHop);
  constexpr int kLength = kWindow - kLongest - 1;
  std::array<double, kLongest + 2> correlation{};
  const float* recent = window_.data() + kWindow - kLength;
  double energy = 1e-12;
  for (int i = 0; i < kLength; ++i) energy += static_cast<double>(recent[i]) * recent[i];
  for (int lag = kShortest - 1; lag <= kLongest + 1; ++lag) {
    double product = 0;
    double earlier = 1e-12;
    for (int i = 0; i < kLength; ++i) {
      product += static_cast<double>(recent[i]) * recent[i - lag];
      earlier += static_cast<double>(recent[i - lag]) * recent[i - lag];
    }
    correlation[static_cast<size_t>(lag)] = product / std::sqrt(energy * earlier);
  }
  // What has no maximum within the range is slow noise, which resembles itself at every short distance.
  auto is_maximum = [&](size_t lag) {
    return correlation[lag] >= correlation[lag - 1] && correlation[lag] > correlation[lag + 1];
  };
  double best = 0;
  for (size_t lag = kShortest; lag <= kLongest; ++lag) {
    if (is_maximum(lag)) best = std::max(best, correlation[lag]);
  }
  for (size_t lag = kShortest; lag <= kLongest; ++lag) {
    if (best > 0 && is_maximum(lag) && correlation[lag] >= kNearBest * best) {
      double before = correlation[lag - 1];
      double after = correlation[lag + 1];
      double curve = before - 2 * correlation[lag] + after;
      double exact = static_cast<double>(lag) + (curve < 0 ? (before - after) / (2 * curve) : 0);
      return {static_cast<float>(kPitchRate / exact), static_cast<float>(correlation[lag])};
    }
  }
  return {};
}

}  // namespace candid::capture
