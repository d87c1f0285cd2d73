#include "gui/widgets.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

#include <fmt/format.h>
// What a part needs is nothing that imgui.h tells. Of 1.86.
#include <imgui_internal.h>

#include "gui/words.h"

namespace candid::gui {
namespace {

constexpr double kLowest = -60;      // dBFS, at a meter's left end
constexpr float kGutter = 20;        // units, between what stands beside each other
constexpr float kLeastWide = 180;    // units, that what a screen is about needs beside a column
constexpr float kLeastColumn = 240;  // units, of one that has a share of the room
constexpr float kLeastTable = 130;   // units, high
constexpr double kLoud = -9;         // from here on speech is louder than it need be

Names*& pango() {
  static Names* names = nullptr;
  return names;
}

// One character of UTF-8 from `at` on; U+FFFD for what is none.
char32_t next_character(std::string_view text, size_t& at) {
  const auto first = static_cast<unsigned char>(text[at++]);
  const int more = first < 0x80 ? 0 : first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : -1;
  if (more < 0) return U'\uFFFD';
  char32_t character = more == 0 ? first : first & (0x3FU >> more);
  for (int i = 0; i < more && at < text.size(); ++i)
    character = character << 6 | (static_cast<unsigned char>(text[at++]) & 0x3F);
  return character;
}

bool has_letters_for(const ImFont& font, std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const char32_t character = next_character(text, at);
    if (character == '\n') continue;
    if (character > 0xFFFF || font.FindGlyphNoFallback(static_cast<ImWchar>(character)) == nullptr) return false;
  }
  return true;
}

ImVec4 mixed(ImVec4 a, ImVec4 b, float share) {
  return {a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share, a.z + (b.z - a.z) * share, a.w};
}

// Of the letters that are used now.
float button_width(const char* label) {
  return ImGui::CalcTextSize(label, nullptr, true).x + 2 * ImGui::GetStyle().FramePadding.x;
}

}  // namespace

bool button(const Theme& theme, const char* label, ButtonKind kind, ImVec2 size) {
  const Colors& colors = theme.colors();
  const ImVec4 ground = kind == ButtonKind::Primary  ? colors.accent
                        : kind == ButtonKind::Danger ? mixed(colors.raised, colors.bad, 0.25F)
                        : kind == ButtonKind::Quiet  ? ImVec4(0, 0, 0, 0)
                                                     : colors.raised;
  ImVec4 hovered = kind == ButtonKind::Quiet ? colors.raised : mixed(ground, colors.text, 0.12F);
  ImGui::PushStyleColor(ImGuiCol_Button, ground);
  ImGui::PushStyleColor(ImGuiCol_ButtonHovered, hovered);
  ImGui::PushStyleColor(ImGuiCol_ButtonActive, hovered);
  ImGui::PushStyleColor(ImGuiCol_Text, kind == ButtonKind::Primary ? colors.on_accent : colors.text);
  if (kind == ButtonKind::Primary) ImGui::PushFont(theme.strong());
  float width = theme.px(size.x);
  if (size.x > 0) width = std::max(std::min(width, ImGui::GetContentRegionAvail().x), button_width(label));
  const bool is_pressed = ImGui::Button(label, {width, theme.px(size.y)});
  if (kind == ButtonKind::Primary) ImGui::PopFont();
  ImGui::PopStyleColor(4);
  return is_pressed;
}

bool button_beside(const Theme& theme, const char* label, ButtonKind kind) {
  if (kind == ButtonKind::Primary) ImGui::PushFont(theme.strong());
  const float width = button_width(label);
  if (kind == ButtonKind::Primary) ImGui::PopFont();
  beside(width);
  return button(theme, label, kind);
}

void beside(float width) {
  const float right = ImGui::GetWindowPos().x + ImGui::GetWindowContentRegionMax().x;
  if (ImGui::GetItemRectMax().x + ImGui::GetStyle().ItemSpacing.x + width <= right) ImGui::SameLine();
}

bool button_at_end(const Theme& theme, const char* label) {
  const float width = button_width(label);
  const float from = ImGui::GetWindowContentRegionMax().x - width;
  if (ImGui::GetWindowPos().x + from > ImGui::GetItemRectMax().x + ImGui::GetStyle().ItemSpacing.x)
    ImGui::SameLine(from);
  return button(theme, label);
}

