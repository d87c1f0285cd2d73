#include "capture/voice_cut.h"

#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "capture/recording.h"
#include "core/files.h"
#include "media/audio_reader.h"
#include "media/video_reader.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

namespace candid::capture {
namespace {

using test::make_clip;
using test::must;
using test::output_of;
using test::quoted;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

// Within 20 ms.
void expect_near(Microseconds seen, Microseconds wanted, const char* what) {
  EXPECT_LE(std::chrono::abs(seen - wanted), 20ms) << what << ": " << seen.count() << " for " << wanted.count();
}

// A buzz like a voice wherever `when` (an expression of t) is 1, over faint noise, with pictures that count.
class VoiceCutTest : public testing::Test {
 protected:
  std::filesystem::path take(const std::string& when, double volume = 0.25, int seconds = 10) {
    return make_clip(
        folder_.path() / "take.mkv",
        fmt::format("-f lavfi -i testsrc2=s=160x120:r=30:d={2} -f lavfi -i "
                    "\"aevalsrc='{1}*({0})*(sin(2*PI*140*t)+sin(2*PI*700*t)/2+sin(2*PI*1400*t)/4)+0.0004*(random(0)-"
                    "0.5)':s=48000:d={2}\" -c:v libx264 -preset ultrafast -crf 12 -pix_fmt yuv420p -c:a pcm_s16le",
                    when, volume, seconds));
  }
  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

TEST_F(VoiceCutTest, KeepsTheMarginsAroundTheVoice) {
  auto cutter = must(VoiceCutter::open(take("between(t,2,3.5)+between(t,4,5)")));
  VoiceCut cut = must(cutter.find({1s, 7s}));
  EXPECT_THAT(cut.flaws, IsEmpty());
  Microseconds start{cut.first_frame * 1'000'000 / 30};
  expect_near(start, cut.voice_start - 250ms, "start after the found voice");
  expect_near(start + cutter.length_of(cut), cut.voice_end + 350ms, "end after the found voice");
  EXPECT_LE(std::chrono::abs(start - 1'750ms), 40ms) << start.count();
  EXPECT_LE(std::chrono::abs(start + cutter.length_of(cut) - 5'350ms), 40ms);
}

TEST_F(VoiceCutTest, NeverReachesIntoTheNeighboursWindow) {
  auto cutter = must(VoiceCutter::open(take("between(t,2,3)+between(t,3.4,4.6)+between(t,5,6)")));
  VoiceCut cut = must(cutter.find({3'200ms, 4'800ms}));
  EXPECT_THAT(cut.flaws, IsEmpty());
  EXPECT_GE(cut.first_frame, 96);
  EXPECT_LE(cut.first_frame + cut.frames, 144);
  EXPECT_GE(cut.frames, 46);
}

TEST_F(VoiceCutTest, TellsWhatIsWrong) {
  auto cutter = must(VoiceCutter::open(take("between(t,1,3)+between(t,5,5.4)+between(t,8,9.9)")));
  EXPECT_THAT(must(cutter.find({3'500ms, 4'500ms})).flaws, ElementsAre(CutFlaw::NoVoice));
  EXPECT_EQ(must(cutter.find({3'500ms, 4'500ms})).frames, 0);
  EXPECT_THAT(must(cutter.find({4s, 7s})).flaws, ElementsAre(CutFlaw::TooShort));
  EXPECT_THAT(must(cutter.find({500ms, 2'500ms})).flaws, ElementsAre(CutFlaw::CutOff)) << "at its end";
  EXPECT_THAT(must(cutter.find({2s, 4s})).flaws, ElementsAre(CutFlaw::CutOff)) << "at its beginning";
  EXPECT_THAT(must(cutter.find({7s, 9s})).flaws, ElementsAre(CutFlaw::CutOff));
}

// What a power cut left of a take: the journal knows of more than the take holds.
TEST_F(VoiceCutTest, ATakeThatEndsBeforeTheWindowIsCutOff) {
  auto whole = take("between(t,2,3)+between(t,6,8)");
  EXPECT_THAT(must(must(VoiceCutter::open(whole)).find({1s, 5s})).flaws, IsEmpty());
  auto torn = folder_.path() / "torn.mkv";
  output_of("ffmpeg -nostdin -v error -i " + quoted(whole) + " -t 4 -c copy " + quoted(torn));
  auto cutter = must(VoiceCutter::open(torn));
  EXPECT_LE(std::chrono::abs(cutter.duration() - 4s), 50ms);
  VoiceCut cut = must(cutter.find({1s, 5s}));
  EXPECT_THAT(cut.flaws, ElementsAre(CutFlaw::CutOff)) << "though it ends in a pause";
  EXPECT_GT(cut.frames, 30) << "what there is can be listened to";
  EXPECT_THAT(must(cutter.find({1s, cutter.duration() + 30ms})).flaws, IsEmpty()) << "the key of the last picture";
}

TEST_F(VoiceCutTest, TellsFlatTopsFromLoudSpeech) {
  EXPECT_THAT(must(must(VoiceCutter::open(take("between(t,1,3)", 0.9))).find({0s, 5s})).flaws,
              ElementsAre(CutFlaw::Clipped));
  EXPECT_THAT(must(must(VoiceCutter::open(take("between(t,1,3)", 0.55))).find({0s, 5s})).flaws, IsEmpty());
}

TEST_F(VoiceCutTest, AKeyAtTheEdgeIsNoVoice) {
  // Keys at 1.03 and 3.9 s, voice between.
  auto cutter = must(VoiceCutter::open(take("between(t,1.0,1.1)+between(t,2,3)+between(t,3.85,3.97)")));
  VoiceCut cut = must(cutter.find({1s, 4s}));
  EXPECT_THAT(cut.flaws, IsEmpty());
  EXPECT_LE(std::chrono::abs(cut.voice_start - 2s), 40ms);
  EXPECT_LE(std::chrono::abs(cut.voice_end - 3s), 40ms);
  // Right before the first word, it is outside of the margin.
  cut = must(must(VoiceCutter::open(take("between(t,1.0,1.1)+between(t,1.3,3)"))).find({1s, 4s}));
  EXPECT_GE(cut.first_frame, 33);
}

TEST_F(VoiceCutTest, ASilentTakeHasNoVoiceAnywhere) {
  auto silent = make_clip(folder_.path() / "silent.mkv", "-f lavfi -i testsrc2=s=160x120:r=30:d=2 -c:v libx264");
  EXPECT_THAT(must(must(VoiceCutter::open(silent)).find({0s, 2s})).flaws, ElementsAre(CutFlaw::NoVoice));
}

TEST_F(VoiceCutTest, TheClipIsTheTakesFramesAndSamples) {
  auto path = take("between(t,2,3.5)");
  auto cutter = must(VoiceCutter::open(path));
  VoiceCut cut = must(cutter.find({1s, 7s}));
  auto clip = folder_.path() / "1.mkv";
  must(write_file(clip, "an earlier one"));
  must(cutter.write(cut, clip, {}));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "1.mkv.part"));
  EXPECT_EQ(must(media::probe(clip)).video.frames, cut.frames);
  auto seen = must(media::VideoReader::open(clip, {{160, 120}, {30, 1}, {}, {}, cut.frames, 0}));
  auto wanted = must(media::VideoReader::open(path, {{160, 120}, {30, 1}, {}, {}, cut.frames, cut.first_frame}));
  for (int64_t i = 0; i < cut.frames; ++i) {
    media::Frame a = std::move(*must(seen.next()));
    media::Frame b = std::move(*must(wanted.next()));
    double sum = 0;
    for (int y = 0; y < 120; ++y) {
      for (int x = 0; x < 160; ++x)
        sum += std::abs(a.plane(0).data[y * a.plane(0).stride + x] - b.plane(0).data[y * b.plane(0).stride + x]);
    }
    EXPECT_LT(sum / (160 * 120), 2) << i;
  }
  int64_t samples = cut.frames * 1600;
  auto heard = must(media::AudioReader::open(clip, 0us, samples));
  auto spoken = must(media::AudioReader::open(path, Microseconds(cut.first_frame * 1'000'000 / 30), samples));
  for (int64_t i = 0; i < samples; i += 1600) {
    media::Samples a = must(heard.next(1600));
    media::Samples b = must(spoken.next(1600));
    ASSERT_EQ(a.size(), b.size());
    for (size_t k = 0; k < a.size(); ++k) ASSERT_NEAR(a[k], b[k], 1e-4) << i << " " << k;
  }
}

TEST_F(VoiceCutTest, AStopLeavesNothing) {
  auto cutter = must(VoiceCutter::open(take("between(t,2,3.5)")));
  std::stop_source stop;
  stop.request_stop();
  auto written = cutter.write(must(cutter.find({1s, 7s})), folder_.path() / "1.mkv", stop.get_token());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind(), ErrorKind::Cancelled);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "1.mkv"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "1.mkv.part"));
}

// The presenter's own marks say when the lines were said.
TEST_F(VoiceCutTest, CutsThePresentersSpeechAtItsMarks) {
  SourceSettings settings;
  settings.camera = "test:";
  settings.microphone = "test:";
  settings.size = media::FrameSize{160, 120};
  settings.script = {"Hello Jane, it was good to meet you.", "Hello Peter, thank you for your time.",
                     "Hello Maria, we liked your answers."};
  auto source = must(open_source(settings));
  RecordSettings record_settings;
  record_settings.output = folder_.path() / "presenter.mkv";
  std::vector<ScriptMark> marks = must(record(*source, record_settings, {}, nullptr, {})).marks;
  ASSERT_EQ(marks.size(), 3U);
  auto cutter = must(VoiceCutter::open(record_settings.output));
  Microseconds from{0};
  for (size_t i = 0; i < marks.size(); ++i) {
    Microseconds to = i + 1 < marks.size() ? (marks[i].end + marks[i + 1].start) / 2 : marks[i].end + 800ms;
    VoiceCut cut = must(cutter.find({from, to}));
    EXPECT_THAT(cut.flaws, IsEmpty()) << marks[i].text;
    EXPECT_LE(std::chrono::abs(cut.voice_start - marks[i].start), 60ms) << (cut.voice_start - marks[i].start).count();
    EXPECT_LE(std::chrono::abs(cut.voice_end - marks[i].end), 60ms) << (cut.voice_end - marks[i].end).count();
    Microseconds start{cut.first_frame * 1'000'000 / 30};
    expect_near(start, std::max(from, cut.voice_start - 250ms), "start");
    expect_near(start + cutter.length_of(cut), std::min(to, cut.voice_end + 350ms), "end");
    EXPECT_NEAR(cut.loudness_lufs, -17, 3);
    from = to;
  }
}

}  // namespace
}  // namespace candid::capture
