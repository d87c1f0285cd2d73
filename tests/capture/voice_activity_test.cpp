#include "capture/voice_activity.h"

#include <fmt/format.h>

#include "capture/presenter/speech.h"
#include "core/files.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

namespace candid::capture {
namespace {

using test::make_clip;
using test::must;
using test::quoted;
using namespace std::chrono_literals;

class VoiceActivity : public testing::Test {
 protected:
  // A sound made by ffmpeg's `arguments`, as a recording without pictures.
  std::vector<Voiced> hear(const std::string& arguments, Microseconds length = 12s) {
    auto clip = make_clip(folder_.path() / "sound.wav", arguments);
    auto reader = must(media::AudioReader::open(clip, 0us, length.count() * media::kSampleRate / 1'000'000));
    return must(find_voice(reader));
  }
  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

// Three bursts of a voice-like buzz: 1..3 s, 3.5..5 s, 7..9 s, and silence up to 12 s.
const std::string kBursts =
    "aevalsrc='0.2*(between(t,1,3)+between(t,3.5,5)+between(t,7,9))*"
    "(sin(2*PI*140*t)+sin(2*PI*700*t)/2+sin(2*PI*1400*t)/4)*(0.6+0.4*sin(2*PI*4*t))':s=48000:d=12";

void expect_bursts(const std::vector<Voiced>& voiced) {
  ASSERT_EQ(voiced.size(), 3U);
  const Voiced wanted[] = {{1s, 3s}, {3'500ms, 5s}, {7s, 9s}};
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_LT(std::chrono::abs(voiced[i].start - wanted[i].start), 50ms) << voiced[i].start.count();
    EXPECT_LT(std::chrono::abs(voiced[i].end - wanted[i].end), 50ms) << voiced[i].end.count();
  }
}

TEST_F(VoiceActivity, IsFoundBetweenPauses) {
  expect_bursts(hear("-f lavfi -i \"" + kBursts + "\""));
}

TEST_F(VoiceActivity, IsFoundInQuietRecordings) {
  expect_bursts(hear("-f lavfi -i \"" + kBursts + ",volume=-30dB\""));
}

TEST_F(VoiceActivity, IsFoundInNoise) {
  for (const char* color : {"white", "pink", "brown"}) {
    SCOPED_TRACE(color);
    expect_bursts(
        hear(fmt::format("-f lavfi -i \"{}\" -f lavfi -i anoisesrc=color={}:amplitude=0.03:seed=1:d=12 "
                         "-filter_complex amix=inputs=2:normalize=0",
                         kBursts, color)));
  }
}

TEST_F(VoiceActivity, IsFoundBesideMainsHum) {
  expect_bursts(hear("-f lavfi -i \"" + kBursts +
                     "\" -f lavfi -i \"sine=f=50:d=12,volume=0.3\" -filter_complex amix=inputs=2:normalize=0"));
}

TEST_F(VoiceActivity, BridgesDipsThatAreNoPauses) {
  auto voiced = hear("-f lavfi -i \"aevalsrc='0.3*sin(2*PI*500*t)*(between(t,1,2)+between(t,2.1,3))':s=48000:d=12\"");
  ASSERT_EQ(voiced.size(), 1U);
  EXPECT_GT(voiced[0].end - voiced[0].start, 1'950ms);
}

TEST_F(VoiceActivity, PassesOverClicks) {
  auto voiced = hear(
      "-f lavfi -i \"aevalsrc='0.9*between(t,0.5,0.501)+0.3*sin(2*PI*500*t)*between(t,4,6)+0.9*between(t,8,8.001)':"
      "s=48000:d=12\"");
  ASSERT_EQ(voiced.size(), 1U);
  EXPECT_GT(voiced[0].start, 3'900ms);
}

TEST_F(VoiceActivity, IsNotInSilenceNorInSteadyNoise) {
  EXPECT_TRUE(hear("-f lavfi -i anullsrc=d=12").empty());
  for (const char* color : {"white", "pink", "brown"}) {
    for (const char* amplitude : {"0.001", "0.1"}) {
      EXPECT_TRUE(hear(fmt::format("-f lavfi -i anoisesrc=color={}:amplitude={}:d=12", color, amplitude)).empty())
          << color << amplitude;
    }
  }
  EXPECT_TRUE(hear("-f lavfi -i sine=f=300:d=12").empty());
  EXPECT_TRUE(hear("-f lavfi -i sine=f=300:d=0.2", 200ms).empty()) << "shorter than a word";
}

TEST_F(VoiceActivity, OfThePresenterBeginsAndEndsWithItsLines) {
  Speech speech = must(speak({"Good morning to all of you.", "How are you today?", "Goodbye."}));
  must(write_file(folder_.path() / "speech.f32",
                  std::span(reinterpret_cast<const uint8_t*>(speech.samples.data()), speech.samples.size() * 4)));
  auto voiced = hear("-f f32le -ar 48000 -ac 2 -i " + quoted(folder_.path() / "speech.f32"));
  ASSERT_EQ(voiced.size(), 3U);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_LT(std::chrono::abs(voiced[i].start - speech.marks[i].start), 50ms);
    EXPECT_LT(std::chrono::abs(voiced[i].end - speech.marks[i].end), 150ms) << "the last sound of a line dies away";
  }
}

}  // namespace
}  // namespace candid::capture
