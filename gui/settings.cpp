#include "gui/settings.h"

#include <algorithm>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "core/files.h"
#include "core/log.h"

namespace candid::gui {
namespace {

constexpr uint64_t kMostBytes = 64 << 10;

// A value of the right kind replaces the default.
template <typename Value>
void read_into(const nlohmann::json& json, const char* key, Value& value) {
  const auto found = json.find(key);
  if (found == json.end()) return;
  if constexpr (std::is_same_v<Value, bool>) {
    if (found->is_boolean()) value = found->get<bool>();
  } else if constexpr (std::is_same_v<Value, std::string>) {
    if (found->is_string()) value = found->get<std::string>();
  } else {
    if (found->is_number()) value = found->get<Value>();
  }
}

void read_place(const nlohmann::json& json, const char* key, std::optional<int>& value) {
  const auto found = json.find(key);
  if (found != json.end() && found->is_number_integer()) value = found->get<int>();
}

// Width and height.
std::optional<media::FrameSize> read_size(const nlohmann::json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_array() || found->size() != 2) return std::nullopt;
  if (!(*found)[0].is_number_integer() || !(*found)[1].is_number_integer()) return std::nullopt;
  const media::FrameSize size{(*found)[0].get<int>(), (*found)[1].get<int>()};
  if (size.width < 2 || size.height < 2 || size.width > 7680 || size.height > 7680) return std::nullopt;
  return size;
}

}  // namespace

std::filesystem::path settings_file() {
  const char* config = std::getenv("XDG_CONFIG_HOME");
  if (config != nullptr && *config == '/') return std::filesystem::path(config) / "candid" / "window.json";
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home != nullptr ? home : ".") / ".config" / "candid" / "window.json";
}

Settings read_settings(const std::filesystem::path& file) {
  Settings settings;
  auto text = read_text_file(file, kMostBytes);
  if (!text) return settings;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object()) {
    log::warning("gui", "what the window remembered cannot be read: " + file.string());
    return settings;
  }
  read_place(json, "x", settings.place.x);
  read_place(json, "y", settings.place.y);
  read_into(json, "width", settings.place.width);
  read_into(json, "height", settings.place.height);
  read_into(json, "maximized", settings.place.is_maximized);
  std::string appearance;
  read_into(json, "appearance", appearance);
  if (appearance == "light") settings.appearance = Appearance::Light;
  read_into(json, "zoom", settings.zoom);
  read_into(json, "language", settings.language);
  read_into(json, "camera", settings.camera);
  read_into(json, "microphone", settings.microphone);
  settings.picture_size = read_size(json, "picture_size");
  read_into(json, "mirrored", settings.is_mirrored);
  read_into(json, "guides", settings.shows_guides);
  read_into(json, "prompter_size", settings.prompter_size);
  read_into(json, "prompter_pace", settings.prompter_pace);
  read_into(json, "countdown", settings.countdown);
  read_into(json, "candidates_split", settings.candidates_split);
  settings.place.width = std::clamp(settings.place.width, 200, 20'000);
  settings.place.height = std::clamp(settings.place.height, 200, 20'000);
  settings.zoom = std::clamp(settings.zoom, 0.75F, 2.5F);
  settings.prompter_size = std::clamp(settings.prompter_size, 14.0F, 72.0F);
  settings.prompter_pace = std::clamp(settings.prompter_pace, 0.5F, 2.0F);
  settings.countdown = std::clamp(settings.countdown, 0, 10);
  settings.candidates_split = std::clamp(settings.candidates_split, 0.3F, 0.8F);
  return settings;
}

Result<void> write_settings(const std::filesystem::path& file, const Settings& settings) {
  nlohmann::json json = {{"width", settings.place.width},
                         {"height", settings.place.height},
                         {"maximized", settings.place.is_maximized},
                         {"appearance", settings.appearance == Appearance::Light ? "light" : "dark"},
                         {"zoom", settings.zoom},
                         {"language", settings.language},
                         {"camera", settings.camera},
                         {"microphone", settings.microphone},
                         {"mirrored", settings.is_mirrored},
                         {"guides", settings.shows_guides},
                         {"prompter_size", settings.prompter_size},
                         {"prompter_pace", settings.prompter_pace},
                         {"countdown", settings.countdown},
                         {"candidates_split", settings.candidates_split}};
  if (settings.picture_size) json["picture_size"] = {settings.picture_size->width, settings.picture_size->height};
  if (settings.place.x) json["x"] = *settings.place.x;
  if (settings.place.y) json["y"] = *settings.place.y;
  TRY_VOID(make_folder(file.parent_path()));
  return write_file(file, json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

}  // namespace candid::gui
