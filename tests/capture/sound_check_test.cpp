#include "capture/check/sound_check.h"

#include <cmath>
#include <numbers>

#include <gmock/gmock.h>

#include "capture/check/sound_findings.h"
#include "tests/capture/take_clips.h"

namespace candid::capture {
namespace {

using test::Mono;

constexpr size_t kSecond = media::kSampleRate;

// Sounds like a voice: a pitch that glides, with overtones, in syllables of a quarter second and pauses between words.
Mono voice(double seconds, double dbfs) {
  Mono sound(static_cast<size_t>(seconds * kSecond));
  double phase = 0;
  for (size_t i = 0; i < sound.size(); ++i) {
    double time = static_cast<double>(i) / kSecond;
    phase += 2 * std::numbers::pi * (130 + 25 * std::sin(2 * time)) / kSecond;
    double value = 0;
    for (int k = 1; k < 12; ++k) value += std::sin(k * phase) / k;
    double syllable = std::max(0.0, std::sin(2 * std::numbers::pi * time * 2));
    sound[i] = static_cast<float>(value * syllable);
  }
  test::gain(sound, dbfs - test::rms_dbfs(sound));
  return sound;
}

SoundFacts facts_of(const Mono& left, const Mono& right) {
  SoundCheck check;
  media::Samples samples;
  for (size_t i = 0; i < left.size(); ++i) {
    samples.push_back(left[i]);
    samples.push_back(right[i]);
  }
  check.push(samples);
  return check.facts();
}

SoundFacts facts_of(const Mono& sound) {
  return facts_of(sound, sound);
}

TEST(SoundCheck, NothingIsSilence) {
  SoundFacts facts = SoundCheck().facts();
  EXPECT_EQ(facts.length.count(), 0);
  EXPECT_EQ(facts.level_dbfs, kSilent);
  EXPECT_FALSE(facts.voice);
  facts = facts_of(Mono(kSecond));
  EXPECT_EQ(facts.peak_dbfs, kSilent);
  EXPECT_FALSE(facts.voice);
}

TEST(SoundCheck, MeasuresLevels) {
  SoundFacts facts = facts_of(test::white_noise(4 * kSecond, -40, 1));
  EXPECT_NEAR(facts.left_dbfs, -40, 0.1);
  EXPECT_NEAR(facts.noise_dbfs, -40, 2.5);
  EXPECT_EQ(facts.length, Microseconds(4'000'000));
}

TEST(SoundCheck, HearsAVoiceAndWhenItIs) {
  Mono sound(kSecond);
  Mono spoken = voice(4, -20);
  sound.insert(sound.end(), spoken.begin(), spoken.end());
  sound.resize(7 * kSecond);
  test::add(sound, test::pink_noise(sound.size(), -60, 2));
  SoundFacts facts = facts_of(sound);
  ASSERT_TRUE(facts.voice);
  EXPECT_NEAR(static_cast<double>(facts.voice->start.count()), 1e6, 1.2e5);
  EXPECT_NEAR(static_cast<double>(facts.voice->end.count()), 4.75e6, 1.5e5);
  // Half of the time between the first and the last syllable is silent, but for the hang-over.
  EXPECT_NEAR(facts.speech_dbfs, -19.5, 1.5);
  EXPECT_NEAR(facts.noise_dbfs, -61, 3);
}

TEST(SoundCheck, NoVoiceInNoiseOrTones) {
  EXPECT_FALSE(facts_of(test::white_noise(5 * kSecond, -30, 1)).voice);
  EXPECT_FALSE(facts_of(test::pink_noise(5 * kSecond, -30, 1)).voice);
  Mono rumble = test::white_noise(5 * kSecond, -10, 3);
  test::low_pass(rumble, 250);
  EXPECT_FALSE(facts_of(rumble).voice);
  Mono tone(5 * kSecond);
  test::add_hum(tone, 220, -20, 4);
  // A tone that is switched on and off has contrast, but does not glide.
  for (size_t i = 0; i < tone.size(); ++i) {
    if (i / (kSecond / 2) % 2 == 0) tone[i] = 0;
  }
  EXPECT_FALSE(facts_of(tone).voice);
}

TEST(SoundCheck, TellsHumFromItsNeighbours) {
  for (int mains : {50, 60}) {
    Mono sound = voice(6, -20);
    test::add_hum(sound, mains, -40, 4);
    Hum hum = facts_of(sound).hum;
    EXPECT_EQ(hum.mains_hz, mains);
    EXPECT_NEAR(hum.level_dbfs, -40, 2);
  }
  Mono sound = voice(6, -20);
  test::add_hum(sound, 85, -30, 1);
  EXPECT_EQ(facts_of(sound).hum.mains_hz, 0);
  EXPECT_EQ(facts_of(voice(6, -20)).hum.mains_hz, 0);
}

TEST(SoundCheck, FindsWhereTopsAreFlat) {
  Mono loud = voice(5, -20);
  EXPECT_EQ(facts_of(loud).clipped_share, 0);
  test::clip_at_full_scale(loud, 18);
  EXPECT_GT(facts_of(loud).clipped_share, 0.05);
  test::gain(loud, -9);
  EXPECT_GT(facts_of(loud).clipped_share, 0.05) << "lowered after it was cut";
  Mono touching = voice(5, -20);
  float peak = *std::max_element(touching.begin(), touching.end());
  for (float& sample : touching) sample /= peak;
  EXPECT_LT(facts_of(touching).clipped_share, 0.005) << "only touches full scale";
}

TEST(SoundCheck, ForgetsWhatIsOld) {
  SoundCheck check{Microseconds(3'000'000)};
  auto push = [&](const Mono& sound) {
    media::Samples samples;
    for (float sample : sound) samples.insert(samples.end(), 2, sample);
    check.push(samples);
  };
  push(voice(4, -20));
  EXPECT_TRUE(check.facts().voice);
  push(test::pink_noise(3 * kSecond, -50, 4));
  EXPECT_FALSE(check.facts().voice);
  EXPECT_EQ(check.facts().length, Microseconds(3'000'000));
}

TEST(SoundFindings, OffersTheTrimAsCampaignTomlHasIt) {
  SoundFacts facts;
  facts.voice = TimeSpan{Microseconds(2'340'000), Microseconds(9'000'000)};
  auto trim = offered_trim(facts, Microseconds(12'000'000));
  ASSERT_TRUE(trim);
  EXPECT_EQ(trim->line(), "trim = [\"2.0s\", \"-2.5s\"]");
  trim = offered_trim(facts, Microseconds(9'500'000));
  ASSERT_TRUE(trim);
  EXPECT_EQ(trim->line(), "trim = [\"2.0s\", \"-0.0s\"]");
  facts.voice->start = Microseconds(900'000);
  EXPECT_FALSE(offered_trim(facts, Microseconds(9'500'000)));
}

TEST(SoundFindings, SayValueLimitAndRemedy) {
  SoundFacts facts = facts_of(voice(5, -41));
  TakeFindings findings = sound_findings(facts);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].fault, Fault::TooQuiet);
  EXPECT_THAT(findings[0].message,
              testing::MatchesRegex("The sound is too quiet: speech at -[0-9]+ dBFS, wanted -33 or "
                                    "more\\."));
  EXPECT_THAT(findings[0].remedy, testing::HasSubstr("closer"));
}

}  // namespace
}  // namespace candid::capture
