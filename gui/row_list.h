#pragma once
// A table of many rows, one of which is chosen: by key, and in sight then. Only rows in sight are drawn.

#include <cstddef>
#include <functional>
#include <optional>

namespace candid::gui {

// Up and down, or K and J, page up and page down, Home and End: the row that is chosen from now on. Nothing where no
// key changed it. The window's thread, within a frame.
std::optional<size_t> row_by_keys(size_t chosen, size_t count);

// How far a list is to be scrolled so that all of a row is in sight, moved no further than that. Px; `room` is the
// height that rows are seen in.
float scroll_to_show(size_t row, float row_height, float scroll, float room);

// Within a table with ScrollY and one frozen row of headings: each row in sight by `draw_row`, which begins it with
// TableNextRow(0, row_height) and must not draw it higher. `show` is brought into sight.
void draw_rows(size_t count, float row_height, std::optional<size_t> show, const std::function<void(size_t)>& draw_row);

}  // namespace candid::gui