void disabled_button(const Theme& theme, const char* label, const char* why, ImVec2 size) {
  ImGui::BeginDisabled();
  button(theme, label, ButtonKind::Usual, size);
  ImGui::EndDisabled();
  if (ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled)) ImGui::SetTooltip("%s", why);
}

void draw_words_by(Names& names) {
  pango() = &names;
}

void words(const Theme& theme, const std::string& text, ImVec4 color) {
  if (pango() != nullptr && !has_letters_for(*theme.body(), text)) {
    constexpr int kMostLines = 12;
    return pango()->show(text, {theme.body_size(), ImGui::GetContentRegionAvail().x, kMostLines, false, color});
  }
  wrap_from_here();
  ImGui::PushStyleColor(ImGuiCol_Text, color);
  ImGui::TextUnformatted(text.c_str());
  ImGui::PopStyleColor();
  ImGui::PopTextWrapPos();
}

void wrap_from_here() {
  ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x);
}

void title(const Theme& theme, const char* words) {
  ImGui::PushFont(theme.title());
  ImGui::TextUnformatted(words);
  ImGui::PopFont();
}

void strong(const Theme& theme, const char* words) {
  ImGui::PushFont(theme.strong());
  ImGui::TextUnformatted(words);
  ImGui::PopFont();
}

void muted(const Theme& theme, const char* text) {
  words(theme, text, theme.colors().muted);
}

void muted_line(const Theme& theme, const char* words) {
  ImGui::PushStyleColor(ImGuiCol_Text, theme.colors().muted);
  ImGui::TextUnformatted(words);
  ImGui::PopStyleColor();
}

bool selectable(const char* label, bool is_chosen, ImGuiSelectableFlags flags, ImVec2 size) {
  if (is_chosen) ImGui::PushStyleColor(ImGuiCol_HeaderHovered, ImGui::GetStyleColorVec4(ImGuiCol_HeaderActive));
  const bool is_pressed = ImGui::Selectable(label, is_chosen, flags, size);
  if (is_chosen) ImGui::PopStyleColor();
  return is_pressed;
}

void gap(const Theme& theme, float units) {
  ImGui::Dummy({0, theme.px(units)});
}

ImVec4 color_of(const Theme& theme, Severity severity) {
  switch (severity) {
    case Severity::Error:
      return theme.colors().bad;
    case Severity::Warning:
      return theme.colors().warning;
    case Severity::Note:
      break;
  }
  return theme.colors().muted;
}

void show_error(const Theme& theme, const Error& error) {
  words(theme, error.describe(), theme.colors().bad);
  if (!error.hint().empty()) words(theme, tr("Try: {}", {error.hint()}), theme.colors().text);
}

std::string in_a_line(const Error& error) {
  if (error.hint().empty()) return error.describe();
  return fmt::format("{}. {}", error.describe(), tr("Try: {}", {error.hint()}));
}

void show_finding(const Theme& theme, const Finding& finding) {
  words(theme, finding.describe(), color_of(theme, finding.severity));
  if (!finding.hint.empty()) words(theme, tr("Try: {}", {finding.hint}), theme.colors().muted);
}

void show_findings(const Theme& theme, const Findings& findings) {
  size_t folded = 0;
  for (const Finding& finding : findings) {
    if (finding.severity == Severity::Error) {
      show_finding(theme, finding);
    } else {
      ++folded;
    }
  }
  if (folded == 0) return;
  const std::string label = tr_count("{} thing to know", "{} things to know", folded) + "###findings";
  ImGui::PushStyleColor(ImGuiCol_Text, theme.colors().warning);
  const bool is_open = ImGui::TreeNodeEx(label.c_str());
  ImGui::PopStyleColor();
  if (!is_open) return;
  for (const Finding& finding : findings) {
    if (finding.severity != Severity::Error) show_finding(theme, finding);
  }
  ImGui::TreePop();
}

bool show_progress(const Theme& theme, const TaskProgress& progress, bool is_stopping) {
  const float width = steady_width(theme, 460);
  const float share = progress.share ? static_cast<float>(*progress.share) : 0;
  const std::string shown = progress.share ? fmt::format("{:.0f} %", *progress.share * 100) : "";
  ImGui::ProgressBar(share, {width, theme.px(22)}, shown.c_str());
  if (!progress.words.empty()) muted_line(theme, progress.words.c_str());
  if (is_stopping) {
    muted_line(theme, tr("Stopping …"));
    return false;
  }
  return button(theme, tr("Stop"));
}

