#include "capture/recording.h"

#include <cmath>

#include "capture/take_sidecar.h"
#include "core/digest.h"
#include "core/encoding.h"
#include "core/files.h"
#include "media/audio_reader.h"
#include "media/probe.h"
#include "media/video_reader.h"
#include "tests/support/results.h"

namespace candid::capture {
namespace {

using test::must;
using namespace std::chrono_literals;

constexpr media::FrameSize kSize{320, 180};

class Recording : public testing::Test {
 protected:
  RecordSettings settings(Microseconds max_length) const {
    RecordSettings settings;
    settings.output = folder_.path() / "take.mkv";
    settings.size = kSize;
    settings.max_length = max_length;
    return settings;
  }
  RecordSummary record_now(const RecordSettings& settings) { return must(record(settings, {}, {})); }
  void expect_nothing_recorded() { EXPECT_TRUE(std::filesystem::is_empty(folder_.path())); }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

// Loudness of the take in each of its frames.
std::vector<double> loudness(const std::filesystem::path& take, int64_t frames) {
  constexpr int kSamples = media::kSampleRate / 30;
  auto reader = must(media::AudioReader::open(take, 0s, frames * kSamples));
  std::vector<double> values;
  media::Samples pending;
  while (true) {
    media::Samples more = must(reader.next(kSamples));
    pending.insert(pending.end(), more.begin(), more.end());
    while (pending.size() >= kSamples * media::kChannels) {
      double energy = 0;
      for (int i = 0; i < kSamples * media::kChannels; ++i) {
        double sample = pending[static_cast<size_t>(i)];
        energy += sample * sample;
      }
      values.push_back(std::sqrt(energy / (kSamples * media::kChannels)));
      pending.erase(pending.begin(), pending.begin() + kSamples * media::kChannels);
    }
    if (more.empty()) return values;
  }
}

media::VideoReader open_pictures(const std::filesystem::path& take, int64_t frames) {
  return must(media::VideoReader::open(take, {kSize, {30, 1}, media::Fit::Contain, 0s, frames}));
}

// How dark the presenter's mouth is in each frame.
std::vector<double> mouth_darkness(const std::filesystem::path& take, int64_t frames) {
  auto reader = open_pictures(take, frames);
  std::vector<double> values;
  while (auto frame = must(reader.next())) {
    media::ConstPlane luma = frame->plane(0);
    double sum = 0;
    for (int y = 98; y < 116; ++y) {
      for (int x = 148; x < 172; ++x) sum += luma.data[y * luma.stride + x];
    }
    values.push_back(255 - sum / (18 * 24));
  }
  return values;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  auto count = static_cast<double>(a.size());
  double mean_a = 0;
  double mean_b = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    mean_a += a[i] / count;
    mean_b += b[i] / count;
  }
  double ab = 0;
  double aa = 0;
  double bb = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return ab / std::sqrt(aa * bb);
}

std::string picture_digest(const std::filesystem::path& take, int64_t frames) {
  auto reader = open_pictures(take, frames);
  Sha256Hasher hasher;
  while (auto frame = must(reader.next())) {
    for (int i = 0; i < 3; ++i) {
      media::ConstPlane plane = frame->plane(i);
      for (int y = 0; y < plane.height; ++y) {
        hasher.update(std::span(plane.data + y * plane.stride, static_cast<size_t>(plane.width)));
      }
    }
  }
  return to_hex(hasher.finish());
}

TEST_F(Recording, IsATakeAsItWasAskedFor) {
  auto summary = record_now(settings(3s));
  EXPECT_EQ(summary.frames, 90);
  EXPECT_EQ(summary.duration, 3s);
  EXPECT_EQ(summary.dropped, 0);

  auto facts = must(media::probe(summary.path));
  EXPECT_EQ(facts.video.shown, kSize);
  EXPECT_TRUE(facts.video.constant_rate);
  EXPECT_EQ(facts.video.output_rate, (Rational{30, 1}));
  EXPECT_NEAR(static_cast<double>(facts.duration.count()), 3e6, 33'334);
  EXPECT_TRUE(facts.audio);
}

TEST_F(Recording, KeepsAnNtscRate) {
  auto asked = settings(2s);
  asked.frame_rate = {30000, 1001};
  auto summary = record_now(asked);
  EXPECT_EQ(summary.frames, 60);
  auto facts = must(media::probe(summary.path));
  EXPECT_EQ(facts.video.output_rate, (Rational{30000, 1001}));
  EXPECT_NEAR(static_cast<double>(facts.duration.count()), 2'002'000, 33'367);
}

TEST_F(Recording, EndsASecondAfterTheScript) {
  auto asked = settings(1min);
  asked.max_length.reset();
  asked.script = {"Good morning.", "Goodbye."};
  auto summary = record_now(asked);
  ASSERT_EQ(summary.marks.size(), 2U);
  EXPECT_NEAR(static_cast<double>((summary.duration - summary.marks[1].end).count()), 1e6, 34'000);
}

TEST_F(Recording, EndsEarlierWhenItMay) {
  auto asked = settings(1500ms);
  asked.script = {"This first line is longer than the take may be.", "Nobody hears this one."};
  auto summary = record_now(asked);
  ASSERT_EQ(summary.marks.size(), 1U);
  EXPECT_EQ(summary.marks[0].end, 1500ms);
}

TEST_F(Recording, HearsSpeechWithinMarksAndSilenceBetween) {
  auto summary = record_now(settings(7s));
  auto sound = loudness(summary.path, summary.frames);
  ASSERT_GE(summary.marks.size(), 2U);
  double spoken = 0;
  double silent = 0;
  int spoken_frames = 0;
  int silent_frames = 0;
  for (size_t i = 0; i < sound.size(); ++i) {
    Microseconds from(static_cast<int64_t>(i) * 1'000'000 / 30);
    Microseconds to(static_cast<int64_t>(i + 1) * 1'000'000 / 30);
    auto inside = [&](const ScriptMark& mark) { return mark.start <= from && to <= mark.end; };
    auto apart = [&](const ScriptMark& mark) { return to <= mark.start || mark.end <= from; };
    if (std::any_of(summary.marks.begin(), summary.marks.end(), inside)) {
      spoken += sound[i];
      ++spoken_frames;
    } else if (std::all_of(summary.marks.begin(), summary.marks.end(), apart)) {
      silent += sound[i];
      ++silent_frames;
    }
  }
  ASSERT_GT(silent_frames, 15);
  EXPECT_GT(spoken / spoken_frames, 0.05);
  EXPECT_LT(silent / silent_frames, 0.001);
}

TEST_F(Recording, MovesTheLipsWithTheSound) {
  auto summary = record_now(settings(6s));
  auto sound = loudness(summary.path, summary.frames);
  auto mouth = mouth_darkness(summary.path, summary.frames);
  ASSERT_EQ(sound.size(), mouth.size());
  EXPECT_GT(correlation(sound, mouth), 0.5);
}

TEST_F(Recording, IsTheSameTwice) {
  auto first = settings(1s);
  auto second = settings(1s);
  second.output = folder_.path() / "again.mkv";
  record_now(first);
  record_now(second);
  EXPECT_EQ(picture_digest(first.output, 30), picture_digest(second.output, 30));
}

TEST_F(Recording, WritesItsSidecar) {
  auto summary = record_now(settings(3s));
  TakeSidecar sidecar = must(read_sidecar(summary.path));
  EXPECT_EQ(sidecar.duration, 3s);
  EXPECT_EQ(sidecar.size, kSize);
  EXPECT_EQ(sidecar.frame_rate, (Rational{30, 1}));
  EXPECT_EQ(sidecar.frames_captured, 90);
  EXPECT_EQ(sidecar.frames_encoded, 90);
  EXPECT_EQ(sidecar.frames_dropped, 0);
  EXPECT_EQ(sidecar.device, "test:");
  EXPECT_EQ(sidecar.marks, summary.marks);
  EXPECT_TRUE(sidecar.pauses.empty());
}

TEST_F(Recording, TellsHowFarItIs) {
  std::vector<Microseconds> heard;
  must(record(settings(500ms), [&](Microseconds recorded) { heard.push_back(recorded); }, {}));
  ASSERT_EQ(heard.size(), 15U);
  EXPECT_EQ(heard.back(), 500ms);
}

TEST_F(Recording, StopsOnRequestWithAWholeTake) {
  std::stop_source stop;
  auto on_progress = [&](Microseconds recorded) {
    if (recorded >= 1s) stop.request_stop();
  };
  auto summary = must(record(settings(10s), on_progress, stop.get_token()));
  EXPECT_EQ(summary.frames, 30);
  auto facts = must(media::probe(summary.path));
  EXPECT_EQ(facts.video.frames, 30);
  EXPECT_EQ(must(read_sidecar(summary.path)).duration, 1s);
}

TEST_F(Recording, StoppedBeforeItBeganLeavesNothing) {
  std::stop_source stop;
  stop.request_stop();
  auto summary = record(settings(3s), {}, stop.get_token());
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().kind(), ErrorKind::Cancelled);
  expect_nothing_recorded();
}

// Grey pictures and silence until it is unplugged.
class FailingSource : public Source {
 public:
  explicit FailingSource(int good_frames) : good_frames_(good_frames) {}
  Result<std::optional<Moment>> next() override {
    if (good_frames_-- == 0) return fail(ErrorKind::Io, "the camera went away", "plug it in again");
    media::Frame frame = TRY(media::Frame::allocate(kSize));
    frame.fill(128, 128, 128);
    return Moment{std::move(frame), media::Samples(1600 * media::kChannels)};
  }
  int64_t dropped_frames() const override { return 2; }

 private:
  int good_frames_;
};

TEST_F(Recording, KeepsWhatItHasWhenTheSourceFails) {
  FailingSource source(45);
  auto asked = settings(10s);
  auto summary = record_from(source, asked, {}, {});
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().kind(), ErrorKind::Io);
  EXPECT_NE(summary.error().describe().find("the camera went away"), std::string::npos);
  EXPECT_EQ(must(media::probe(asked.output)).video.frames, 45);
  TakeSidecar sidecar = must(read_sidecar(asked.output));
  EXPECT_EQ(sidecar.frames_encoded, 45);
  EXPECT_EQ(sidecar.frames_captured, 43);
  EXPECT_EQ(sidecar.frames_dropped, 2);
}

TEST_F(Recording, LeavesNothingWhenTheSourceNeverBegan) {
  FailingSource source(0);
  auto summary = record_from(source, settings(10s), {}, {});
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().message(), "the camera went away");
  expect_nothing_recorded();
}

TEST_F(Recording, RefusesAnExistingTake) {
  auto asked = settings(1s);
  must(write_file(asked.output, std::string_view("precious")));
  auto summary = record(asked, {}, {});
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().kind(), ErrorKind::Exists);
  EXPECT_EQ(must(read_text_file(asked.output)), "precious");
}

TEST_F(Recording, RefusesTheSidecarOfAnEarlierTake) {
  auto asked = settings(1s);
  must(write_file(sidecar_path(asked.output), std::string_view("{}")));
  auto summary = record(asked, {}, {});
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().kind(), ErrorKind::Exists);
  EXPECT_FALSE(std::filesystem::exists(asked.output));
}

