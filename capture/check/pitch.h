#pragma once
// Whether a voice sounds, told by its pitch: the vocal cords repeat themselves 70 to 400 times a second, and glide.
// Noise of fans, air and hands does not repeat itself; hum does, but does not glide. Internal to capture.

#include <array>
#include <cstddef>

namespace candid::capture {

constexpr int kPitchRate = 4000;  // Hz

struct Pitch {
  float hz = 0;        // 0: nothing repeats itself
  float strength = 0;  // normalised correlation of two neighbouring periods, 0..1
};

// Fed 10 ms at a time. The correlation of a piece of sound with itself one period earlier, each normalised by its own
// energy (Talkin's RAPT, 1995), searched for its first strong local maximum.
class PitchFollower {
 public:
  static constexpr int kHop = kPitchRate / 100;
  Pitch follow(const std::array<float, kHop>& samples);

 private:
  static constexpr int kWindow = 4 * kHop;
  std::array<float, kWindow> window_{};
};

}  // namespace candid::capture
