#include "capture/check/take_check.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "capture/check/live_check.h"
#include "capture/source.h"
#include "tests/capture/take_clips.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

namespace candid::capture {
namespace {

using test::ClipRecipe;
using test::must;
using test::quoted;
using namespace std::chrono_literals;

class TakeCheckTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              fmt::format("candid-check-{}", testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path take(const std::string& name, const ClipRecipe& recipe) {
    return test::make_take(folder_, name, recipe);
  }
  std::filesystem::path folder_;
};

std::vector<Fault> faults_of(const TakeFindings& findings) {
  std::vector<Fault> faults;
  for (const TakeFinding& finding : findings) faults.push_back(finding.fault);
  return faults;
}

TEST_F(TakeCheckTest, TellsWhatWasMeasured) {
  TakeReport report = must(check_take(take("take", {.rate = 30, .seconds = 6})));
  EXPECT_TRUE(report.is_fit());
  EXPECT_TRUE(report.findings.empty());
  EXPECT_FALSE(report.trim);
  EXPECT_NEAR(report.loudness.integrated_lufs, -17, 3);
  ASSERT_TRUE(report.picture.face);
  EXPECT_NEAR(report.picture.face->size, 0.45, 0.08);
  ASSERT_TRUE(report.lips);
  EXPECT_NEAR(static_cast<double>(report.lips->late.count()), 0, 2e4);
  EXPECT_EQ(report.times.duration, 6s);
}

TEST_F(TakeCheckTest, ErrorsComeFirstAndAreNotFit) {
  TakeReport report = must(check_take(take("take", {.has_sound = false, .picture = "gblur=sigma=5"})));
  EXPECT_FALSE(report.is_fit());
  EXPECT_THAT(faults_of(report.findings), testing::ElementsAre(Fault::NoSound, Fault::Blurred));
  EXPECT_EQ(report.findings[0].severity, Severity::Error);
}

TEST_F(TakeCheckTest, ARecordingThatACrashCutIsChecked) {
  auto whole = take("whole", {.seconds = 8});
  auto cut = folder_ / "cut.mkv";
  // As a killed recorder leaves it: no length, no index, and no end.
  auto live = test::make_clip(folder_ / "live.mkv", fmt::format("-i {} -c copy -live 1", quoted(whole)));
  std::filesystem::copy_file(live, cut);
  std::filesystem::resize_file(cut, std::filesystem::file_size(cut) * 9 / 10);
  TakeReport report = must(check_take(cut));
  EXPECT_TRUE(report.is_fit());
  EXPECT_THAT(faults_of(report.findings), testing::Not(testing::Contains(Fault::SilentTail)));
}

TEST_F(TakeCheckTest, StopsWhenAskedAndTellsHowFarItIs) {
  auto path = take("take", {});
  std::stop_source stop;
  double last = -1;
  auto stopped = check_take(path, stop.get_token(), [&](double done) {
    EXPECT_GE(done, last);
    EXPECT_LE(done, 1);
    last = done;
    if (done > 0.5) stop.request_stop();
  });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind(), ErrorKind::Cancelled);
  EXPECT_GT(last, 0.5);
}

TEST_F(TakeCheckTest, AFileThatIsNoTakeIsAnError) {
  EXPECT_EQ(check_take(folder_ / "nothing.mkv").error().kind(), ErrorKind::NotFound);
  EXPECT_FALSE(check_take(CANDID_SOURCE_DIR "/capture/check/take_check.h"));
}

media::RecordingTimes times(Microseconds sound_start, Microseconds sound_end, Microseconds gap = 0us) {
  media::RecordingTimes times;
  times.picture = media::TrackTimes{0us, 10s, 0us, 0us};
  times.sound = media::TrackTimes{sound_start, sound_end, gap, 3s};
  times.duration = std::max<Microseconds>(10s, sound_end);
  return times;
}

TEST(AlignmentFindings, AcceptWhatViewersAccept) {
  auto lips = [](Microseconds late) { return LipOffset{late, 0.9, 9}; };
  EXPECT_TRUE(alignment_findings(times(0us, 10s), std::nullopt).empty());
  for (Microseconds late : {-85ms, 0ms, 180ms}) EXPECT_TRUE(alignment_findings(times(0us, 10s), lips(late)).empty());
  for (Microseconds late : {-95ms, 190ms}) {
    auto findings = alignment_findings(times(0us, 10s), lips(late));
    EXPECT_THAT(faults_of(findings), testing::ElementsAre(Fault::OutOfSync));
  }
  EXPECT_THAT(alignment_findings(times(0us, 10s), lips(300ms))[0].message,
              testing::HasSubstr("300 ms too late for the lips, wanted 185 or less"));
}

TEST(AlignmentFindings, SeeWhereSoundIsMissing) {
  EXPECT_TRUE(alignment_findings(times(150ms, 9500ms, 100ms), std::nullopt).empty());
  for (const auto& found : {times(300ms, 10s), times(0us, 8s), times(0us, 10s, 400ms)}) {
    EXPECT_THAT(faults_of(alignment_findings(found, std::nullopt)), testing::ElementsAre(Fault::SoundStops));
  }
  EXPECT_THAT(faults_of(alignment_findings(times(0us, 12s), std::nullopt)), testing::ElementsAre(Fault::Frozen));
  // Lips that fit show that a late start is no shift.
  EXPECT_TRUE(alignment_findings(times(300ms, 10s), LipOffset{10ms, 0.9, 9}).empty());
}

class LiveCheckTest : public testing::Test {
 protected:
  static constexpr media::FrameSize kSize{320, 180};
  static constexpr int kRate = 12;
  LiveCheck live_ = must(LiveCheck::create({.size = kSize, .frame_rate = {kRate, 1}, .has_sound = true, .device = ""}));
  std::unique_ptr<Source> presenter_ = must(open_source(settings()));

