#include "capture/check/filters.h"

#include <cmath>
#include <numbers>

namespace candid::capture {

Biquad Biquad::high_pass(double frequency, double sample_rate, double q) {
  double w = 2 * std::numbers::pi * frequency / sample_rate;
  double alpha = std::sin(w) / (2 * q);
  double a0 = 1 + alpha;
  Biquad filter;
  filter.b0_ = filter.b2_ = (1 + std::cos(w)) / 2 / a0;
  filter.b1_ = -2 * filter.b0_;
  filter.a1_ = -2 * std::cos(w) / a0;
  filter.a2_ = (1 - alpha) / a0;
  return filter;
}

Biquad Biquad::low_pass(double frequency, double sample_rate, double q) {
  double w = 2 * std::numbers::pi * frequency / sample_rate;
  double alpha = std::sin(w) / (2 * q);
  double a0 = 1 + alpha;
  Biquad filter;
  filter.b0_ = filter.b2_ = (1 - std::cos(w)) / 2 / a0;
  filter.b1_ = 2 * filter.b0_;
  filter.a1_ = -2 * std::cos(w) / a0;
  filter.a2_ = (1 - alpha) / a0;
  return filter;
}

}  // namespace candid::capture
