#include "media/limiter.h"

#include <cmath>
#include <numbers>
#include <random>

#include <gtest/gtest.h>

namespace candid::media {
namespace {

// Both channels alike.
Samples tone(double hertz, double amplitude, int frame_count, double phase = 0) {
  Samples samples;
  for (int i = 0; i < frame_count; ++i) {
    auto value = static_cast<float>(amplitude * std::sin(2 * std::numbers::pi * hertz * i / kSampleRate + phase));
    samples.insert(samples.end(), {value, value});
  }
  return samples;
}

// What the limiter makes of `samples`, its delay taken off.
Samples limited(Samples samples, double ceiling_dbtp, size_t portion = 1000) {
  Limiter limiter(ceiling_dbtp);
  samples.resize(samples.size() + Limiter::kDelay * kChannels);
  Samples all;
  for (size_t at = 0; at < samples.size(); at += portion * kChannels) {
    auto from = samples.begin() + static_cast<ptrdiff_t>(at);
    Samples block(from, from + static_cast<ptrdiff_t>(std::min(portion * kChannels, samples.size() - at)));
    limiter.process(block);
    all.insert(all.end(), block.begin(), block.end());
  }
  all.erase(all.begin(), all.begin() + Limiter::kDelay * kChannels);
  return all;
}

float peak(const Samples& samples) {
  float value = 0;
  for (float sample : samples) value = std::max(value, std::abs(sample));
  return value;
}

TEST(Limiter, SoundBelowTheCeilingPassesUnchanged) {
  Samples quiet = tone(440, 0.49, 5'000);
  EXPECT_EQ(limited(quiet, -6), quiet);
}

TEST(Limiter, NoSampleRisesAboveTheCeiling) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> values(-4, 4);
  Samples noise(20'000);
  for (float& value : noise) value = values(random);
  EXPECT_LE(peak(limited(noise, -6)), 0.5012F);
  EXPECT_LE(peak(limited(tone(60, 3, 5'000, std::numbers::pi / 2), -6)), 0.5012F) << "from the first sample on";
}

// A quarter of the sampling rate, sampled beside its peaks: samples at 0.707 of the curve between them.
TEST(Limiter, FindsThePeakBetweenSamples) {
  Samples sound = limited(tone(kSampleRate / 4.0, 0.9, 20'000, std::numbers::pi / 4), -6);
  Samples settled(sound.begin() + 10'000, sound.end() - 2'000);
  EXPECT_NEAR(peak(settled), 0.5012 * std::numbers::sqrt2 / 2, 0.005);
}

TEST(Limiter, LeavesSoundAloneAgainAfterAPeak) {
  Samples sound = tone(440, 0.3, 96'000);
  sound[20'000] = sound[20'001] = 1;
  Samples after = limited(sound, -6);
  EXPECT_LT(std::abs(after[19'998]), std::abs(sound[19'998]));
  EXPECT_EQ(Samples(after.begin(), after.begin() + 19'400), Samples(sound.begin(), sound.begin() + 19'400));
  EXPECT_EQ(Samples(after.end() - 20'000, after.end()), Samples(sound.end() - 20'000, sound.end()));
}

TEST(Limiter, BothChannelsShareOneGain) {
  Samples sound = tone(440, 1, 10'000);
  for (size_t i = 1; i < sound.size(); i += 2) sound[i] *= 0.25F;
  Samples after = limited(sound, -6);
  for (size_t i = 0; i < sound.size(); i += 2) ASSERT_NEAR(after[i] * 0.25F, after[i + 1], 1e-6) << i;
}

TEST(Limiter, PortionsDoNotMatter) {
  Samples sound = tone(440, 2, 10'000);
  EXPECT_EQ(limited(sound, -6, 7), limited(sound, -6, 10'000));
}

}  // namespace
}  // namespace candid::media
