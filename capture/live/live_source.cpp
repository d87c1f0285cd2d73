#include "capture/live/live_source.h"

#include <condition_variable>
#include <ctime>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "capture/live/device_thread.h"
#include "capture/live/synchronizer.h"
#include "core/suggest.h"

namespace candid::capture {
namespace {

// A camera takes a while to wake; once awake, what is silent for so long has stopped.
constexpr Microseconds kFirstPatience{6'000'000};
constexpr Microseconds kFramePatience{1'500'000};
constexpr Microseconds kSlept{1'000'000};
constexpr Microseconds kSlowWindow{1'000'000};
constexpr int kMostSlowWindows = 3;
constexpr Microseconds kTick{20'000};
constexpr Microseconds kLastSound{150'000};
// Pictures that wait for the encoder: a second of them, in no more memory than this.
constexpr size_t kMostWaitingBytes = 256u << 20;

Microseconds now() {
  return std::chrono::duration_cast<Microseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

size_t most_waiting(const std::optional<media::FrameSize>& size, Rational rate) {
  auto second = static_cast<size_t>(std::max(8.0, rate.value()));
  if (!size) return second;
  size_t frame = static_cast<size_t>(size->width) * static_cast<size_t>(size->height) * 3 / 2;
  return std::clamp<size_t>(kMostWaitingBytes / frame, 8, second);
}

Synchronizer::Format format_of(const LiveDevices& devices, Rational rate) {
  Synchronizer::Format format;
  format.has_pictures = devices.picture != nullptr;
  if (devices.sound) format.sound_rate = devices.sound->sample_rate();
  format.rate = rate;
  std::optional<media::FrameSize> size;
  if (devices.picture) size = devices.picture->size();
  format.most_waiting = most_waiting(size, rate);
  return format;
}

}  // namespace

// The monotonic clock stands while the machine sleeps, the other goes on.
Microseconds time_asleep() {
  timespec boot{};
  timespec awake{};
  clock_gettime(CLOCK_BOOTTIME, &boot);
  clock_gettime(CLOCK_MONOTONIC, &awake);
  return Microseconds((boot.tv_sec - awake.tv_sec) * 1'000'000 + (boot.tv_nsec - awake.tv_nsec) / 1000);
}

// Shared with the devices' threads, which may outlive the source.
struct LiveSource::State {
  // When something last came from a device.
  struct Pulse {
    std::string name;
    Microseconds last;
    Microseconds patience = kFirstPatience;

    void beat() {
      last = now();
      patience = kFramePatience;
    }
  };

  std::mutex mutex;
  std::condition_variable changed;
  Synchronizer synchronizer;
  std::deque<CapturedPicture> bubble_pictures;
  std::deque<Pulse> pulses;
  std::optional<Error> failure;
  Microseconds failed_at{0};

  explicit State(Synchronizer::Format format) : synchronizer(format) {}

  Pulse& add_pulse(std::string name) {
    pulses.push_back({std::move(name), now()});
    return pulses.back();
  }
  void fail_with(const Error& error) {
    std::lock_guard lock(mutex);
    if (!failure) failed_at = now();
    if (!failure) failure = error;
    changed.notify_all();
  }
  std::optional<Error> stalled() const {
    for (const Pulse& pulse : pulses) {
      if (now() - pulse.last <= pulse.patience) continue;
      return Error(ErrorKind::Io, fmt::format("{} gives nothing any more", pulse.name),
                   "see that it is plugged in and that no other program holds it, then record again");
    }
    return std::nullopt;
  }
};

// Of one recording thread: what goes wrong without any device saying so.
struct LiveSource::Watch {
  explicit Watch(std::function<Microseconds()> clock) : asleep(std::move(clock)) {}

  std::vector<DeviceThread> threads;
  std::function<Microseconds()> asleep;
  Microseconds slept_at_start = asleep();
  Microseconds window_began = now();
  SourceCounts window_counts;
  int slow_windows = 0;  // in a row
  bool rested = false;
  std::optional<Error> ended;

  std::optional<Error> check_sleep() {
    Microseconds slept = asleep() - slept_at_start;
    if (slept < kSlept) return std::nullopt;
    slept_at_start += slept;
    return Error(ErrorKind::Io, fmt::format("the computer slept for {}", format_duration(slept)),
                 "record again; keep the lid open and power saving off meanwhile");
  }

  // Half the pictures lost for three seconds is not a hiccup.
  std::optional<Error> check_speed(const SourceCounts& counts, const SourceFormat& format) {
    if (std::exchange(rested, false)) {
      window_began = now();
      window_counts = counts;
      slow_windows = 0;
    }
    if (now() - window_began < kSlowWindow) return std::nullopt;
    auto slow = [](const SourceCounts& at) {
      int64_t count = 0;
      for (auto [reason, pictures] : at.dropped) {
        if (reason == Drop::EncoderSlow || reason == Drop::Late) count += pictures;
      }
      return count;
    };
    int64_t captured = counts.captured - window_counts.captured;
    int64_t lost = slow(counts) - slow(window_counts);
    window_began = now();
    window_counts = counts;
    bool is_slow = lost * 2 >= captured && static_cast<double>(lost) >= format.frame_rate.value() / 4;
    slow_windows = is_slow ? slow_windows + 1 : 0;
    if (slow_windows < kMostSlowWindows) return std::nullopt;
    return Error(ErrorKind::OutOfReach,
                 fmt::format("this computer cannot keep up with {}x{} at {:.4g} pictures a second: {} of the last {} "
                             "were lost",
                             format.size->width, format.size->height, format.frame_rate.value(), lost, captured),
                 "close other programs, or record with --size 1280x720 or --fps 25");
  }
};

LiveSource::LiveSource(LiveDevices devices, Rational rate)
    : bubble_(std::move(devices.bubble)),
      state_(std::make_shared<State>(format_of(devices, rate))),
      watch_(std::make_unique<Watch>(std::move(devices.asleep))) {
  format_.frame_rate = rate;
  format_.shows = devices.shows;
  format_.has_sound = devices.sound != nullptr;
  std::vector<std::string> names;
  auto failed = [state = state_](const Error& error) { state->fail_with(error); };
  auto add = [&](const std::string& name, auto step) {
    names.push_back(name);
    watch_->threads.emplace_back(std::move(step), failed);
  };
  if (devices.picture) {
    format_.size = devices.picture->size();
    const std::string name = devices.picture->name();
    std::shared_ptr<PictureDevice> camera = std::move(devices.picture);
    State::Pulse& pulse = state_->add_pulse(name);
    add(name, [state = state_, &pulse, camera]() -> Result<void> {
      std::optional<CapturedPicture> picture = TRY(camera->read());
      if (!picture) return {};
      std::lock_guard lock(state->mutex);
      if (picture->frame) pulse.beat();
      state->synchronizer.push(std::move(*picture));
      state->changed.notify_all();
      return {};
    });
  }
  if (devices.sound) {
    const std::string name = devices.sound->name();
    std::shared_ptr<SoundDevice> microphone = std::move(devices.sound);
    State::Pulse& pulse = state_->add_pulse(name);
    add(name, [state = state_, &pulse, microphone]() -> Result<void> {
      std::optional<CapturedSound> sound = TRY(microphone->read());
      if (!sound) return {};
      std::lock_guard lock(state->mutex);
      pulse.beat();
      TRY_VOID(state->synchronizer.push(std::move(*sound)));
      state->changed.notify_all();
      return {};
    });
  }
  if (devices.bubble_camera) {
    const std::string name = devices.bubble_camera->name();
    std::shared_ptr<PictureDevice> camera = std::move(devices.bubble_camera);
    State::Pulse& pulse = state_->add_pulse(name);
    const size_t most = static_cast<size_t>(std::max(8.0, rate.value()));
    add(name, [state = state_, &pulse, camera, most]() -> Result<void> {
      std::optional<CapturedPicture> picture = TRY(camera->read());
      if (!picture) return {};
      std::lock_guard lock(state->mutex);
      pulse.beat();
      if (picture->frame) state->bubble_pictures.push_back(std::move(*picture));
      if (state->bubble_pictures.size() > most) state->bubble_pictures.pop_front();
      return {};
    });
  }
  format_.device = join(names);
}

LiveSource::~LiveSource() {
  for (DeviceThread& thread : watch_->threads) thread.stop();
}

SourceFormat LiveSource::format() const {
  return format_;
}

Result<std::optional<Moment>> LiveSource::next() {
  if (watch_->ended) return tl::unexpected(*watch_->ended);
  std::unique_lock lock(state_->mutex);
  while (true) {
    std::optional<Error> trouble = state_->stalled();
    if (!trouble) trouble = watch_->check_sleep();
    if (!trouble) trouble = watch_->check_speed(state_->synchronizer.counts(), format_);
    if (trouble) return end(std::move(*trouble));
    // After a failure only what is there already, or on its way from the other device.
    std::optional<Moment> moment = TRY(state_->synchronizer.pull(state_->failure ? Microseconds::min() : now()));
    if (moment && bubble_) TRY_VOID(lay_bubble(*moment));
    if (moment) return moment;
    if (state_->failure && now() - state_->failed_at > kLastSound) return end(*state_->failure);
    state_->changed.wait_for(lock, kTick);
  }
}

tl::unexpected<Error> LiveSource::end(Error why) {
  watch_->ended = why;
  return tl::unexpected(std::move(why));
}

// The newest picture of the camera that is not from after the moment.
Result<void> LiveSource::lay_bubble(Moment& moment) {
  std::deque<CapturedPicture>& pictures = state_->bubble_pictures;
  while (pictures.size() > 1 && pictures[1].time <= *moment.captured_at) pictures.pop_front();
  if (pictures.empty()) return {};
  return bubble_->draw(*moment.frame, *pictures.front().frame);
}

void LiveSource::rest() {
  std::lock_guard lock(state_->mutex);
  state_->synchronizer.rest();
  watch_->rested = true;
}

SourceCounts LiveSource::counts() const {
  std::lock_guard lock(state_->mutex);
  return state_->synchronizer.counts();
}

double LiveSource::drift_ppm() const {
  std::lock_guard lock(state_->mutex);
  return state_->synchronizer.drift_ppm();
}

}  // namespace candid::capture