  static SourceSettings settings() {
    SourceSettings settings;
    settings.camera = "test:";
    settings.microphone = "test:";
    settings.size = kSize;
    settings.frame_rate = Rational{kRate, 1};
    settings.script = Script(6, "We would like to show you around the office and meet the team.");
    return settings;
  }

  void push(double seconds, const std::function<void(Moment&)>& change = {}) {
    for (int i = 0; i < static_cast<int>(seconds * kRate); ++i) {
      Moment moment = must(presenter_->next()).value();
      if (change) change(moment);
      must(live_.push(moment));
    }
  }
};

TEST_F(LiveCheckTest, IsContentWithAGoodPicture) {
  push(6);
  EXPECT_THAT(faults_of(live_.findings()), testing::IsEmpty());
  EXPECT_TRUE(live_.levels().voice_is_heard);
  EXPECT_TRUE(live_.levels().face_is_seen);
  EXPECT_GT(live_.levels().peak_dbfs, -40);
}

TEST_F(LiveCheckTest, SaysNothingOfAVoiceBeforeOneCanBeHeard) {
  auto mute = [](Moment& moment) { std::fill(moment.sound.begin(), moment.sound.end(), 0.0F); };
  push(2, mute);
  EXPECT_THAT(faults_of(live_.findings()), testing::IsEmpty());
  push(4, mute);
  EXPECT_THAT(faults_of(live_.findings()), testing::ElementsAre(Fault::NoSound));
}

TEST_F(LiveCheckTest, ForgetsAFaultThatIsMended) {
  auto darken = [](Moment& moment) { moment.frame->fill(16, 128, 128); };
  push(3, [&](Moment& moment) { must(moment.frame->make_writable()), darken(moment); });
  EXPECT_THAT(faults_of(live_.findings()), testing::Contains(Fault::Black));
  push(11);
  EXPECT_THAT(faults_of(live_.findings()), testing::IsEmpty());
}

}  // namespace
}  // namespace candid::capture
