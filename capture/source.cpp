#include "capture/source.h"

#include <fmt/format.h>

#include "capture/devices/av_devices.h"
#include "capture/devices/devices.h"
#include "capture/devices/pulse_microphone.h"
#include "capture/live/live_source.h"
#include "capture/live/presenter_devices.h"
#include "capture/presenter/test_presenter.h"

namespace candid::capture {
namespace {

constexpr char kPresenter[] = "test:";
constexpr char kLivePresenter[] = "test:live";

bool is_presenter(const std::string& camera) {
  return camera.starts_with(kPresenter);
}

Result<void> check(media::FrameSize size, Rational rate) {
  auto fits = [](int length) { return length >= 64 && length <= 4096 && length % 2 == 0; };
  if (!fits(size.width) || !fits(size.height)) {
    return fail(ErrorKind::InvalidInput, fmt::format("a take cannot be {}x{} pixels", size.width, size.height),
                "each side is even and 64 to 4096 pixels, as in 1280x720 or 720x1280");
  }
  if (rate.num <= 0 || rate.den <= 0 || rate.value() < 1 || rate.value() > 120) {
    return fail(ErrorKind::InvalidInput, fmt::format("a take cannot have {}/{} frames a second", rate.num, rate.den),
                "1 to 120 are possible, as in 30 or 30000/1001");
  }
  return {};
}

struct OpenCamera {
  std::unique_ptr<PictureDevice> device;
  Rational rate;
};

Result<OpenCamera> open_real_camera(const SourceSettings& settings, std::optional<media::FrameSize> wanted) {
  Camera camera = TRY(find_camera(settings.camera));
  ModeRequest request{settings.size, settings.frame_rate, settings.camera_format};
  // Beside a screen the size and rate that were asked for are the screen's.
  if (wanted) request = {std::nullopt, std::nullopt, settings.camera_format};
  ChosenMode mode = TRY(choose_mode(camera, request));
  return OpenCamera{TRY(open_camera(camera, mode, wanted)), mode.rate};
}

// The bubble is square, and so is what is drawn for it.
Result<PresenterDevices> open_small_presenter(const SourceSettings& settings, media::FrameSize size) {
  SourceSettings small = settings;
  small.size = size;
  return open_presenter(small);
}

Result<std::unique_ptr<Source>> open_live(const SourceSettings& settings) {
  LiveDevices devices;
  Rational rate = settings.frame_rate.value_or(Rational{30, 1});
  if (!settings.screen.empty()) {
    Screen screen = TRY(find_screen(settings.screen));
    devices.shows = Shows::Screen;
    devices.picture = TRY(open_screen(screen, rate, settings.size));
  }
  const bool has_bubble = devices.picture != nullptr && !settings.camera.empty();
  if (has_bubble) devices.bubble.emplace(devices.picture->size(), settings.bubble);
  if (is_presenter(settings.camera)) {
    PresenterDevices presenter =
        TRY(has_bubble ? open_small_presenter(settings, devices.bubble->camera_size()) : open_presenter(settings));
    (has_bubble ? devices.bubble_camera : devices.picture) = std::move(presenter.camera);
    if (settings.microphone == kPresenter) devices.sound = std::move(presenter.microphone);
  } else if (has_bubble) {
    devices.bubble_camera = TRY(open_real_camera(settings, devices.bubble->camera_size())).device;
  } else if (!settings.camera.empty()) {
    OpenCamera camera = TRY(open_real_camera(settings, std::nullopt));
    devices.picture = std::move(camera.device);
    rate = camera.rate;
  }
  if (!settings.microphone.empty() && settings.microphone != kPresenter) {
    Microphone microphone = TRY(find_microphone(settings.microphone));
    devices.sound =
        TRY(microphone.id.starts_with("alsa:") ? open_alsa_microphone(microphone) : open_pulse_microphone(microphone));
  }
  return std::unique_ptr<Source>(new LiveSource(std::move(devices), rate));
}

}  // namespace

const char* to_string(Drop reason) {
  switch (reason) {
    case Drop::Standby:
      return "standby";
    case Drop::Surplus:
      return "surplus";
    case Drop::EncoderSlow:
      return "encoder_slow";
    case Drop::Late:
      return "late";
    case Drop::Damaged:
      return "damaged";
    case Drop::AfterEnd:
      return "after_end";
  }
  return "";
}

Result<std::unique_ptr<Source>> open_source(const SourceSettings& settings) {
  if (settings.camera.empty() && settings.screen.empty() && settings.microphone.empty()) {
    return fail(ErrorKind::InvalidInput, "there is nothing to record: no camera, no screen and no microphone",
                "name one of them; candid devices lists what is there, and --camera test: needs no hardware");
  }
  TRY_VOID(check(settings.size.value_or(media::FrameSize{1280, 720}), settings.frame_rate.value_or(Rational{30, 1})));
  if (is_presenter(settings.camera) && settings.camera != kPresenter && settings.camera != kLivePresenter) {
    return fail(ErrorKind::InvalidInput, fmt::format("camera \"{}\" is not known", settings.camera),
                "test: is a drawn presenter who hurries, test:live the same in real time");
  }
  if (settings.microphone == kPresenter && !is_presenter(settings.camera)) {
    return fail(ErrorKind::InvalidInput, "microphone \"test:\" is the drawn presenter's voice",
                "add --camera test:, or name another microphone");
  }
  const bool is_alone = settings.screen.empty() && settings.microphone == kPresenter;
  if (settings.camera == kPresenter && is_alone) return TRY(TestPresenter::create(settings));
  return open_live(settings);
}

}  // namespace candid::capture
