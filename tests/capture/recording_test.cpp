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
#include "tests/support/small_disk.h"

namespace candid::capture {
namespace {

using test::must;
using namespace std::chrono_literals;

constexpr media::FrameSize kRecordedSize{320, 180};

class Recording : public testing::Test {
 protected:
  RecordSettings settings(Microseconds max_length) const {
    RecordSettings settings;
    settings.output = folder_.path() / "take.mkv";
    settings.max_length = max_length;
    return settings;
  }
  static std::unique_ptr<Source> presenter(Rational rate = {30, 1}, Script script = {}) {
    SourceSettings settings;
    settings.camera = "test:";
    settings.microphone = "test:";
    settings.size = kRecordedSize;
    settings.frame_rate = rate;
    settings.script = std::move(script);
    return must(open_source(settings));
  }
  static RecordSummary record_now(const RecordSettings& settings) {
    return must(record(*presenter(), settings, {}, nullptr, {}));
  }
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
  return must(media::VideoReader::open(take, {kRecordedSize, {30, 1}, media::Fit::Contain, 0s, frames}));
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
  EXPECT_EQ(summary.frames, (FrameCounts{90, 90, {{Drop::Standby, 0}, {Drop::AfterEnd, 0}}, 0}));
  EXPECT_EQ(summary.duration, 3s);
  EXPECT_EQ(summary.ended_by, EndedBy::MaxLength);

