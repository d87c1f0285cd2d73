#pragma once
// Pieces that several screens are made of.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <imgui.h>

#include "campaign/roster.h"
#include "core/error.h"
#include "core/finding.h"
#include "core/time.h"
#include "gui/names.h"
#include "gui/task.h"
#include "gui/theme.h"

namespace candid::gui {

// Sizes in units; 0: as large as its words need. Wider than told where its words need it, and no wider than there is
// room.
enum class ButtonKind { Primary, Usual, Quiet, Danger };
bool button(const Theme& theme, const char* label, ButtonKind kind = ButtonKind::Usual, ImVec2 size = {0, 0});
// On the line of what was drawn last, where there is room; else below it.
bool button_beside(const Theme& theme, const char* label, ButtonKind kind = ButtonKind::Usual);
// The same for anything of so many px: goes on with the line, or not.
void beside(float width);
// At the right end of the line of what was drawn last, where there is room; else below it.
bool button_at_end(const Theme& theme, const char* label);
// A button that cannot be pressed now, and says why when somebody points at it.
void disabled_button(const Theme& theme, const char* label, const char* why, ImVec2 size = {0, 0});

// Words that may quote a cell, a path or another text of any script: by Pango where ImGui's letters do not have them
// all. Wraps. The first function says by whom, once; borrowed.
void draw_words_by(Names& names);
void words(const Theme& theme, const std::string& text, ImVec4 color);

// Until PopTextWrapPos(). Not ImGui's own PushTextWrapPos(0), which, where a part scrolls sideways, wraps at the widest
// line there was, and never comes back from it.
void wrap_from_here();

void title(const Theme& theme, const char* words);
void strong(const Theme& theme, const char* words);
void muted(const Theme& theme, const char* words);       // wraps
void muted_line(const Theme& theme, const char* words);  // does not
void gap(const Theme& theme, float units);

// ImGui's own, told apart from what the mouse is over, and while it is.
bool selectable(const char* label, bool is_chosen, ImGuiSelectableFlags flags = 0, ImVec2 size = {0, 0});  // px

// What failed, the cause, and what to try.
void show_error(const Theme& theme, const Error& error);
// The same in one line.
std::string in_a_line(const Error& error);
// "campaign.toml:14: …" with its hint; a mark in the colour of its severity.
void show_finding(const Theme& theme, const Finding& finding);
// Errors as they are; what is less lies folded under a line that counts it.
void show_findings(const Theme& theme, const Findings& findings);
ImVec4 color_of(const Theme& theme, Severity severity);

// A bar with words below it, and a button that stops the work. True: it was pressed.
bool show_progress(const Theme& theme, const TaskProgress& progress, bool is_stopping);

// Peaks on a digital meter's scale, from -60 dBFS to full scale.
void level_meter(const Theme& theme, double peak_dbfs, bool clips, ImVec2 size);

// "1:05.3"
std::string clock_words(Microseconds time);
// How a candidate is called: by name, or else by id.
const std::string& shown_name(const campaign::Candidate& candidate);

// The largest box of a shape (width over height) within a room, in its middle.
struct Box {
  ImVec2 from;
  ImVec2 to;
  ImVec2 size() const { return {to.x - from.x, to.y - from.y}; }
};
Box fitted(ImVec2 from, ImVec2 room, float shape);

// Whether each part has the scroll bars that it needs, after a frame: ImGui makes them in the next one.
bool has_its_scroll_bars();
// So many units, or what there is; px. The same with a scroll bar and without, or the height of what is as wide as this
// would make one come and go.
float steady_width(const Theme& theme, float units);
constexpr float kLeastPicture = 120;  // units, high
// The room of a table that scrolls: what is left, and never less than some rows, for which the screen scrolls.
ImVec2 table_room(const Theme& theme);

// What a screen is about, and a column of so many units on its right, each to be scrolled by itself. In a narrow window
// the column lies below, and both scroll together. `id`: unique on the screen.
void with_column(const Theme& theme, const char* id, float units, const std::function<void()>& wide,
                 const std::function<void()>& column);
// The same with a column of what `share` of the room leaves.
void with_share(const Theme& theme, const char* id, float share, const std::function<void()>& wide,
                const std::function<void()>& column);

}  // namespace candid::gui
