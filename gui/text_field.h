#pragma once
// A line that somebody types, in any script. ImGui has the keyboard, the clipboard and undo; words, caret and selection
// are where Pango has them (caret_line.h), and a click goes to the letter that is seen. A line that is longer than its
// field scrolls with the caret. In a line that reads from the right, the arrows go where they point.

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
// `text` is what it holds, before and after; UTF-8. Line breaks and other characters that cannot be seen are shown as
// spaces, and stay. What reaches beyond some 8,000 px is shown as "…".
Typed text_field(const Theme& theme, Names& names, const TextField& field, std::string& text);

}  // namespace candid::gui
