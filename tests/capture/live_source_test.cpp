#include "capture/live/live_source.h"

#include <atomic>
#include <cmath>
#include <thread>

#include "capture/recording.h"
#include "core/files.h"
#include "media/probe.h"
#include "tests/support/results.h"

namespace candid::capture {
namespace {

using test::must;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr media::FrameSize kLiveSize{320, 180};

Microseconds on_clock(steady_clock::time_point time) {
  return std::chrono::duration_cast<Microseconds>(time.time_since_epoch());
}

// What the test does to a device, and what it saw of it.
struct Fate {
  std::atomic<int64_t> fails_after{INT64_MAX};   // readings
  std::atomic<int64_t> stalls_after{INT64_MAX};  // gives nothing from then on
  std::atomic<int64_t> hangs_after{INT64_MAX};   // does not even return, until released
  std::atomic<bool> released{false};
  std::atomic<int64_t> given{0};
  std::atomic<bool> closed{false};
};

// Whether reading `number` goes well; waits for its time.
Result<bool> meet(Fate& fate, int64_t number, steady_clock::time_point due, const char* name) {
  while (number >= fate.hangs_after && !fate.released) std::this_thread::sleep_for(1ms);
  if (number >= fate.fails_after) return fail(ErrorKind::Io, std::string(name) + " went away", "plug it in again");
  std::this_thread::sleep_until(std::min(due, steady_clock::now() + 100ms));
  return steady_clock::now() >= due && number < fate.stalls_after;
}

class FakeCamera final : public PictureDevice {
 public:
  explicit FakeCamera(Fate& fate) : fate_(fate) {}
  ~FakeCamera() override { fate_.closed = true; }
  media::FrameSize size() const override { return kLiveSize; }
  std::string name() const override { return "the camera"; }
  Result<std::optional<CapturedPicture>> read() override {
    auto due = start_ + Microseconds(number_ * 1'000'000 / 30);
    if (!TRY(meet(fate_, number_, due, "the camera"))) return std::nullopt;
    media::Frame frame = TRY(media::Frame::allocate(kLiveSize));
    frame.fill(static_cast<uint8_t>(40 + number_ % 150), 128, 128);
    ++number_;
    ++fate_.given;
    return CapturedPicture{std::move(frame), on_clock(due)};
  }

 private:
  Fate& fate_;
  steady_clock::time_point start_ = steady_clock::now();
  int64_t number_ = 0;
};

class FakeMicrophone final : public SoundDevice {
 public:
  explicit FakeMicrophone(Fate& fate) : fate_(fate) {}
  ~FakeMicrophone() override { fate_.closed = true; }
  int sample_rate() const override { return media::kSampleRate; }
  std::string name() const override { return "the microphone"; }
  Result<std::optional<CapturedSound>> read() override {
    auto begin = start_ + 20ms * number_;
    if (!TRY(meet(fate_, number_, begin + 20ms, "the microphone"))) return std::nullopt;
    ++number_;
    ++fate_.given;
    return CapturedSound{media::Samples(960 * 2, 0.1F), on_clock(begin)};
  }

