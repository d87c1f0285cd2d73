#pragma once
// Colours, sizes and letters of the window.

#include <imgui.h>

#include "core/error.h"
#include "gui/settings.h"

namespace candid::gui {

// Text on its ground reaches 4.5:1 in both appearances (WCAG 2.1, 1.4.3); tests/gui measures it.
struct Colors {
  ImVec4 ground;
  ImVec4 panel;   // what lies on it
  ImVec4 raised;  // buttons, fields
  ImVec4 line;
  ImVec4 text;
  ImVec4 muted;
  ImVec4 accent;
  ImVec4 on_accent;
  ImVec4 good;
  ImVec4 warning;
  ImVec4 bad;
};
const Colors& colors_of(Appearance appearance);

class Theme {
 public:
  // Loads letters for `scale` pixels a unit, and sets ImGui's style. The window's thread, outside a frame. Unsupported
  // where there is no font to read.
  Result<void> apply(Appearance appearance, float scale);

  const Colors& colors() const { return *colors_; }
  // ImGui's units that are one of ours: all lengths in the window are given in ours.
  float scale() const { return scale_; }
  float px(float units) const { return units * scale_; }
  // Of the usual letters, px of their em: for words that Pango draws beside them.
  float body_size() const;
  ImFont* body() const { return body_; }
  ImFont* strong() const { return strong_; }
  ImFont* title() const { return title_; }
  ImFont* huge() const { return huge_; }

 private:
  const Colors* colors_ = &colors_of(Appearance::Dark);
  float scale_ = 0;
  ImFont* body_ = nullptr;
  ImFont* strong_ = nullptr;
  ImFont* title_ = nullptr;
  ImFont* huge_ = nullptr;  // digits of a countdown
};

}  // namespace candid::gui