TEST_F(Recording, NamesTheCamerasItKnows) {
  auto asked = settings(1s);
  asked.camera = "/dev/video9";
  auto summary = record(asked, {}, {});
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().kind(), ErrorKind::InvalidInput);
  EXPECT_NE(summary.error().message().find("/dev/video9"), std::string::npos);
  EXPECT_NE(summary.error().hint().find("test:"), std::string::npos);
  expect_nothing_recorded();
}

TEST_F(Recording, TellsTheRightExtension) {
  auto asked = settings(1s);
  asked.output = folder_.path() / "take.mp4";
  auto summary = record(asked, {}, {});
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().kind(), ErrorKind::InvalidInput);
  EXPECT_NE(summary.error().hint().find("take.mkv"), std::string::npos);
  expect_nothing_recorded();
}

TEST_F(Recording, RefusesSizesRatesAndLengthsThatCannotBe) {
  for (media::FrameSize size : {media::FrameSize{0, 0}, {321, 180}, {320, -180}, {8192, 180}}) {
    auto asked = settings(1s);
    asked.size = size;
    EXPECT_EQ(record(asked, {}, {}).error().kind(), ErrorKind::InvalidInput);
  }
  for (Rational rate : {Rational{0, 1}, Rational{30, 0}, Rational{-30, 1}, Rational{1000, 1}}) {
    auto asked = settings(1s);
    asked.frame_rate = rate;
    EXPECT_EQ(record(asked, {}, {}).error().kind(), ErrorKind::InvalidInput);
  }
  EXPECT_EQ(record(settings(0s), {}, {}).error().kind(), ErrorKind::InvalidInput);
  expect_nothing_recorded();
}

}  // namespace
}  // namespace candid::capture
