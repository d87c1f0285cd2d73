#include "encode/sound_crossfade.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace candid::encode {
namespace {

double correlation(const media::Samples& from, const media::Samples& to) {
  double both = 0;
  double first = 0;
  double second = 0;
  for (size_t i = 0; i < from.size(); ++i) {
    both += static_cast<double>(from[i]) * to[i];
    first += static_cast<double>(from[i]) * from[i];
    second += static_cast<double>(to[i]) * to[i];
  }
  double power = std::sqrt(first * second);
  return power > 0 ? std::clamp(both / power, 0.0, 1.0) : 0;
}

double peak_of(const media::Samples& sound) {
  float peak = 0;
  for (float sample : sound) peak = std::max(peak, std::abs(sample));
  return peak;
}

media::Samples mixed(const media::Samples& from, const media::Samples& to, double r) {
  media::Samples mix(from.size());
  const double length = static_cast<double>(from.size() / media::kChannels);
  for (size_t i = 0; i < mix.size(); ++i) {
    double phase = (static_cast<double>(i / media::kChannels) + 0.5) / length * std::numbers::pi / 2;
    double a = std::cos(phase);
    double b = std::sin(phase);
    mix[i] = static_cast<float>((a * from[i] + b * to[i]) / std::sqrt(1 + 2 * r * a * b));
  }
  return mix;
}

}  // namespace

media::Samples crossfade(const media::Samples& from, const media::Samples& to) {
  assert(from.size() == to.size());
  constexpr double kStep = 0.1;
  const double loudest = std::max(peak_of(from), peak_of(to));
  double r = correlation(from, to);
  media::Samples mix = mixed(from, to, r);
  while (r < 1 && peak_of(mix) > loudest) {
    r = std::min(1.0, r + kStep);
    mix = mixed(from, to, r);
  }
  return mix;
}

}  // namespace candid::encode
