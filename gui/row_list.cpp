#include "gui/row_list.h"

#include <algorithm>

#include <SDL_scancode.h>
#include <imgui.h>

#include "gui/keys.h"

namespace candid::gui {
namespace {

constexpr size_t kPageRows = 10;

}  // namespace

std::optional<size_t> row_by_keys(size_t chosen, size_t count) {
  if (count == 0) return std::nullopt;
  const size_t last = count - 1;
  size_t row = std::min(chosen, last);
  if (pressed_or_held(SDL_SCANCODE_DOWN) || pressed_or_held(SDL_SCANCODE_J)) row = std::min(row + 1, last);
  if (pressed_or_held(SDL_SCANCODE_UP) || pressed_or_held(SDL_SCANCODE_K)) row -= std::min<size_t>(row, 1);
  if (pressed_or_held(SDL_SCANCODE_PAGEDOWN)) row = std::min(row + kPageRows, last);
  if (pressed_or_held(SDL_SCANCODE_PAGEUP)) row -= std::min(row, kPageRows);
  if (pressed(SDL_SCANCODE_HOME)) row = 0;
  if (pressed(SDL_SCANCODE_END)) row = last;
  return row == chosen ? std::nullopt : std::optional(row);
}

float scroll_to_show(size_t row, float row_height, float scroll, float room) {
  const float top = static_cast<float>(row) * row_height;
  if (top < scroll) return top;
  return std::max(scroll, top + row_height - room);
}

void draw_rows(size_t count, float row_height, std::optional<size_t> show,
               const std::function<void(size_t)>& draw_row) {
  if (show) {
    // The headings are no higher than a row.
    const float room = ImGui::GetWindowHeight() - row_height;
    ImGui::SetScrollY(scroll_to_show(*show, row_height, ImGui::GetScrollY(), room));
  }
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(count), row_height);
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) draw_row(static_cast<size_t>(i));
  }
}

}  // namespace candid::gui
