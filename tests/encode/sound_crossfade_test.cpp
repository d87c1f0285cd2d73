#include "encode/sound_crossfade.h"

#include <cmath>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

namespace candid::encode {
namespace {

using media::Samples;

constexpr size_t kLength = 14'400;  // samples a channel, 0.3 s

Samples noise(uint32_t seed, float level = 0.1F) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, level);
  Samples sound(kLength * media::kChannels);
  for (float& sample : sound) sample = normal(random);
  return sound;
}

// Of one tenth of the sound.
double level_db(const Samples& sound, size_t tenth) {
  size_t part = sound.size() / 10;
  auto from = sound.begin() + static_cast<ptrdiff_t>(tenth * part);
  double energy = std::inner_product(from, from + static_cast<ptrdiff_t>(part), from, 0.0);
  return 10 * std::log10(energy / static_cast<double>(part));
}

float peak(const Samples& sound) {
  float most = 0;
  for (float sample : sound) most = std::max(most, std::abs(sample));
  return most;
}

TEST(SoundCrossfade, KeepsTheLevelOfSoundsThatHaveNothingInCommon) {
  Samples mix = crossfade(noise(1), noise(2));
  for (size_t tenth = 0; tenth < 10; ++tenth) EXPECT_NEAR(level_db(mix, tenth), -20, 0.5) << tenth;
}

TEST(SoundCrossfade, LeavesASoundThatGoesOverIntoItselfAsItIs) {
  Samples same = noise(3);
  Samples mix = crossfade(same, same);
  for (size_t i = 0; i < mix.size(); ++i) ASSERT_NEAR(mix[i], same[i], 1e-6);
}

TEST(SoundCrossfade, HasNoPeakThatNeitherHas) {
  Samples from(kLength * 2, 0.0F);
  Samples to(kLength * 2, 0.0F);
  // A peak of both at once, in its middle; elsewhere they have nothing in common.
  Samples a = noise(4, 0.05F);
  Samples b = noise(5, 0.05F);
  for (size_t i = 0; i < from.size(); ++i) {
    bool is_peak = i / 2 > kLength / 2 && i / 2 < kLength / 2 + 20;
    from[i] = is_peak ? 0.8F : a[i];
    to[i] = is_peak ? 0.8F : b[i];
  }
  Samples mix = crossfade(from, to);
  EXPECT_LE(peak(mix), 0.8001F);
  EXPECT_GT(peak(mix), 0.75F);
}

TEST(SoundCrossfade, BeginsAsTheOneAndEndsAsTheOther) {
  Samples from = noise(6);
  Samples to = noise(7);
  Samples mix = crossfade(from, to);
  EXPECT_NEAR(mix.front(), from.front(), 1e-3);
  EXPECT_NEAR(mix.back(), to.back(), 1e-3);
  EXPECT_TRUE(crossfade({}, {}).empty());
}

}  // namespace
}  // namespace candid::encode
