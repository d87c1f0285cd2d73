#include "media/loudness.h"

#include <cmath>
#include <fstream>
#include <numbers>

#include <fmt/format.h>

#include "core/files.h"
#include "tests/media/pictures.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

namespace candid::media {
namespace {

using candid::test::make_clip;
using candid::test::must;
using candid::test::quoted;
using test::left_of;
using test::read_all_sound;
using testing::Each;
using namespace std::chrono_literals;

constexpr LoudnessTarget kTarget;

// A buzz of 120 Hz with a breath of noise, in four syllables a second, with a pause of a second after every three; over
// a floor of white noise.
std::string babble(double amplitude, int seconds, double noise = 0) {
  return fmt::format(
      "-f lavfi -i \"aevalsrc='pow(0.5+0.5*cos(2*PI*120*t)\\,60)-0.07+0.05*(random(0)-0.5)':s=48000:d={0}\" "
      "-f lavfi -i anoisesrc=color=white:seed=2:r=48000:a={1}:d={0} -filter_complex "
      "\"[0]asetnsamples=480,volume='{2}*abs(sin(4*PI*t))*lt(mod(t\\,4)\\,3)':eval=frame[v];[v][1]amix=normalize=0\" "
      "-c:a pcm_f32le",
      seconds, noise, amplitude);
}

std::string tone(double amplitude, const std::string& seconds, const std::string& more = "1") {
  return "-f lavfi -i \"aevalsrc='" + std::to_string(amplitude) + "*sin(2*PI*997*t)*" + more +
         "':s=48000:d=" + seconds + "\" -c:a pcm_f32le";
}

double level_dbfs(const Samples& sound, double from_seconds, double to_seconds) {
  double sum = 0;
  auto from = static_cast<size_t>(from_seconds * kSampleRate) * kChannels;
  auto to = static_cast<size_t>(to_seconds * kSampleRate) * kChannels;
  for (size_t i = from; i < to; ++i) sum += static_cast<double>(sound[i]) * sound[i];
  return 10 * std::log10(sum / static_cast<double>(to - from));
}

// The amplitude of 997 Hz in a stretch.
double tone_db(const Samples& sound, double from_seconds, double to_seconds) {
  double cosine = 0;
  double sine = 0;
  auto from = static_cast<size_t>(from_seconds * kSampleRate);
  auto to = static_cast<size_t>(to_seconds * kSampleRate);
  for (size_t i = from; i < to; ++i) {
    double angle = 2 * std::numbers::pi * 997 * static_cast<double>(i) / kSampleRate;
    cosine += sound[i * kChannels] * std::cos(angle);
    sine += sound[i * kChannels] * std::sin(angle);
  }
  return 20 * std::log10(2 * std::hypot(cosine, sine) / static_cast<double>(to - from));
}

// How many samples later `after` has what `before` has: the lag of the largest correlation of `length` from `at` on.
int shift(const Samples& before, const Samples& after, size_t at, size_t length = 2'000) {
  constexpr int kFarthest = 1'500;
  double best = 0;
  int lag = kFarthest + 1;
  Samples a = left_of(before);
  Samples b = left_of(after);
  for (int candidate = -kFarthest; candidate <= kFarthest; ++candidate) {
    double sum = 0;
    double energy = 0;
    for (size_t i = at; i < at + length; ++i) {
      float other = b[static_cast<size_t>(static_cast<int>(i) + candidate)];
      sum += a[i] * other;
      energy += other * other;
    }
    if (sum / std::sqrt(energy) > best) {
      best = sum / std::sqrt(energy);
      lag = candidate;
    }
  }
  return lag;
}

class LoudnessTest : public testing::Test {
 protected:
  std::filesystem::path clip(const std::string& arguments, const std::string& name = "a.wav") {
    return make_clip(folder_.path() / name, arguments);
  }

