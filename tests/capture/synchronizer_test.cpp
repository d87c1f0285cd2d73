#include "capture/live/synchronizer.h"

#include <cmath>
#include <random>

#include "tests/support/results.h"

namespace candid::capture {
namespace {

using test::must;
using namespace std::chrono_literals;

constexpr media::FrameSize kTiny{16, 16};

// A camera and a microphone that see and hear true time itself: a picture's first pixels tell its time in milliseconds,
// and sound is a ramp that rises once a second. Each has a clock of its own that runs fast or slow, and stamps what it
// gives late and unsteadily.
class TwoClocks {
 public:
  struct Clocks {
    double picture_ppm = 0;
    double sound_ppm = 0;
    Microseconds picture_noise{0};  // standard deviation of stamps
    Microseconds sound_noise{0};
    Microseconds sound_delay{0};  // of arrival, not of the stamp
    int sound_rate = 48000;
    unsigned seed = 1;
    Microseconds picture_delay{0};  // of arrival
  };
  TwoClocks(Synchronizer& sync, Clocks clocks) : sync_(sync), clocks_(clocks), random_(clocks.seed) {}

  // Lets true time go on to `until` and takes all moments that are there.
  void run(Microseconds until, const std::function<void(Moment)>& take) {
    while (now_ < until) {
      now_ += 5ms;
      while (picture_time(pictures_) + seconds(clocks_.picture_delay) <= seconds(now_)) give_picture();
      while (sound_time(samples_ + kBlock) + seconds(clocks_.sound_delay) <= seconds(now_)) give_sound();
      while (std::optional<Moment> moment = must(sync_.pull(kStart + now_))) take(std::move(*moment));
    }
  }
  void lose_pictures(int64_t count) { pictures_ += count; }
  void delay_pictures(Microseconds delay) { clocks_.picture_delay = delay; }
  void lose_sound(Microseconds length) { samples_ += length.count() * clocks_.sound_rate / 1'000'000; }

  int64_t given() const { return given_; }

 private:
  static constexpr int64_t kBlock = 960;
  static constexpr Microseconds kStart = 1h;

  static double seconds(Microseconds time) { return std::chrono::duration<double>(time).count(); }
  double picture_time(int64_t index) const {
    return static_cast<double>(index) / (30 * (1 + clocks_.picture_ppm / 1e6));
  }
  double sound_time(int64_t sample) const {
    return static_cast<double>(sample) / (clocks_.sound_rate * (1 + clocks_.sound_ppm / 1e6));
  }
  Microseconds stamp(double time, Microseconds noise) {
    double off = noise.count() > 0 ? std::normal_distribution<double>(0, seconds(noise))(random_) : 0;
    return kStart + Microseconds(std::llround((time + off) * 1e6));
  }
  void give_picture() {
    double time = picture_time(pictures_++);
    media::Frame frame = must(media::Frame::allocate(kTiny));
    auto milliseconds = static_cast<uint32_t>(std::lround(time * 1000));
    for (int i = 0; i < 4; ++i) frame.mutable_plane(0).data[i] = static_cast<uint8_t>(milliseconds >> (8 * i));
    sync_.push(CapturedPicture{std::move(frame), stamp(time, clocks_.picture_noise)});
    ++given_;
  }
  void give_sound() {
    CapturedSound sound{{}, stamp(sound_time(samples_), clocks_.sound_noise)};
    for (int64_t i = 0; i < kBlock; ++i) {
      double time = sound_time(samples_ + i);
      sound.samples.insert(sound.samples.end(), 2, static_cast<float>(time - std::floor(time) - 0.5));
    }
    samples_ += kBlock;
    must(sync_.push(std::move(sound)));
  }

