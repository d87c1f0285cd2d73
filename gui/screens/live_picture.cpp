#include "gui/screens/live_picture.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gui/widgets.h"
#include "gui/words.h"

namespace candid::gui {
namespace {

using capture::DeskPhase;

constexpr float kPrompterLines = 3;  // so many fit

// Where a face looks best: the eyes on the upper third, the head a third of the picture's height and more.
constexpr float kFaceMiddleY = 0.42F;
constexpr float kFaceHeight = 0.46F;
constexpr float kFaceShape = 0.74F;  // width over height

bool is_of_framing(capture::Fault fault) {
  return fault == capture::Fault::NoFace || fault == capture::Fault::FaceTooSmall ||
         fault == capture::Fault::FaceCutOff || fault == capture::Fault::FaceOffCentre;
}

void draw_countdown(const Theme& theme, int seconds_left, const Box& box) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const std::string digits = fmt::format("{}", seconds_left);
  ImFont* font = theme.huge();
  const ImVec2 size = font->CalcTextSizeA(font->FontSize, FLT_MAX, 0, digits.c_str());
  const ImVec2 middle{(box.from.x + box.to.x) / 2, (box.from.y + box.to.y) / 2};
  list.AddCircleFilled(middle, size.y * 0.75F, IM_COL32(0, 0, 0, 150), 64);
  list.AddText(font, font->FontSize, {middle.x - size.x / 2, middle.y - size.y / 2}, IM_COL32_WHITE, digits.c_str());
}

}  // namespace

void LivePicture::draw(Ui& ui, const BoothView& view) {
  const ImVec2 room = ImGui::GetContentRegionAvail();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  ImVec2 from = ImGui::GetCursorScreenPos();
  const float read = draw_prompter(ui, view, from, room.x);
  const float height = std::min(std::max(room.y - read, ui.theme.px(kLeastPicture)), room.x / picture_.shape());
  ImGui::Dummy({room.x, read + height});
  from.y += read;
  const Box box = fitted(from, {room.x, height}, picture_.shape());
  if (picture_.is_empty()) {
    list.AddRectFilled(box.from, box.to, IM_COL32(0, 0, 0, 255), ui.theme.px(8));
    const bool is_opening = view.state == BoothView::State::Opening;
    list.AddText({box.from.x + ui.theme.px(20), box.from.y + ui.theme.px(20)}, IM_COL32_WHITE,
                 is_opening ? tr("Opening the camera …") : tr("Waiting for the first picture …"));
    return;
  }
  picture_.show(list, box, ui.settings.is_mirrored ? media::Mirror::Yes : media::Mirror::No);
  if (ui.settings.shows_guides) draw_guide(ui, view, box);
  draw_phase(ui, view, box);
}

// Above the picture, as near to the lens as a window can be. Always as high, so that the picture stands still; px.
float LivePicture::draw_prompter(Ui& ui, const BoothView& view, ImVec2 from, float width) const {
  if (!has_script()) return 0;
  const Theme& theme = ui.theme;
  const float size = theme.px(ui.settings.prompter_size);
  const float height = size * kPrompterLines * 1.4F + theme.px(16);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(from, {from.x + width, from.y + height}, ImGui::GetColorU32(theme.colors().panel), theme.px(8));
  list.PushClipRect(from, {from.x + width, from.y + height}, true);
  float top = from.y + theme.px(8);
  for (size_t i = view.desk.line; i < script_.size() && top < from.y + height; ++i) {
    const bool is_now = i == view.desk.line;
    const NameStyle style{size, width - theme.px(32), 4, is_now, is_now ? theme.colors().text : theme.colors().muted};
    const ImVec2 shown = ui.names.size_of(script_[i], style);
    ui.names.show_at(list, {from.x + (width - shown.x) / 2, top}, script_[i], style);
    top += shown.y + theme.px(4);
  }
  list.PopClipRect();
  return height + theme.px(10);
}

void LivePicture::draw_guide(const Ui& ui, const BoothView& view, const Box& box) const {
  // Once it records, only what is wrong is worth a look.
  const bool is_wrong = std::any_of(view.desk.findings.begin(), view.desk.findings.end(), [](const auto& finding) {
    return is_of_framing(finding.fault) && finding.severity != Severity::Note;
  });
  if (view.desk.phase == DeskPhase::Recording && !is_wrong) return;
  const ImVec2 size = box.size();
  const ImVec2 middle{box.from.x + size.x / 2, box.from.y + size.y * kFaceMiddleY};
  const float half_height = size.y * kFaceHeight / 2;
  const float half_width = half_height * kFaceShape;
  const ImVec4 color = is_wrong ? ui.theme.colors().warning : ui.theme.colors().good;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  constexpr int kPoints = 64;
  for (int i = 0; i < kPoints; ++i) {
    const float angle = static_cast<float>(i) * 2 * 3.14159265F / kPoints;
    list.PathLineTo({middle.x + std::cos(angle) * half_width, middle.y + std::sin(angle) * half_height});
  }
  list.PathStroke(ImGui::GetColorU32(ImVec4(color.x, color.y, color.z, 0.8F)), ImDrawFlags_Closed, ui.theme.px(2));
}

void LivePicture::draw_phase(const Ui& ui, const BoothView& view, const Box& box) const {
  const Theme& theme = ui.theme;
  if (view.desk.phase == DeskPhase::Looking) return;
  if (view.desk.phase == DeskPhase::Counting) return draw_countdown(theme, view.desk.seconds_left, box);
  const bool records = view.desk.phase == DeskPhase::Recording;
  const std::string words =
      records ? clock_words(view.desk.recorded) : tr("paused at {}", {clock_words(view.desk.recorded)});
  const ImVec2 size = ImGui::CalcTextSize(words.c_str());
  const ImVec2 from{box.from.x + theme.px(14), box.to.y - size.y - theme.px(26)};
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(from, {from.x + size.x + theme.px(44), from.y + size.y + theme.px(12)}, IM_COL32(0, 0, 0, 170),
                     theme.px(8));
  const ImVec2 dot{from.x + theme.px(18), from.y + theme.px(6) + size.y / 2};
  list.AddCircleFilled(dot, theme.px(7), records ? IM_COL32(235, 70, 70, 255) : IM_COL32(200, 200, 200, 255));
  list.AddText({from.x + theme.px(34), from.y + theme.px(6)}, IM_COL32_WHITE, words.c_str());
}

}  // namespace candid::gui