  static Loudness measured(const std::filesystem::path& path, int seconds, const SoundTreatment& treated = {}) {
    auto reader = must(AudioReader::open(path, 0s, int64_t{seconds} * kSampleRate, treated));
    return must(measure_loudness(reader));
  }

  static SoundTreatment treatment(const std::filesystem::path& path, int seconds, bool denoise = false) {
    return must(treatment_for(path, 0s, int64_t{seconds} * kSampleRate, denoise));
  }

  std::filesystem::path saved(const Samples& sound, const std::string& codec, const std::string& name) {
    auto raw = folder_.path() / "sound.raw";
    std::ofstream(raw, std::ios::binary)
        .write(reinterpret_cast<const char*>(sound.data()), static_cast<std::streamsize>(sound.size() * sizeof(float)));
    return clip("-f f32le -ar 48000 -ac 2 -i " + quoted(raw) + " " + codec, name);
  }

  // As in the finished video.
  Loudness measured_after_aac(const std::filesystem::path& path, int seconds, const SoundTreatment& treated) {
    Samples sound = read_all_sound(path, 0s, int64_t{seconds} * kSampleRate, treated);
    return measured(saved(sound, "-c:a aac -b:a 128k", "coded.mp4"), seconds);
  }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

// EBU Tech 3341: a tone in both channels has its peak's level in LUFS.
TEST_F(LoudnessTest, AToneHasItsKnownLoudness) {
  for (std::string channels : {"mono|c0=c0", "stereo|c0=c0|c1=c0"}) {
    Loudness loudness = measured(clip(tone(0.1, "5") + " -af \"pan=" + channels + "\""), 5);
    EXPECT_NEAR(loudness.integrated_lufs, -20, 0.1) << channels;
    EXPECT_NEAR(loudness.true_peak_dbtp, -20, 0.1) << channels;
  }
}

TEST_F(LoudnessTest, PausesDoNotCount) {
  EXPECT_NEAR(measured(clip(tone(0.1, "20", "lt(t,10)")), 20).integrated_lufs, -20, 0.2);
}

TEST_F(LoudnessTest, QuietSpeechIsLiftedToTheTarget) {
  auto path = clip(babble(0.03, 20, 0.0001));
  EXPECT_LT(measured(path, 20).integrated_lufs, -38);
  SoundTreatment lifted = treatment(path, 20);
  EXPECT_TRUE(lifted.ceiling_dbtp);
  EXPECT_NEAR(measured(path, 20, lifted).integrated_lufs, kTarget.integrated_lufs, 0.3);
  Loudness coded = measured_after_aac(path, 20, lifted);
  EXPECT_NEAR(coded.integrated_lufs, kTarget.integrated_lufs, 0.5);
  EXPECT_LE(coded.true_peak_dbtp, kTarget.true_peak_dbtp);
}

TEST_F(LoudnessTest, LoudSoundIsTurnedDownWithoutLimiting) {
  auto path = clip(tone(0.9, "5"));
  SoundTreatment lowered = treatment(path, 5);
  EXPECT_FALSE(lowered.ceiling_dbtp);
  EXPECT_NEAR(lowered.gain_db, -15.1, 0.1);
  EXPECT_NEAR(measured(path, 5, lowered).integrated_lufs, kTarget.integrated_lufs, 0.1);
}

// Pops of a close microphone, clipped, over a quiet voice.
TEST_F(LoudnessTest, HotPeaksStayBelowTheCeilingAfterAac) {
  auto voice = clip(babble(0.3, 20), "voice.wav");
  auto path = clip("-i " + quoted(voice) +
                   " -f lavfi -i \"aevalsrc='3*sin(2*PI*40*mod(t,1))*exp(-25*mod(t,1))':s=48000:d=20\""
                   " -filter_complex amix=normalize=0 -c:a pcm_s16le");
  EXPECT_GT(measured(path, 20).true_peak_dbtp, 0);
  SoundTreatment limited = treatment(path, 20);
  ASSERT_TRUE(limited.ceiling_dbtp);
  EXPECT_NEAR(measured(path, 20, limited).integrated_lufs, kTarget.integrated_lufs, 0.5);
  EXPECT_LE(measured(path, 20, limited).true_peak_dbtp, *limited.ceiling_dbtp + 0.1);
  EXPECT_LE(measured_after_aac(path, 20, limited).true_peak_dbtp, kTarget.true_peak_dbtp);
}

TEST_F(LoudnessTest, SoundThatFitsIsLeftAlone) {
  EXPECT_EQ(treatment(clip(tone(0.16, "5")), 5), SoundTreatment{});
}

TEST_F(LoudnessTest, TreatedSoundNeedsNoSecondTreatment) {
  auto path = clip(babble(0.1, 20));
  Samples sound = read_all_sound(path, 0s, 20 * kSampleRate, treatment(path, 20));
  auto again = saved(sound, "-c:a pcm_f32le", "again.wav");
  EXPECT_EQ(treatment(again, 20), SoundTreatment{});
}

TEST_F(LoudnessTest, SilenceStaysSilence) {
  auto silent = clip("-f lavfi -i anullsrc=r=48000:d=3");
  auto no_track = clip("-f lavfi -i color=red:s=64x64:r=30:d=3 -c:v libx264 -preset ultrafast", "a.mkv");
  for (const auto& path : {silent, no_track}) {
    for (bool denoise : {false, true}) {
      SoundTreatment none = treatment(path, 3, denoise);
      EXPECT_EQ(none.gain_db, 0) << path;
      EXPECT_FALSE(none.ceiling_dbtp) << path;
      EXPECT_THAT(read_all_sound(path, 0s, 3 * kSampleRate, none), Each(0.0F)) << path;
    }
    EXPECT_TRUE(std::isinf(measured(path, 3).integrated_lufs)) << path;
  }
}

TEST_F(LoudnessTest, SoundTooShortToJudgeGetsNoGain) {
  SoundTreatment kept = must(treatment_for(clip(tone(0.02, "0.2")), 0s, kSampleRate / 5, false));
  EXPECT_EQ(kept, SoundTreatment{});
  SoundTreatment hot = must(treatment_for(clip(tone(1, "0.2")), 0s, kSampleRate / 5, false));
  EXPECT_EQ(hot.gain_db, 0);
  EXPECT_TRUE(hot.ceiling_dbtp) << "but its peaks are limited";
}

TEST_F(LoudnessTest, WhisperedNoiseIsNotLiftedWithoutEnd) {
  EXPECT_LE(treatment(clip(babble(0.001, 8, 0.0001)), 8).gain_db, 30);
}

TEST_F(LoudnessTest, GainAndLimiterMoveNothingInTime) {
  auto path = clip("-f lavfi -i anoisesrc=color=pink:seed=5:r=48000:d=2.5 -af adelay=500:all=1 -c:a pcm_f32le");
  Samples before = read_all_sound(path, 0s, 3 * kSampleRate);
  Samples after = read_all_sound(path, 0s, 3 * kSampleRate, {.gain_db = 12, .ceiling_dbtp = -3});
  EXPECT_GT(level_dbfs(before, 1, 2) + 12, level_dbfs(after, 1, 2) + 1) << "it is limited";
  ASSERT_EQ(after.size(), before.size());
  EXPECT_EQ(shift(before, after, 40'000), 0);
  EXPECT_EQ(shift(before, after, 120'000), 0);
  EXPECT_EQ(test::onset(after, 1e-5F), test::onset(before, 1e-5F / 4)) << "gain starts with the sound";
}

TEST_F(LoudnessTest, DenoisingMovesNothingInTime) {
  auto sound = clip(babble(0.5, 4, 0.002));
  auto late = clip("-f lavfi -i color=red:s=64x64:r=30:d=5 -itsoffset 0.5 -i " + quoted(sound) +
                       " -c:v libx264 -preset ultrafast -c:a pcm_s16le",
                   "late.mkv");
  for (const auto& path : {sound, late}) {
    for (Microseconds start : {0ms, 730ms}) {
      Samples before = read_all_sound(path, start, 3 * kSampleRate);
      Samples after = read_all_sound(path, start, 3 * kSampleRate, {.denoise = true});
      ASSERT_EQ(after.size(), before.size());
      EXPECT_EQ(shift(before, after, 30'000, 8'000), 0) << path << start.count();
      EXPECT_EQ(shift(before, after, 90'000, 8'000), 0) << path << start.count();
    }
  }
}

// The denoiser holds back its window's tail, and tells nobody.
TEST_F(LoudnessTest, DenoisedSoundLastsToItsEnd) {
  auto path = clip(tone(0.3, "1"));
  Samples sound = read_all_sound(path, 0s, 2 * kSampleRate, {.denoise = true});
  ASSERT_EQ(sound.size(), static_cast<size_t>(2 * kSampleRate * kChannels));
  EXPECT_NEAR(level_dbfs(sound, 0.985, 0.995), level_dbfs(sound, 0.5, 0.6), 1);
  EXPECT_LT(level_dbfs(sound, 1.02, 2), -60);
}

TEST_F(LoudnessTest, NoTreatmentIsNoChange) {
  auto path = clip(babble(0.5, 3, 0.001));
  Samples plain = read_all_sound(path, 100ms, 2 * kSampleRate);
  EXPECT_EQ(read_all_sound(path, 100ms, 2 * kSampleRate, SoundTreatment{}), plain);
  Samples under_the_ceiling = read_all_sound(path, 100ms, 2 * kSampleRate, {.ceiling_dbtp = 0});
  EXPECT_EQ(under_the_ceiling, plain);
}

TEST_F(LoudnessTest, TheSameSoundGetsTheSameTreatment) {
  auto path = clip(babble(0.05, 8, 0.001));
  SoundTreatment first = treatment(path, 8, true);
  EXPECT_EQ(treatment(path, 8, true), first);
  EXPECT_EQ(read_all_sound(path, 0s, 8 * kSampleRate, first), read_all_sound(path, 0s, 8 * kSampleRate, first));
}

TEST_F(LoudnessTest, DenoisingLowersThePausesAndSparesTheTone) {
  for (std::string color : {"white", "pink"}) {
    for (double noise : {0.002, 0.01, 0.03}) {
      auto path = clip("-f lavfi -i anoisesrc=color=" + color + ":seed=4:r=48000:d=8:a=" + std::to_string(noise) +
                       " -f lavfi -i \"aevalsrc='0.2*sin(2*PI*997*t)*gt(mod(t\\,2)\\,1)':s=48000:d=8\""
                       " -filter_complex amix=normalize=0 -c:a pcm_f32le");
      Samples before = read_all_sound(path, 0s, 8 * kSampleRate);
      SoundTreatment cleaned = treatment(path, 8, true);
      Samples after =
          read_all_sound(path, 0s, 8 * kSampleRate, {.denoise = true, .noise_floor_dbfs = cleaned.noise_floor_dbfs});
      std::string what = color + " " + std::to_string(noise);
      EXPECT_LT(level_dbfs(after, 4.2, 4.9), level_dbfs(before, 4.2, 4.9) - 6) << what;
      EXPECT_NEAR(tone_db(after, 5.2, 5.9), tone_db(before, 5.2, 5.9), 1) << what;
      EXPECT_NEAR(measured(path, 8, cleaned).integrated_lufs, kTarget.integrated_lufs, 0.5) << what;
    }
  }
}

TEST_F(LoudnessTest, AMissingFileIsNotFound) {
  auto result = treatment_for(folder_.path() / "missing.wav", 0s, 10, false);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::NotFound);
}

}  // namespace
}  // namespace candid::media