  auto facts = must(media::probe(summary.path));
  EXPECT_EQ(facts.video.shown, kRecordedSize);
  EXPECT_TRUE(facts.video.constant_rate);
  EXPECT_EQ(facts.video.output_rate, (Rational{30, 1}));
  EXPECT_NEAR(static_cast<double>(facts.duration.count()), 3e6, 33'334);
  EXPECT_TRUE(facts.audio);
}

TEST_F(Recording, KeepsAnNtscRate) {
  auto asked = settings(2s);
  auto summary = must(record(*presenter({30000, 1001}), asked, {}, nullptr, {}));
  EXPECT_EQ(summary.frames.in_take(), 60);
  auto facts = must(media::probe(summary.path));
  EXPECT_EQ(facts.video.output_rate, (Rational{30000, 1001}));
  EXPECT_NEAR(static_cast<double>(facts.duration.count()), 2'002'000, 33'367);
}

TEST_F(Recording, EndsASecondAfterTheScript) {
  auto asked = settings(1min);
  asked.max_length.reset();
  auto summary = must(record(*presenter({30, 1}, {"Good morning.", "Goodbye."}), asked, {}, nullptr, {}));
  ASSERT_EQ(summary.marks.size(), 2U);
  EXPECT_NEAR(static_cast<double>((summary.duration - summary.marks[1].end).count()), 1e6, 34'000);
}

TEST_F(Recording, EndsEarlierWhenItMay) {
  auto asked = settings(1500ms);
  Script script{"This first line is longer than the take may be.", "Nobody hears this one."};
  auto summary = must(record(*presenter({30, 1}, script), asked, {}, nullptr, {}));
  ASSERT_EQ(summary.marks.size(), 1U);
  EXPECT_EQ(summary.marks[0].end, 1500ms);
}

TEST_F(Recording, HearsSpeechWithinMarksAndSilenceBetween) {
  auto summary = record_now(settings(7s));
  auto sound = loudness(summary.path, summary.frames.in_take());
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
  auto sound = loudness(summary.path, summary.frames.in_take());
  auto mouth = mouth_darkness(summary.path, summary.frames.in_take());
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
  EXPECT_EQ(sidecar.size, kRecordedSize);
  EXPECT_EQ(sidecar.frame_rate, (Rational{30, 1}));
  EXPECT_EQ(sidecar.frames.captured, 90);
  EXPECT_EQ(sidecar.frames.encoded, 90);
  EXPECT_EQ(sidecar.frames.lost(), 0);
  EXPECT_EQ(sidecar.ended_by, "max_length");
  EXPECT_EQ(sidecar.device, "test:");
  EXPECT_EQ(sidecar.marks, summary.marks);
  EXPECT_TRUE(sidecar.pauses.empty());
}

// Answers each moment by its number.
Director by_number(std::function<Direction(int)> answer) {
  return [answer, number = 0](const Moment&, const RecordState&) mutable { return answer(number++); };
}

TEST_F(Recording, TellsHowFarItIs) {
  std::vector<Microseconds> heard;
  auto listen = [&](const Moment&, const RecordState& state) {
    heard.push_back(state.recorded);
    return Direction::Record;
  };
  must(record(*presenter(), settings(500ms), listen, nullptr, {}));
  ASSERT_EQ(heard.size(), 15U);
  EXPECT_EQ(heard.front(), 0s);
  EXPECT_NEAR(static_cast<double>(heard.back().count()), 14e6 / 30, 1);
}

TEST_F(Recording, StopsOnRequestWithAWholeTake) {
  std::stop_source stop;
  auto stop_after_a_second = [&](const Moment&, const RecordState& state) {
    if (state.recorded >= 966'666us) stop.request_stop();
    return Direction::Record;
  };
  auto summary = must(record(*presenter(), settings(10s), stop_after_a_second, nullptr, stop.get_token()));
  EXPECT_EQ(summary.frames.in_take(), 30);
  EXPECT_EQ(summary.ended_by, EndedBy::Stop);
  auto facts = must(media::probe(summary.path));
  EXPECT_EQ(facts.video.frames, 30);
  EXPECT_EQ(must(read_sidecar(summary.path)).duration, 1s);
}

TEST_F(Recording, KeepsWhatItIsToldAndCountsTheRest) {
  // Half a second of looking, a second, a pause of two, half a second, and the end.
  auto answer = [](int i) {
    if (i < 15 || (i >= 45 && i < 105)) return Direction::Standby;
    return i < 120 ? Direction::Record : Direction::Finish;
  };
  auto summary = must(record(*presenter(), settings(10s), by_number(answer), nullptr, {}));
  EXPECT_EQ(summary.ended_by, EndedBy::Finished);
  EXPECT_EQ(summary.duration, 1500ms);
  EXPECT_EQ(summary.pauses, (std::vector<Pause>{{1s, 2s}}));
  EXPECT_EQ(summary.frames.captured, 121);
  EXPECT_EQ(summary.frames.encoded, 45);
  EXPECT_EQ(summary.frames.dropped_for(Drop::Standby), 76);
  EXPECT_EQ(must(media::probe(summary.path)).video.frames, 45);
}

TEST_F(Recording, FadesAtAPause) {
  class Tone : public Source {
   public:
    SourceFormat format() const override { return {std::nullopt, {30, 1}, true, Shows::Person, "a tone"}; }
    SourceCounts counts() const override { return {}; }
    Result<std::optional<Moment>> next() override {
      return Moment{std::nullopt, media::Samples(1600 * media::kChannels, 0.5F), false, std::nullopt};
    }
  } tone;
  auto asked = settings(10s);
  asked.output = folder_.path() / "take.mka";
  auto answer = [](int i) {
    if (i >= 60) return Direction::Finish;
    return i < 30 || i >= 45 ? Direction::Record : Direction::Standby;
  };
  auto summary = must(record(tone, asked, by_number(answer), nullptr, {}));
  EXPECT_EQ(summary.duration, 1500ms);
  auto reader = must(media::AudioReader::open(summary.path, 0s, 72'000));
  media::Samples sound;
  for (media::Samples more = must(reader.next(9'600)); !more.empty(); more = must(reader.next(9'600)))
    sound.insert(sound.end(), more.begin(), more.end());
  float steepest = 0;
  for (size_t i = 2; i < sound.size(); ++i) steepest = std::max(steepest, std::abs(sound[i] - sound[i - 2]));
  EXPECT_LT(steepest, 0.01F) << "a cut would be a step of half the scale";
  EXPECT_NEAR(sound[48'000 * 2], 0, 0.01) << "both sides meet in silence";
  EXPECT_NEAR(sound[47'000 * 2], 0.5, 0.01);
  EXPECT_NEAR(sound[49'000 * 2], 0.5, 0.01);
}

TEST_F(Recording, DiscardedLeavesNothing) {
  auto answer = [](int i) { return i < 30 ? Direction::Record : Direction::Discard; };
  auto summary = record(*presenter(), settings(10s), by_number(answer), nullptr, {});
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().kind(), ErrorKind::Cancelled);
  expect_nothing_recorded();
}

TEST_F(Recording, GoesOnWithTheSameSourceForAnotherTake) {
  auto source = presenter();
  auto first = must(record(*source, settings(1s), {}, nullptr, {}));
  auto asked = settings(1s);
  asked.output = folder_.path() / "again.mkv";
  auto second = must(record(*source, asked, {}, nullptr, {}));
  EXPECT_EQ(second.frames.captured, 30);
  EXPECT_EQ(second.frames.encoded, 30);
}

TEST_F(Recording, KeepsBookmarks) {
  RecordNotes notes;
  auto answer = [&](const Moment&, const RecordState& state) {
    if (state.recorded == 500ms) notes.bookmarks.push_back(state.recorded);
    return Direction::Record;
  };
  auto summary = must(record(*presenter(), settings(1s), answer, &notes, {}));
  EXPECT_EQ(must(read_sidecar(summary.path)).bookmarks, std::vector<Microseconds>{500ms});
}

TEST_F(Recording, StoppedBeforeItBeganLeavesNothing) {
  std::stop_source stop;
  stop.request_stop();
  auto summary = record(*presenter(), settings(3s), {}, nullptr, stop.get_token());
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
    media::Frame frame = TRY(media::Frame::allocate(kRecordedSize));
    frame.fill(128, 128, 128);
    ++captured_;
    return Moment{std::move(frame), media::Samples(1600 * media::kChannels), captured_ % 10 == 0, std::nullopt};
  }
  SourceFormat format() const override { return {kRecordedSize, {30, 1}, true, Shows::Person, "a failing camera"}; }
  // Every tenth picture never came; two more came and were broken, and one is on its way.
  SourceCounts counts() const override {
    return {captured_ - captured_ / 10 + 3, {{Drop::Damaged, 2}}, 1, Microseconds{0}};
  }

 private:
  int good_frames_;
  int captured_ = 0;
};

TEST_F(Recording, KeepsWhatItHasWhenTheSourceFails) {
  FailingSource source(45);
  auto asked = settings(10s);
  auto summary = record(source, asked, {}, nullptr, {});
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().kind(), ErrorKind::Io);
  EXPECT_NE(summary.error().describe().find("the camera went away"), std::string::npos);
  EXPECT_EQ(must(media::probe(asked.output)).video.frames, 45);
  TakeSidecar sidecar = must(read_sidecar(asked.output));
  EXPECT_EQ(sidecar.frames.in_take(), 45);
  EXPECT_EQ(sidecar.frames.encoded, 41);
  EXPECT_EQ(sidecar.frames.repeated, 4);
  EXPECT_EQ(sidecar.ended_by, "the camera went away");
}

TEST_F(Recording, LeavesNothingWhenTheSourceNeverBegan) {
  FailingSource source(0);
  auto summary = record(source, settings(10s), {}, nullptr, {});
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().message(), "the camera went away");
  expect_nothing_recorded();
}

TEST_F(Recording, NeedsRoomBeforeItBegins) {
  auto asked = settings(1s);
  asked.least_free_bytes = std::filesystem::space(folder_.path()).available * 2;
  auto summary = record(*presenter(), asked, {}, nullptr, {});
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().kind(), ErrorKind::NoSpace);
  EXPECT_NE(summary.error().hint().find("MB"), std::string::npos);
  expect_nothing_recorded();
}

TEST_F(Recording, EndsWellWhileThereIsRoomForAMinute) {
  auto disk = test::SmallDisk::mount(folder_.path(), 20'000);
  if (!disk) GTEST_SKIP() << test::kNoSmallDisk;
  auto asked = settings(10min);
  asked.least_free_bytes = 1'000'000;
  std::optional<Microseconds> told;
  auto listen = [&](const Moment&, const RecordState& state) {
    if (state.time_left) told = state.time_left;
    return Direction::Record;
  };
  Script long_script(40, "There is a lot to be said, and all of it takes a while.");
  auto summary = must(record(*presenter({30, 1}, long_script), asked, listen, nullptr, {}));
  EXPECT_EQ(summary.ended_by, EndedBy::DiskLow);
  EXPECT_EQ(must(read_sidecar(asked.output)).ended_by, "disk_low");
  EXPECT_LT(told.value(), 1s) << "it tells how long the room will do";
  auto size = static_cast<double>(std::filesystem::file_size(asked.output));
  auto left = static_cast<double>(std::filesystem::space(folder_.path()).available);
  double minute = size / std::chrono::duration<double>(summary.duration).count() * 60;
  EXPECT_GT(left, minute * 0.8);
  EXPECT_EQ(must(media::probe(asked.output)).video.frames, summary.frames.in_take());
}

TEST_F(Recording, RefusesAnExistingTake) {
  auto asked = settings(1s);
  must(write_file(asked.output, std::string_view("precious")));
  auto summary = record(*presenter(), asked, {}, nullptr, {});
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().kind(), ErrorKind::Exists);
  EXPECT_EQ(must(read_text_file(asked.output)), "precious");
}

TEST_F(Recording, RefusesTheSidecarOfAnEarlierTake) {
  auto asked = settings(1s);
  must(write_file(sidecar_path(asked.output), std::string_view("{}")));
  auto summary = record(*presenter(), asked, {}, nullptr, {});
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().kind(), ErrorKind::Exists);
  EXPECT_FALSE(std::filesystem::exists(asked.output));
}

TEST_F(Recording, TellsTheRightExtension) {
  auto asked = settings(1s);
  asked.output = folder_.path() / "take.mp4";
  auto summary = record(*presenter(), asked, {}, nullptr, {});
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().kind(), ErrorKind::InvalidInput);
  EXPECT_NE(summary.error().hint().find("take.mkv"), std::string::npos);
  expect_nothing_recorded();
}

TEST_F(Recording, RefusesSizesRatesAndLengthsThatCannotBe) {
  SourceSettings asked;
  asked.camera = "test:";
  asked.microphone = "test:";
  for (media::FrameSize size : {media::FrameSize{0, 0}, {321, 180}, {320, -180}, {8192, 180}}) {
    asked.size = size;
    EXPECT_EQ(open_source(asked).error().kind(), ErrorKind::InvalidInput);
  }
  asked.size = kRecordedSize;
  for (Rational rate : {Rational{0, 1}, Rational{30, 0}, Rational{-30, 1}, Rational{1000, 1}}) {
    asked.frame_rate = rate;
    EXPECT_EQ(open_source(asked).error().kind(), ErrorKind::InvalidInput);
  }
  EXPECT_EQ(record(*presenter(), settings(0s), {}, nullptr, {}).error().kind(), ErrorKind::InvalidInput);
  expect_nothing_recorded();
}

}  // namespace
}  // namespace candid::capture
