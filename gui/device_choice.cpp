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
  if (settings.is_full_hd) source.size = media::FrameSize{1920, 1080};
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
  bool is_changed = choose_camera(ui);
  is_changed = choose_microphone(ui) || is_changed;
  is_changed = ImGui::Checkbox(tr("Full HD (1080p)"), &ui.settings.is_full_hd) || is_changed;
  if (looking_) {
    muted_line(ui.theme, tr("Looking for devices …"));
  } else if (button(ui.theme, tr("Look again"), ButtonKind::Quiet)) {
    look(ui.window.waker());
  }
  return is_changed;
}

bool DeviceChoice::choose_camera(const Ui& ui) {
  std::string& chosen = ui.settings.camera;
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
    chosen = value;
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

}  // namespace candid::gui
