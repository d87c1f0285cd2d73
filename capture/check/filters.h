#pragma once
// Small filters of second order (Robert Bristow-Johnson's Audio EQ Cookbook). Internal to capture.

namespace candid::capture {

// Transposed direct form II.
class Biquad {
 public:
  // Q = 1/sqrt 2 makes one of them a Butterworth filter.
  static Biquad high_pass(double frequency, double sample_rate, double q = 0.70710678);
  static Biquad low_pass(double frequency, double sample_rate, double q = 0.70710678);

  double operator()(double x) {
    double y = b0_ * x + s1_;
    s1_ = b1_ * x - a1_ * y + s2_;
    s2_ = b2_ * x - a2_ * y;
    return y;
  }

 private:
  double b0_ = 1, b1_ = 0, b2_ = 0, a1_ = 0, a2_ = 0;
  double s1_ = 0, s2_ = 0;
};

}  // namespace candid::capture
