#include "media/audio_reader.h"

#include <cmath>

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
using test::onset;
using test::read_all_sound;
using testing::Each;
using namespace std::chrono_literals;

const std::string kPicture = "-f lavfi -i color=red:s=64x64:r=30:d=3 ";
const std::string kTone = "-f lavfi -i sine=440:r=48000:d=2 ";
const std::string kCodecs = " -c:v libx264 -preset ultrafast -c:a pcm_s16le";

int rising_zeros(const Samples& channel) {
  int count = 0;
  for (size_t i = 1; i < channel.size(); ++i) count += channel[i - 1] < 0 && channel[i] >= 0 ? 1 : 0;
  return count;
}

float peak(Samples::const_iterator from, Samples::const_iterator to) {
  float value = 0;
  for (; from != to; ++from) value = std::max(value, std::abs(*from));
  return value;
}

class AudioReaderTest : public testing::Test {
 protected:
  std::filesystem::path clip(const std::string& name, const std::string& arguments) {
    return make_clip(folder_.path() / name, arguments);
  }
  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

TEST_F(AudioReaderTest, MonoAt44KilohertzBecomesTheHousesSound) {
  auto path = clip("a.mkv", kPicture + "-f lavfi -i sine=440:r=44100:d=2 -ac 1" + kCodecs);
  Samples sound = read_all_sound(path, 0s, 96'000);
  ASSERT_EQ(sound.size(), 192'000U);
  Samples left = left_of(sound);
  EXPECT_NEAR(rising_zeros(left), 880, 2);
  for (size_t i = 0; i < sound.size(); i += 2) ASSERT_EQ(sound[i], sound[i + 1]) << i;
  EXPECT_LT(onset(sound).value_or(1'000'000), 100);
  EXPECT_GT(peak(left.end() - 200, left.end()), 0.05F) << "there is sound to the end";
}

TEST_F(AudioReaderTest, StereoKeepsItsLoudness) {
  auto path = clip(
      "a.mkv", kPicture + "-f lavfi -i \"aevalsrc=0.25*sin(2*PI*440*t)|0.25*sin(2*PI*440*t):s=48000:d=1\"" + kCodecs);
  Samples left = left_of(read_all_sound(path, 0s, 48'000));
  EXPECT_NEAR(peak(left.begin(), left.end()), 0.25, 0.005);
}

// As players do: a mono voice is as loud from each loudspeaker as it was recorded.
TEST_F(AudioReaderTest, MonoKeepsItsLoudness) {
  auto path = clip("a.mkv", kPicture + "-f lavfi -i \"aevalsrc=0.25*sin(2*PI*440*t):s=48000:d=1\"" + kCodecs);
  Samples left = left_of(read_all_sound(path, 0s, 48'000));
  EXPECT_NEAR(peak(left.begin(), left.end()), 0.25, 0.005);
}

TEST_F(AudioReaderTest, KeepsLeftAndRightApart) {
  auto path = clip("a.mkv", kPicture + "-f lavfi -i \"aevalsrc=0.3*sin(2*PI*440*t)|0:s=48000:d=1\"" + kCodecs);
  Samples sound = read_all_sound(path, 0s, 48'000);
  Samples right;
  for (size_t i = 1; i < sound.size(); i += 2) right.push_back(sound[i]);
  EXPECT_NEAR(peak(right.begin(), right.end()), 0, 0.001);
  EXPECT_NEAR(rising_zeros(left_of(sound)), 440, 2);
}

TEST_F(AudioReaderTest, WithoutASoundTrackThereIsSilence) {
  auto path = clip("a.mkv", kPicture + "-c:v libx264");
  Samples sound = read_all_sound(path, 500ms, 12'345);
  EXPECT_EQ(sound.size(), 24'690U);
  EXPECT_THAT(sound, Each(0.0F));
}

TEST_F(AudioReaderTest, SilenceFollowsTheEnd) {
  auto path = clip("a.mkv", kPicture + "-f lavfi -i sine=440:r=48000:d=1" + kCodecs);
  Samples left = left_of(read_all_sound(path, 0s, 96'000));
  ASSERT_EQ(left.size(), 96'000U);
  EXPECT_GT(peak(left.begin() + 47'500, left.begin() + 47'900), 0.06F);
  EXPECT_EQ(peak(left.begin() + 48'200, left.end()), 0);
}

TEST_F(AudioReaderTest, SilenceGoesBeforeSoundThatStartsLate) {
  auto tone = clip("tone.wav", kTone);
  for (std::string name : {"a.mkv", "a.mov"}) {
    auto path = clip(name, kPicture + "-itsoffset 0.5 -i " + quoted(tone) + kCodecs);
    Samples sound = read_all_sound(path, 0s, 96'000);
    ASSERT_EQ(sound.size(), 192'000U) << name;
    EXPECT_NEAR(static_cast<double>(onset(sound).value_or(0)), 24'000, 60) << name;
    EXPECT_NEAR(rising_zeros(left_of(sound)), 660, 3) << name;
  }
}

TEST_F(AudioReaderTest, LongSilenceBeforeTheSoundIsCountedNotKept) {
  auto path = clip("a.mkv", "-f lavfi -i color=red:s=64x64:r=1:d=3605 -itsoffset 3600 " + kTone +
                                " -c:v libx264 -preset ultrafast -c:a pcm_s16le");
  auto reader = must(AudioReader::open(path, 0s, int64_t{3602} * kSampleRate));
  int64_t first = -1;
  int64_t at = 0;
  for (Samples block = must(reader.next(kSampleRate)); !block.empty(); block = must(reader.next(kSampleRate))) {
    for (size_t i = 0; first < 0 && i < block.size(); ++i) {
      if (std::abs(block[i]) > 0.01F) first = at + static_cast<int64_t>(i / kChannels);
    }
    at += static_cast<int64_t>(block.size() / kChannels);
  }
  EXPECT_NEAR(static_cast<double>(first), 3600.0 * kSampleRate, 200);
}

TEST_F(AudioReaderTest, WhatIsNoNumberIsSilence) {
  auto path = clip("a.mkv", kPicture + kTone + "-af \"aeval='if(eq(mod(n,100),0),0/0,if(eq(mod(n,100),1),1/0,0.1))'\"" +
                                " -c:v libx264 -preset ultrafast -c:a pcm_f32le");
  Samples sound = read_all_sound(path, 0s, 48'000);
  EXPECT_TRUE(std::all_of(sound.begin(), sound.end(), [](float sample) { return std::isfinite(sample); }));
  EXPECT_GT(peak(sound.begin(), sound.end()), 0.05F);
  EXPECT_TRUE(std::any_of(sound.begin() + 1000, sound.end(), [](float sample) { return sample == 0; }));
}

TEST_F(AudioReaderTest, StartsWhereAsked) {
  auto tone = clip("tone.wav", kTone);
  auto path = clip("a.mkv", kPicture + "-itsoffset 1 -i " + quoted(tone) + kCodecs);
  EXPECT_NEAR(static_cast<double>(onset(read_all_sound(path, 600ms, 48'000)).value_or(0)), 19'200, 60);
  EXPECT_LT(onset(read_all_sound(path, 1'500ms, 48'000)).value_or(1'000'000), 60);
  Samples left = left_of(read_all_sound(path, 2'750ms, 24'000));
  EXPECT_NEAR(rising_zeros(left), 110, 2) << "250 ms of tone are left";
  EXPECT_THAT(read_all_sound(path, 10s, 1'000), Each(0.0F));
}

TEST_F(AudioReaderTest, GapsAreFilledWithSilence) {
  auto path = clip("a.mkv", kPicture + kTone + "-af \"aselect='lt(t,0.5)+gt(t,1.2)'\"" + kCodecs);
  Samples left = left_of(read_all_sound(path, 0s, 96'000));
  EXPECT_GT(peak(left.begin() + 20'000, left.begin() + 23'000), 0.06F);
  EXPECT_LT(peak(left.begin() + 27'000, left.begin() + 55'000), 0.01F);
  EXPECT_GT(peak(left.begin() + 60'000, left.begin() + 62'000), 0.06F);
  EXPECT_GT(peak(left.begin() + 94'000, left.begin() + 95'500), 0.06F) << "what follows the gap is not moved";
}

// A flash and a beep at 1.0 s, through an encoder with priming.
TEST_F(AudioReaderTest, CompressedSoundStaysWithItsPicture) {
  for (std::string name : {"a.mp4", "a.mkv", "a.mov"}) {
    auto path = clip(name,
                     "-f lavfi -i \"color=black:s=64x64:r=30:d=2,format=yuv420p,geq=lum='if(gte(N,30),235,16)':cb=128:"
                     "cr=128\" -f lavfi -i \"aevalsrc=0.5*sin(2*PI*1000*t)*gte(t\\,1):s=48000:d=2\" "
                     "-c:v libx264 -preset ultrafast -c:a aac");
    auto frames = test::read_all(path, {{64, 64}, {30, 1}, Fit::Contain, 0s, 60});
    int flash = 0;
    while (flash < 60 && test::mean(frames[static_cast<size_t>(flash)]).y < 100) ++flash;
    double beep = static_cast<double>(onset(read_all_sound(path, 0s, 96'000), 0.1F).value_or(0)) / kSampleRate;
    EXPECT_NEAR(beep - flash / 30.0, 0, 0.02) << name;
    EXPECT_NEAR(flash, 30, 1) << name;
  }
}

TEST_F(AudioReaderTest, AMissingFileIsNotFound) {
  auto reader = AudioReader::open(folder_.path() / "missing.wav", 0s, 10);
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().kind(), ErrorKind::NotFound);
}

}  // namespace
}  // namespace candid::media