  Synchronizer& sync_;
  Clocks clocks_;
  std::mt19937 random_;
  Microseconds now_{0};
  int64_t pictures_ = 0;
  int64_t samples_ = 0;
  int64_t given_ = 0;
};

// How much later than its picture the sound of each moment is, seconds: what was seen is heard so much later.
class Take {
 public:
  void add(const Moment& moment) {
    ++moments;
    if (moment.is_repeat) {
      ++repeats;
      return;
    }
    const uint8_t* pixels = moment.frame->plane(0).data;
    uint32_t milliseconds = 0;
    for (int i = 0; i < 4; ++i) milliseconds |= static_cast<uint32_t>(pixels[i]) << (8 * i);
    double seen = milliseconds / 1000.0;
    double heard = moment.sound[0] + 0.5;  // within its second
    // Where the ramp falls back, resampling rings; silence tells no time.
    bool is_ramp = std::abs(moment.sound[20] - moment.sound[0] - 10.0 / 48'000) < 2e-5;
    if (heard < 0.05 || heard > 0.95 || !is_ramp) return;
    double late = seen - std::floor(seen) - heard;
    lateness.push_back(late - std::round(late));
  }
  int64_t moments = 0;
  int64_t repeats = 0;
  std::vector<double> lateness;
};

Synchronizer::Format format(int sound_rate = 48000) {
  return {true, sound_rate, {30, 1}, 30};
}

TEST(Synchronizer, GivesEachPictureTheSoundOfItsTime) {
  Synchronizer sync(format());
  TwoClocks desk(sync, {});
  Take take;
  desk.run(10s, [&](const Moment& moment) {
    EXPECT_EQ(moment.sound.size(), 3200U);
    take.add(moment);
  });
  EXPECT_GE(take.moments, 298);
  EXPECT_EQ(take.repeats, 0);
  ASSERT_GE(take.lateness.size(), 250U);
  for (double late : take.lateness) EXPECT_NEAR(late, 0, 0.002);
  SourceCounts counts = sync.counts();
  EXPECT_EQ(counts.captured, desk.given());
  EXPECT_EQ(counts.captured, take.moments + counts.waiting);
  EXPECT_EQ(counts.missing_sound, 0us);
}

struct Drift {
  const char* name;
  TwoClocks::Clocks clocks;
};

class SynchronizerOverAnHour : public testing::TestWithParam<Drift> {};

// EBU R 37 and ATSC IS-191 let sound lead by 15 ms and lag by 45 ms.
TEST_P(SynchronizerOverAnHour, StaysInStepEachMinuteThroughTwentyPauses) {
  Synchronizer sync(format(GetParam().clocks.sound_rate));
  TwoClocks desk(sync, GetParam().clocks);
  Take take;
  std::mt19937 random(7);
  int64_t moment_number = 0;
  int64_t fresh = 0;
  std::vector<std::pair<int64_t, int64_t>> pauses;
  for (int i = 0; i < 20; ++i) {
    int64_t start = 3000 + i * 5200 + static_cast<int64_t>(random() % 1500);
    pauses.emplace_back(start, start + 15 + static_cast<int64_t>(random() % 600));
  }
  desk.run(1h, [&](const Moment& moment) {
    int64_t number = moment_number++;
    fresh += moment.is_repeat ? 0 : 1;
    for (auto [start, end] : pauses) {
      if (number >= start && number < end) return;
    }
    take.add(moment);
  });
  ASSERT_GT(take.lateness.size(), 85'000U);
  auto [earliest_at, latest_at] = std::minmax_element(take.lateness.begin(), take.lateness.end());
  const double earliest = *earliest_at;
  const double latest = *latest_at;
  std::printf("%s: sound after picture %.1f .. %.1f ms; drift found %.1f ppm, %lld repeats\n", GetParam().name,
              earliest * 1e3, latest * 1e3, sync.drift_ppm(), static_cast<long long>(take.repeats));
  EXPECT_GT(earliest, -0.015);
  EXPECT_LT(latest, 0.045);
  EXPECT_NEAR(sync.drift_ppm(), GetParam().clocks.sound_ppm, 25);
  SourceCounts counts = sync.counts();
  int64_t dropped = 0;
  for (auto [reason, count] : counts.dropped) dropped += count;
  EXPECT_EQ(counts.captured, fresh + dropped + counts.waiting);
  EXPECT_EQ(counts.captured, desk.given());
  EXPECT_EQ(counts.missing_sound, 0us);
}

INSTANTIATE_TEST_SUITE_P(Clocks, SynchronizerOverAnHour,
                         testing::Values(Drift{"FastMicrophone", {0, 200, 0us, 0us, 0us, 48000, 1}},
                                         Drift{"SlowMicrophone", {0, -200, 300us, 3ms, 40ms, 48000, 2}},
                                         Drift{"FastCameraSlowMicrophone", {200, -200, 300us, 3ms, 40ms, 48000, 3}},
                                         Drift{"SlowCameraFastMicrophone", {-200, 200, 300us, 3ms, 40ms, 48000, 4}},
                                         Drift{"OtherRate", {0, -200, 300us, 3ms, 40ms, 44100, 5}}),
                         [](const auto& drift) { return drift.param.name; });

TEST(Synchronizer, FillsInForPicturesThatNeverCame) {
  Synchronizer sync(format());
  TwoClocks desk(sync, {});
  Take take;
  desk.run(3s, [&](const Moment& moment) { take.add(moment); });
  desk.lose_pictures(12);
  desk.run(8s, [&](const Moment& moment) { take.add(moment); });
  EXPECT_EQ(take.repeats, 12);
  for (double late : take.lateness) EXPECT_NEAR(late, 0, 0.002);
}

TEST(Synchronizer, PutsSilenceWhereSoundWasLost) {
  for (Microseconds lost : {Microseconds(30ms), Microseconds(150ms), Microseconds(2s)}) {
    Synchronizer sync(format());
    TwoClocks desk(sync, {});
    Take take;
    desk.run(12s, [&](const Moment& moment) { take.add(moment); });
    desk.lose_sound(lost);
    desk.run(40s, [&](const Moment& moment) { take.add(moment); });
    ASSERT_GE(take.lateness.size(), 900U);
    for (size_t i = take.lateness.size() - 600; i < take.lateness.size(); ++i)
      EXPECT_NEAR(take.lateness[i], 0, 0.006) << lost.count();
    EXPECT_NEAR(static_cast<double>(sync.counts().missing_sound.count()), static_cast<double>(lost.count()), 10e3);
  }
}

TEST(Synchronizer, WaitsLongerForACameraWhosePicturesComeLate) {
  Synchronizer sync(format());
  TwoClocks::Clocks clocks;
  TwoClocks desk(sync, clocks);
  Take take;
  auto add = [&](const Moment& moment) { take.add(moment); };
  desk.run(3s, add);
  desk.delay_pictures(700ms);
  desk.run(8s, add);
  int64_t repeats = take.repeats;
  EXPECT_GT(repeats, 0) << "nothing came for a while";
  EXPECT_LT(repeats, 30);
  desk.run(20s, add);
  EXPECT_EQ(take.repeats, repeats) << "and then all of them are waited for";
  SourceCounts counts = sync.counts();
  EXPECT_EQ(counts.dropped[Drop::Late], repeats) << "told as lost, not as surplus";
  EXPECT_EQ(counts.dropped[Drop::Surplus], 0);
  for (double late : take.lateness) EXPECT_NEAR(late, 0, 0.002);
}

TEST(Synchronizer, GoesOnWithoutAMicrophoneThatStalls) {
  Synchronizer sync(format());
  TwoClocks desk(sync, {0, 0, 0us, 0us, 60s, 48000, 1});
  int64_t moments = 0;
  desk.run(5s, [&](const Moment& moment) {
    for (float sample : moment.sound) ASSERT_EQ(sample, 0.0F);
    ++moments;
  });
  EXPECT_GE(moments, 135);
}

TEST(Synchronizer, CountsPicturesThatTheTakeHasNoPlaceFor) {
  Synchronizer::Format slow = format();
  slow.rate = {15, 1};
  Synchronizer sync(slow);
  TwoClocks desk(sync, {});
  int64_t moments = 0;
  desk.run(10s, [&](const Moment&) { ++moments; });
  SourceCounts counts = sync.counts();
  EXPECT_NEAR(static_cast<double>(counts.dropped.at(Drop::Surplus)), 150, 3);
  EXPECT_EQ(counts.captured, moments + counts.dropped.at(Drop::Surplus) + counts.waiting);
}

TEST(Synchronizer, DropsWhatNobodyTakes) {
  Synchronizer sync(format());
  for (int i = 0; i < 100; ++i) {
    media::Frame frame = must(media::Frame::allocate(kTiny));
    sync.push(CapturedPicture{std::move(frame), Microseconds(i * 33'333)});
  }
  sync.push(CapturedPicture{std::nullopt, Microseconds(100 * 33'333)});
  SourceCounts counts = sync.counts();
  EXPECT_EQ(counts.waiting, 30);
  EXPECT_EQ(counts.dropped.at(Drop::EncoderSlow), 70);
  EXPECT_EQ(counts.dropped.at(Drop::Damaged), 1);
  EXPECT_EQ(counts.captured, 101);
}

TEST(Synchronizer, RecordsSoundAlone) {
  Synchronizer sync({false, 44100, {30, 1}, 30});
  TwoClocks::Clocks clocks;
  clocks.sound_rate = 44100;
  int64_t samples = 0;
  CapturedSound sound{media::Samples(882 * 2, 0.25F), 5s};
  for (int i = 0; i < 100; ++i) {
    must(sync.push(sound));
    sound.time += 20ms;
    while (auto moment = must(sync.pull(sound.time))) {
      EXPECT_FALSE(moment->frame);
      samples += static_cast<int64_t>(moment->sound.size() / 2);
    }
  }
  EXPECT_NEAR(static_cast<double>(samples), 96'000, 3'300);
}

}  // namespace
}  // namespace candid::capture
