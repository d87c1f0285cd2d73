#include "capture/live/presenter_devices.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "capture/presenter/test_presenter.h"

namespace candid::capture {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLongestWait{100};
constexpr int64_t kBlock = media::kSampleRate / 50;

// Waits for `due`, or a tenth of a second; says whether it has come.
bool wait_until(steady_clock::time_point due) {
  std::this_thread::sleep_until(std::min(due, steady_clock::now() + kLongestWait));
  return steady_clock::now() >= due;
}

Microseconds on_clock(steady_clock::time_point time) {
  return std::chrono::duration_cast<Microseconds>(time.time_since_epoch());
}

class PresenterCamera final : public PictureDevice {
 public:
  PresenterCamera(std::unique_ptr<TestPresenter> presenter, steady_clock::time_point start)
      : presenter_(std::move(presenter)), format_(presenter_->format()), start_(start) {}

  media::FrameSize size() const override { return *format_.size; }
  std::string name() const override { return "the drawn presenter"; }
  Result<std::optional<CapturedPicture>> read() override {
    // Drawn ahead of its time, as the light of a real one.
    if (!waiting_) waiting_ = TRY(draw());
    auto due = start_ + pictures_ * picture_length();
    if (!wait_until(due)) return std::nullopt;
    // As a camera whose driver is not served in time: what was missed never came.
    int64_t late = (steady_clock::now() - due) / picture_length();
    pictures_ += 1 + late;
    presenter_->skip(late);
    CapturedPicture picture{std::move(*waiting_), on_clock(due)};
    waiting_.reset();
    return picture;
  }

 private:
  std::chrono::nanoseconds picture_length() const {
    return std::chrono::nanoseconds(1'000'000'000LL * format_.frame_rate.den / format_.frame_rate.num);
  }

  Result<media::Frame> draw() {
    std::optional<Moment> moment = TRY(presenter_->next());
    if (!moment) {
      presenter_->rewind();
      moment = TRY(presenter_->next());
    }
    return std::move(*moment->frame);
  }

  std::unique_ptr<TestPresenter> presenter_;
  SourceFormat format_;
  steady_clock::time_point start_;
  int64_t pictures_ = 0;
  std::optional<media::Frame> waiting_;
};

class PresenterMicrophone final : public SoundDevice {
 public:
  PresenterMicrophone(media::Samples speech, steady_clock::time_point start)
      : speech_(std::move(speech)), start_(start) {}

  int sample_rate() const override { return media::kSampleRate; }
  std::string name() const override { return "their voice"; }
  Result<std::optional<CapturedSound>> read() override {
    auto time_of = [&](int64_t sample) { return start_ + Microseconds(sample * 1'000'000 / media::kSampleRate); };
    if (!wait_until(time_of(samples_ + kBlock))) return std::nullopt;
    CapturedSound sound{{}, on_clock(time_of(samples_))};
    for (int64_t i = 0; i < kBlock * media::kChannels; ++i)
      sound.samples.push_back(speech_[static_cast<size_t>(samples_ * media::kChannels + i) % speech_.size()]);
    samples_ += kBlock;
    return sound;
  }

 private:
  media::Samples speech_;
  steady_clock::time_point start_;
  int64_t samples_ = 0;
};

}  // namespace

Result<PresenterDevices> open_presenter(const SourceSettings& settings) {
  std::unique_ptr<TestPresenter> presenter = TRY(TestPresenter::create(settings));
  media::Samples speech = presenter->speech();
  auto start = steady_clock::now();
  PresenterDevices devices;
  devices.camera = std::make_unique<PresenterCamera>(std::move(presenter), start);
  devices.microphone = std::make_unique<PresenterMicrophone>(std::move(speech), start);
  return devices;
}

}  // namespace candid::capture
