#pragma once
// A line that somebody types, in any script: ImGui has the keyboard, Pango draws the words over it.

#include <string>

#include "gui/names.h"
#include "gui/theme.h"

namespace candid::gui {

struct TextField {
  const char* label;      // ImGui's: unique on the screen; what follows "##" is not shown
  const char* hint = "";  // while it is empty
  float width = 0;        // units; 0: all there is
};

enum class Typed { Nothing, Changed, Entered };
// `text` is what it holds, before and after. With letters that ImGui's font has, the caret stands where Pango's words
// are; with others it only tells that there is one.
Typed text_field(const Theme& theme, Names& names, const TextField& field, std::string& text);

}  // namespace candid::gui
