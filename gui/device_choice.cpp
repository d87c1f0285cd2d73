#include "gui/device_choice.h"

#include <algorithm>

#include <fmt/format.h>

#include "gui/widgets.h"
#include "gui/words.h"

namespace candid::gui {
namespace {

constexpr const char* kDefaultDevice = "default";
constexpr const char* kTestVoice = "test:";

}  // namespace

capture::SourceSettings source_settings_of(const Settings& settings) {
  capture::SourceSettings source;
  source.camera = settings.camera.empty() ? kDefaultDevice : settings.camera;
  source.microphone = settings.microphone.empty() ? kDefaultDevice : settings.microphone;
  source.size = settings.picture_size;
  if (source.camera == kTestDevice && settings.microphone.empty()) source.microphone = kTestVoice;
  return source;
}

std::mutex& device_turn() {
  static std::mutex turn;
  return turn;
}

void DeviceChoice::look(const Waker& waker) {
  looking_ = std::make_unique<Task<capture::Devices>>(
      waker, [](TaskReport&, const std::stop_token&) -> Result<capture::Devices> { return capture::list_devices(); });
}

bool DeviceChoice::draw(const Ui& ui) {
  if (!looking_ && !found_) look(ui.window.waker());
  if (looking_ && looking_->has_ended()) {
    found_ = std::move(**looking_->take());
    looking_.reset();
  }
  bool is_changed = wants_next_ && found_ && choose_next(ui.settings);
  is_changed = choose_camera(ui) || is_changed;
  is_changed = choose_microphone(ui) || is_changed;
  is_changed = choose_size(ui) || is_changed;
  if (looking_) {
    muted_line(ui.theme, tr("Looking for devices …"));
  } else if (button(ui.theme, tr("Look again"), ButtonKind::Quiet)) {
    look(ui.window.waker());
  }
  return is_changed;
}

bool DeviceChoice::choose_camera(const Ui& ui) {
  const std::string& chosen = ui.settings.camera;
  std::string shown = chosen.empty() ? tr("First camera") : chosen;
  if (chosen == kTestDevice) shown = tr("Test picture");
  if (found_) {
    for (const capture::Camera& camera : found_->cameras) {
      if (camera.path == chosen) shown = camera.name;
    }
  }
  bool is_changed = false;
  auto offer_one = [&](const std::string& label, const std::string& value) {
    if (!ImGui::Selectable(label.c_str(), chosen == value) || chosen == value) return;
    choose_camera(ui.settings, value);
    is_changed = true;
  };
  muted_line(ui.theme, tr("Camera"));
  ImGui::SetNextItemWidth(-1);
  if (!ImGui::BeginCombo("##camera", shown.c_str())) return false;
  offer_one(tr("First camera"), "");
  if (found_) {
    for (const capture::Camera& camera : found_->cameras) {
      offer_one(fmt::format("{}##{}", camera.name, camera.path), camera.path);
      if (camera.problem) muted_line(ui.theme, camera.problem->message().c_str());
    }
  }
  offer_one(tr("Test picture"), kTestDevice);
  ImGui::EndCombo();
  return is_changed;
}

bool DeviceChoice::choose_microphone(const Ui& ui) {
  std::string& chosen = ui.settings.microphone;
  const char* usual = ui.settings.camera == kTestDevice ? tr("Test voice") : tr("Usual microphone");
  std::string shown = chosen.empty() ? usual : chosen;
  if (found_) {
    for (const capture::Microphone& microphone : found_->microphones) {
      if (microphone.id == chosen) shown = microphone.name;
    }
  }
  bool is_changed = false;
  auto offer_one = [&](const std::string& label, const std::string& value) {
    if (!ImGui::Selectable(label.c_str(), chosen == value) || chosen == value) return;
    chosen = value;
    is_changed = true;
  };
  muted_line(ui.theme, tr("Microphone"));
  ImGui::SetNextItemWidth(-1);
  if (ImGui::BeginCombo("##microphone", shown.c_str())) {
    offer_one(usual, "");
    if (found_) {
      for (const capture::Microphone& microphone : found_->microphones) {
        if (!microphone.is_monitor) offer_one(fmt::format("{}##{}", microphone.name, microphone.id), microphone.id);
      }
    }
    ImGui::EndCombo();
  }
  return is_changed;
}

void DeviceChoice::choose_camera(Settings& settings, const std::string& path) const {
  settings.camera = path;
  const std::vector<media::FrameSize> known = sizes(path);
  if (settings.picture_size && std::find(known.begin(), known.end(), *settings.picture_size) == known.end())
    settings.picture_size.reset();
}

bool DeviceChoice::choose_next(Settings& settings) {
  wants_next_ = false;
  std::vector<std::string> usable;
  for (const capture::Camera& camera : found_->cameras) {
    if (!camera.problem) usable.push_back(camera.path);
  }
  if (usable.empty()) return false;
  auto now = settings.camera.empty() ? usable.begin() : std::find(usable.begin(), usable.end(), settings.camera);
  const std::string next = now == usable.end() || now + 1 == usable.end() ? usable.front() : *(now + 1);
  if (next == settings.camera) return false;
  choose_camera(settings, next);
  return true;
}

// What the camera has, largest first.
std::vector<media::FrameSize> DeviceChoice::sizes(const std::string& camera) const {
  if (camera == kTestDevice) return {{1920, 1080}, {1280, 720}, {640, 360}};
  std::vector<media::FrameSize> all;
  if (!found_) return all;
  const auto& cameras = found_->cameras;
  const auto one = std::find_if(cameras.begin(), cameras.end(), [&](const capture::Camera& each) {
    return camera.empty() ? !each.problem : each.path == camera;
  });
  if (one == cameras.end()) return all;
  for (const capture::CameraMode& mode : one->modes) {
    if (std::find(all.begin(), all.end(), mode.size) == all.end()) all.push_back(mode.size);
  }
  return all;
}

bool DeviceChoice::choose_size(const Ui& ui) const {
  std::optional<media::FrameSize>& chosen = ui.settings.picture_size;
  auto words_of = [](media::FrameSize size) { return fmt::format("{} × {}", size.width, size.height); };
  muted_line(ui.theme, tr("Picture"));
  ImGui::SetNextItemWidth(-1);
  if (!ImGui::BeginCombo("##size", chosen ? words_of(*chosen).c_str() : tr("As the camera is best"))) return false;
  bool is_changed = false;
  auto offer_one = [&](const std::string& label, std::optional<media::FrameSize> value) {
    if (!ImGui::Selectable(label.c_str(), chosen == value) || chosen == value) return;
    chosen = value;
    is_changed = true;
  };
  offer_one(tr("As the camera is best"), std::nullopt);
  for (const media::FrameSize size : sizes(ui.settings.camera)) offer_one(words_of(size), size);
  ImGui::EndCombo();
  return is_changed;
}

}  // namespace candid::gui
