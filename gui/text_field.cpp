#include "gui/text_field.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <imgui.h>
#include <imgui_stdlib.h>

#include "core/text.h"
#include "gui/caret_line.h"
#include "gui/stand_ins.h"

namespace candid::gui {
namespace {

// As ImGui's own caret blinks, s.
constexpr double kBlink = 1.2;
constexpr double kBlinkShown = 0.8;

// The one line that is typed now, between frames.
struct TypingNow {
  ImGuiID field = 0;
  CaretLine line;
  float scroll = 0;   // px
  size_t caret = 0;   // characters
  size_t anchor = 0;  // where its selection began
  double moved_at = 0;
  bool is_dragged = false;
};

TypingNow& typing_now() {
  static TypingNow now;
  return now;
}

// What a field is drawn by, and its callback hears.
struct FieldBox {
  ImGuiID id;
  Names& names;
  NameStyle style;
  ImVec2 from;
  ImVec2 to;
  float inset;  // px, on both sides
  float left() const { return from.x + inset; }
  float room() const { return to.x - from.x - 2 * inset; }
};

size_t count_of(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }));
}

int byte_of(std::string_view text, size_t character) {
  const auto all = characters(text);
  return character < all.size() ? static_cast<int>(all[character].data() - text.data()) : static_cast<int>(text.size());
}

// Character by character the same, so that places in one are places in the other.
std::string shown_line(std::string_view text) {
  std::string shown;
  for (std::string_view character : characters(text)) {
    const std::string seen = single_line(character);
    shown += seen.empty() ? " " : seen;
  }
  return shown;
}

// The caret where the mouse is: ImGui has put it where its own letters, which nobody sees, would be. False: the mouse
// has no part in it.
bool follow_mouse(const FieldBox& box, TypingNow& now, size_t count) {
  const bool is_clicked = ImGui::IsMouseClicked(ImGuiMouseButton_Left) && ImGui::IsMouseHoveringRect(box.from, box.to);
  now.is_dragged = is_clicked || (now.is_dragged && ImGui::IsMouseDown(ImGuiMouseButton_Left));
  if (!now.is_dragged) return false;
  if (is_clicked && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
    now.is_dragged = false;
    now.anchor = 0;
    now.caret = count;
    return true;
  }
  const ImGuiIO& io = ImGui::GetIO();
  now.caret = now.line.place_at(io.MousePos.x - box.left() + now.scroll);
  if (is_clicked && !io.KeyShift) now.anchor = now.caret;
  return true;
}

// What keys have made of the caret and the selection.
void follow_keys(const ImGuiInputTextCallbackData& data, std::string_view text, TypingNow& now) {
  auto place_of = [&](int byte) { return count_of(text.substr(0, static_cast<size_t>(byte))); };
  now.caret = now.line.out_of_letter(place_of(data.CursorPos), now.caret);
  const int other_end = data.CursorPos == data.SelectionEnd ? data.SelectionStart : data.SelectionEnd;
  now.anchor = data.HasSelection() ? place_of(other_end) : now.caret;
}

int follow(ImGuiInputTextCallbackData* data) {
  const FieldBox& box = *static_cast<const FieldBox*>(data->UserData);
  TypingNow& now = typing_now();
  if (now.field != box.id) now = {};
  now.field = box.id;
  const std::string_view text(data->Buf, static_cast<size_t>(data->BufTextLen));
  now.line = CaretLine(box.names.letters_of(shown_line(without_stand_ins(text)), box.style));
  const std::pair before(now.caret, now.anchor);
  if (!follow_mouse(box, now, count_of(text))) follow_keys(*data, text, now);
  if (std::pair(now.caret, now.anchor) != before) now.moved_at = ImGui::GetTime();
  data->CursorPos = byte_of(text, now.caret);
  data->SelectionStart = byte_of(text, now.anchor);
  data->SelectionEnd = data->CursorPos;
  return 0;
}

