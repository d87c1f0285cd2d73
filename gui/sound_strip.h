#pragma once
// A recording's sound as bars, read beside the window.

#include <filesystem>
#include <optional>

#include <imgui.h>

#include "gui/task.h"
#include "gui/theme.h"
#include "media/waveform.h"

namespace candid::gui {

// The window's thread.
class SoundStrip {
 public:
  SoundStrip(const Waker& waker, const std::filesystem::path& file);

  // On a ground of its own, into a box of the screen; px. Without sound there are no bars.
  void show(const Theme& theme, ImDrawList& list, ImVec2 from, ImVec2 size);

 private:
  Task<media::Waveform> reading_;
  std::optional<media::Waveform> sound_;
};

}  // namespace candid::gui
