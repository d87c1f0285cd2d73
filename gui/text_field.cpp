#include "gui/text_field.h"

#include <imgui.h>
#include <imgui_stdlib.h>

#include "core/text.h"

namespace candid::gui {

Typed text_field(const Theme& theme, Names& names, const TextField& field, std::string& text) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::SetNextItemWidth(field.width > 0 ? theme.px(field.width) : -1);
  ImGui::PushStyleColor(ImGuiCol_Text, ImVec4(0, 0, 0, 0));
  const std::string before = text;
  const bool is_entered = ImGui::InputText(field.label, &text, ImGuiInputTextFlags_EnterReturnsTrue);
  ImGui::PopStyleColor();
  const ImVec2 inset = ImGui::GetStyle().FramePadding;
  const ImVec2 from = ImGui::GetItemRectMin();
  const ImVec2 to = ImGui::GetItemRectMax();
  const bool is_empty = text.empty();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.PushClipRect(from, {to.x - inset.x / 2, to.y}, true);
  names.show_at(list, {at.x + inset.x, at.y + inset.y}, is_empty ? std::string(field.hint) : single_line(text),
                {theme.body_size(), 0, 1, false, is_empty ? theme.colors().muted : theme.colors().text});
  list.PopClipRect();
  if (is_entered) return Typed::Entered;
  return text == before ? Typed::Nothing : Typed::Changed;
}

}  // namespace candid::gui