void draw_selection(const FieldBox& box, const TypingNow& now, ImU32 color) {
  const float left = box.left() - now.scroll;
  const auto [from, to] = std::minmax(now.caret, now.anchor);
  for (const auto& [first, last] : now.line.stretches(from, to))
    ImGui::GetWindowDrawList()->AddRectFilled({left + first, box.from.y + box.inset / 3},
                                              {left + last, box.to.y - box.inset / 3}, color);
}

void draw_caret(const Theme& theme, const FieldBox& box, const TypingNow& now) {
  if (std::fmod(ImGui::GetTime() - now.moved_at, kBlink) > kBlinkShown) return;
  const float x = std::floor(box.left() - now.scroll + now.line.caret_at(now.caret));
  ImGui::GetWindowDrawList()->AddRectFilled({x, box.from.y + box.inset / 2},
                                            {x + std::max(1.0F, std::round(theme.px(1.5F))), box.to.y - box.inset / 2},
                                            ImGui::GetColorU32(theme.colors().text));
}

}  // namespace

Typed text_field(const Theme& theme, Names& names, const TextField& field, std::string& text) {
  const ImGuiID id = ImGui::GetID(field.label);
  ImGui::SetNextItemWidth(field.width > 0 ? std::min(theme.px(field.width), ImGui::GetContentRegionAvail().x) : -1);
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const ImVec2 to{from.x + ImGui::CalcItemWidth(), from.y + ImGui::GetFrameHeight()};
  FieldBox box{id,   names, {theme.body_size(), 0, 1, false, theme.colors().text},
               from, to,    ImGui::GetStyle().FramePadding.x};
  TypingNow& now = typing_now();

  const ImU32 selection = ImGui::GetColorU32(ImGuiCol_TextSelectedBg);
  ImGui::PushStyleColor(ImGuiCol_Text, ImVec4(0, 0, 0, 0));
  ImGui::PushStyleColor(ImGuiCol_TextSelectedBg, ImVec4(0, 0, 0, 0));
  const bool goes_left = now.field == id && now.line.reads_from_right();
  int* keys = ImGui::GetIO().KeyMap;
  if (goes_left) std::swap(keys[ImGuiKey_LeftArrow], keys[ImGuiKey_RightArrow]);
  std::string typed = with_stand_ins(text);
  const std::string before = typed;
  const ImGuiInputTextFlags flags = ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CallbackAlways;
  const bool is_entered = ImGui::InputText(field.label, &typed, flags, follow, &box);
  if (goes_left) std::swap(keys[ImGuiKey_LeftArrow], keys[ImGuiKey_RightArrow]);
  ImGui::PopStyleColor(2);
  const bool is_changed = typed != before;
  if (is_changed) text = without_stand_ins(typed);

  const bool is_typed = ImGui::IsItemActive();
  if (!is_typed && now.field == id) now = {};
  const std::string shown = shown_line(text);
  const ImVec2 size = text.empty() ? ImVec2(0, 0) : names.size_of(shown, box.style);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.PushClipRect({box.left() - 1, from.y}, {to.x - box.inset + 2, to.y}, true);
  // One that nobody types in shows its beginning.
  float scroll = names.reads_from_right(shown, box.style) ? std::max(0.0F, size.x - box.room()) : 0;
  if (is_typed) {
    now.scroll = scroll_to_caret(now.line.caret_at(now.caret), now.scroll, box.room(), now.line.width());
    scroll = now.scroll;
    draw_selection(box, now, selection);
  }
  if (text.empty()) {
    NameStyle hint = box.style;
    hint.color = theme.colors().muted;
    names.show_at(list, {box.left(), from.y + ImGui::GetStyle().FramePadding.y}, field.hint, hint);
  } else {
    names.show_at(list, {box.left() - scroll, from.y + (to.y - from.y - size.y) / 2}, shown, box.style);
  }
  if (is_typed) draw_caret(theme, box, now);
  list.PopClipRect();
  if (is_entered) return Typed::Entered;
  return is_changed ? Typed::Changed : Typed::Nothing;
}

}  // namespace candid::gui