 private:
  Fate& fate_;
  steady_clock::time_point start_ = steady_clock::now();
  int64_t number_ = 0;
};

class Live : public testing::Test {
 protected:
  std::unique_ptr<Source> open() {
    LiveDevices devices;
    devices.picture = std::make_unique<FakeCamera>(camera_);
    devices.sound = std::make_unique<FakeMicrophone>(microphone_);
    return std::make_unique<LiveSource>(std::move(devices), Rational{30, 1});
  }
  RecordSettings settings(const char* name = "take.mkv") const {
    RecordSettings settings;
    settings.output = folder_.path() / name;
    return settings;
  }
  // Records until the source breaks off; tells for how long that took.
  Error broken_off(Source& source) {
    auto summary = record(source, settings(), {}, nullptr, {});
    EXPECT_FALSE(summary);
    return summary.error();
  }
  static void expect_balance(const FrameCounts& frames) {
    int64_t dropped = 0;
    for (auto [reason, count] : frames.dropped) dropped += count;
    EXPECT_EQ(frames.captured, frames.encoded + dropped);
  }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  Fate camera_;
  Fate microphone_;
};

TEST_F(Live, RecordsInRealTimeAndCountsEveryPicture) {
  auto source = open();
  auto asked = settings();
  asked.max_length = 2s;
  auto began = steady_clock::now();
  auto summary = must(record(*source, asked, {}, nullptr, {}));
  EXPECT_GT(steady_clock::now() - began, 1900ms);
  EXPECT_EQ(summary.frames.in_take(), 60);
  expect_balance(summary.frames);
  source.reset();
  EXPECT_TRUE(camera_.closed);
  EXPECT_TRUE(microphone_.closed);
  EXPECT_EQ(must(media::probe(asked.output)).video.frames, 60);
}

TEST_F(Live, ACameraThatIsUnpluggedEndsTheTakeWithTheReason) {
  camera_.fails_after = 45;
  auto source = open();
  auto began = steady_clock::now();
  Error error = broken_off(*source);
  EXPECT_LT(steady_clock::now() - began, 1500ms + 2s);
  EXPECT_NE(error.describe().find("the camera went away"), std::string::npos) << error.describe();
  TakeSidecar sidecar = must(read_sidecar(settings().output));
  EXPECT_NE(sidecar.ended_by.find("went away"), std::string::npos);
  expect_balance(sidecar.frames);
  EXPECT_GT(sidecar.frames.encoded, 20);
  EXPECT_EQ(sidecar.frames.dropped_for(Drop::AfterEnd) + sidecar.frames.lost(), 0) << "what had come is kept";
  EXPECT_EQ(must(media::probe(settings().output)).video.frames, sidecar.frames.in_take());
  // The next recording works.
  source.reset();
  camera_.fails_after = INT64_MAX;
  auto again = settings("again.mkv");
  again.max_length = 500ms;
  EXPECT_EQ(must(record(*open(), again, {}, nullptr, {})).frames.in_take(), 15);
}

TEST_F(Live, AMicrophoneThatIsUnpluggedToo) {
  microphone_.fails_after = 50;
  Error error = broken_off(*open());
  EXPECT_NE(error.describe().find("the microphone went away"), std::string::npos) << error.describe();
  EXPECT_GE(must(media::probe(settings().output)).duration, 900ms);
}

TEST_F(Live, WhatStallsIsToldWithinTwoSeconds) {
  microphone_.stalls_after = 50;
  auto source = open();
  auto began = steady_clock::now();
  Error error = broken_off(*source);
  EXPECT_LT(steady_clock::now() - began, 1s + 2s);
  EXPECT_NE(error.describe().find("the microphone gives nothing any more"), std::string::npos) << error.describe();
  auto facts = must(media::probe(settings().output));
  EXPECT_GE(facts.duration, 1s);
}

TEST_F(Live, ADriverThatHangsDoesNotHangTheRecording) {
  camera_.hangs_after = 30;
  auto source = open();
  Error error = broken_off(*source);
  EXPECT_NE(error.describe().find("the camera gives nothing any more"), std::string::npos) << error.describe();
  auto began = steady_clock::now();
  source.reset();
  EXPECT_LT(steady_clock::now() - began, 1500ms);
  EXPECT_FALSE(camera_.closed) << "it was left behind";
  camera_.released = true;
  while (!camera_.closed) std::this_thread::sleep_for(1ms);
}

TEST_F(Live, AnEncoderThatIsTooSlowIsToldNotHidden) {
  auto source = open();
  auto slow = [](const Moment&, const RecordState&) {
    std::this_thread::sleep_for(150ms);
    return Direction::Record;
  };
  auto began = steady_clock::now();
  auto summary = record(*source, settings(), slow, nullptr, {});
  ASSERT_FALSE(summary);
  EXPECT_NE(summary.error().describe().find("cannot keep up with 320x180"), std::string::npos)
      << summary.error().describe();
  EXPECT_LT(steady_clock::now() - began, 8s);
  TakeSidecar sidecar = must(read_sidecar(settings().output));
  EXPECT_GT(sidecar.frames.dropped_for(Drop::EncoderSlow), 20);
  expect_balance(sidecar.frames);
}

TEST_F(Live, RestsBetweenTwoTakes) {
  auto source = open();
  auto asked = settings();
  asked.max_length = 500ms;
  auto first = must(record(*source, asked, {}, nullptr, {}));
  std::this_thread::sleep_for(4s);  // more than a queue holds, and longer than a slow encoder is borne with
  auto again = settings("again.mkv");
  again.max_length = 500ms;
  auto began = steady_clock::now();
  auto second = must(record(*source, again, {}, nullptr, {}));
  EXPECT_GT(steady_clock::now() - began, 450ms) << "it is of now, not of what waited";
  for (const auto& summary : {first, second}) {
    EXPECT_EQ(summary.frames.in_take(), 15);
    EXPECT_EQ(summary.frames.lost(), 0);
    expect_balance(summary.frames);
  }
  EXPECT_LT(second.frames.captured, 25);
}

TEST_F(Live, AMachineThatSleptEndsTheTakeWithTheReason) {
  LiveDevices devices;
  devices.picture = std::make_unique<FakeCamera>(camera_);
  devices.sound = std::make_unique<FakeMicrophone>(microphone_);
  devices.asleep = [this] { return camera_.given < 20 ? 5s : 17s; };
  LiveSource source(std::move(devices), {30, 1});
  Error error = broken_off(source);
  EXPECT_NE(error.describe().find("the computer slept for 12.0 s"), std::string::npos) << error.describe();
  EXPECT_GE(must(media::probe(settings().output)).video.frames, 15);
}

TEST_F(Live, StartsAfterLookingWithoutWhatCameBefore) {
  auto source = open();
  auto direct = [number = 0](const Moment&, const RecordState& state) mutable {
    if (state.recorded >= 1s) return Direction::Finish;
    return number++ < 30 ? Direction::Standby : Direction::Record;
  };
  auto summary = must(record(*source, settings(), direct, nullptr, {}));
  EXPECT_EQ(summary.duration, 1s);
  EXPECT_GE(summary.frames.dropped_for(Drop::Standby), 30);
  expect_balance(summary.frames);
}

TEST_F(Live, RecordsSoundAlone) {
  LiveDevices devices;
  devices.sound = std::make_unique<FakeMicrophone>(microphone_);
  LiveSource source(std::move(devices), {30, 1});
  auto asked = settings("voice.mka");
  asked.max_length = 1s;
  auto summary = must(record(source, asked, {}, nullptr, {}));
  EXPECT_EQ(summary.duration, 1s);
  EXPECT_EQ(summary.frames.captured, 0);
  auto reader = must(media::AudioReader::open(asked.output, 0s, 48'000));
  media::Samples sound = must(reader.next(48'000));
  EXPECT_NEAR(sound[40'000], 0.1, 0.01);
}

}  // namespace
}  // namespace candid::capture