void level_meter(const Theme& theme, double peak_dbfs, bool clips, ImVec2 size) {
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const ImVec2 room{std::min(theme.px(size.x), ImGui::GetContentRegionAvail().x), theme.px(size.y)};
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Colors& colors = theme.colors();
  const float round = room.y / 2;
  list.AddRectFilled(from, {from.x + room.x, from.y + room.y}, ImGui::GetColorU32(colors.raised), round);
  const double share = std::clamp((peak_dbfs - kLowest) / -kLowest, 0.0, 1.0);
  const ImVec4 color = clips ? colors.bad : peak_dbfs > kLoud ? colors.warning : colors.good;
  const float width = static_cast<float>(share) * room.x;
  if (width > round) list.AddRectFilled(from, {from.x + width, from.y + room.y}, ImGui::GetColorU32(color), round);
  ImGui::Dummy(room);
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", fmt::format("{:.0f} dBFS", peak_dbfs).c_str());
}

std::string clock_words(Microseconds time) {
  const auto tenths = time.count() / 100'000;
  return fmt::format("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10);
}

const std::string& shown_name(const campaign::Candidate& candidate) {
  return candidate.name.empty() ? candidate.id : candidate.name;
}

Box fitted(ImVec2 from, ImVec2 room, float shape) {
  ImVec2 size = room.x / room.y > shape ? ImVec2(room.y * shape, room.y) : ImVec2(room.x, room.x / shape);
  size = {std::floor(size.x), std::floor(size.y)};
  const ImVec2 corner{std::floor(from.x + (room.x - size.x) / 2), std::floor(from.y + (room.y - size.y) / 2)};
  return {corner, {corner.x + size.x, corner.y + size.y}};
}

bool has_its_scroll_bars() {
  const auto& windows = GImGui->Windows;
  return std::all_of(windows.begin(), windows.end(), [](const ImGuiWindow* window) {
    if (!window->Active || (window->Flags & ImGuiWindowFlags_NoScrollbar) != 0) return true;
    const float height = window->DC.CursorMaxPos.y - window->DC.CursorStartPos.y + 2 * window->WindowPadding.y;
    const float room = window->SizeFull.y - window->TitleBarHeight() - window->MenuBarHeight();
    return window->ScrollbarY == (std::floor(height) > room - window->ScrollbarSizes.y);
  });
}

float steady_width(const Theme& theme, float units) {
  const ImGuiStyle& style = ImGui::GetStyle();
  const float most = ImGui::GetWindowWidth() - 2 * ImGui::GetCursorStartPos().x - style.ScrollbarSize;
  return std::min(units * theme.scale(), most);
}

ImVec2 table_room(const Theme& theme) {
  return {0, std::max(ImGui::GetContentRegionAvail().y, theme.px(kLeastTable))};
}

void with_column(const Theme& theme, const char* id, float units, const std::function<void()>& wide,
                 const std::function<void()>& column) {
  const float gutter = theme.px(kGutter);
  const float left = ImGui::GetContentRegionAvail().x - theme.px(units) - gutter;
  const ImGuiWindowFlags flags = ImGuiWindowFlags_NavFlattened | ImGuiWindowFlags_HorizontalScrollbar;
  ImGui::PushID(id);
  if (left < theme.px(kLeastWide)) {
    ImGui::BeginChild("both", {0, 0}, false, flags);
    wide();
    gap(theme, 4);
    column();
    ImGui::EndChild();
  } else {
    ImGui::BeginChild("wide", {left, 0}, false, flags);
    wide();
    ImGui::EndChild();
    ImGui::SameLine(0, gutter);
    ImGui::BeginChild("column", {theme.px(units), 0}, false, flags);
    column();
    ImGui::EndChild();
  }
  ImGui::PopID();
}

void with_share(const Theme& theme, const char* id, float share, const std::function<void()>& wide,
                const std::function<void()>& column) {
  const float left = ImGui::GetContentRegionAvail().x * (1 - share) / theme.scale() - kGutter;
  with_column(theme, id, std::max(left, kLeastColumn), wide, column);
}

}  // namespace candid::gui
