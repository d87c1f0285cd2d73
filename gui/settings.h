#pragma once
// What the window remembers from one day to the next: $XDG_CONFIG_HOME/candid/window.json, else below ~/.config.

#include <filesystem>
#include <optional>
#include <string>

#include "core/error.h"
#include "gui/window.h"
#include "media/frame.h"

namespace candid::gui {

enum class Appearance { Dark, Light };

struct Settings {
  WindowPlace place{};
  Appearance appearance = Appearance::Dark;
  float zoom = 1;          // of everything, on top of the screen's density: 0.75 … 2.5
  std::string language{};  // empty: the environment's
  // As record takes them; empty: the first that can be used.
  std::string camera{};
  std::string microphone{};
  std::optional<media::FrameSize>
      picture_size{};              // of the camera; nothing: what it is best at (capture/devices/devices.h)
  bool is_mirrored = true;         // the preview, as a mirror is; never the recording
  bool shows_guides = true;        // of the face's place
  float prompter_size = 28;        // units
  float prompter_pace = 1;         // of a calm reader's
  int countdown = 3;               // seconds
  float candidates_split = 0.58F;  // of the table beside the picture
  bool operator==(const Settings&) const = default;
};

std::filesystem::path settings_file();
// Defaults for what the file does not say, or says wrongly: a damaged file never keeps the window from opening.
Settings read_settings(const std::filesystem::path& file);
Result<void> write_settings(const std::filesystem::path& file, const Settings& settings);

}  // namespace candid::gui
