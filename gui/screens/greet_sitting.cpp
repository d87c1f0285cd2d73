#include "gui/screens/greet_sitting.h"

#include <algorithm>

#include <SDL_scancode.h>
#include <fmt/format.h>

#include "gui/widgets.h"
#include "gui/words.h"

namespace candid::gui {
namespace {

using campaign::SittingCommand;
using campaign::SittingPhase;

constexpr float kLeadColumn = 320;  // units

void draw_cutting(const Theme& theme, const SittingBoothView& view) {
  title(theme, tr("Cutting the greetings"));
  ImGui::ProgressBar(static_cast<float>(view.cut) / static_cast<float>(std::max<size_t>(1, view.to_cut)),
                     {steady_width(theme, 420), theme.px(22)}, fmt::format("{} / {}", view.cut, view.to_cut).c_str());
}

}  // namespace

GreetSitting::Next GreetSitting::draw(Ui& ui) {
  const SittingBoothView view = booth_.look();
  if (view.state == SittingBoothView::State::Ended) return Next::Ended;
  if (auto picture = booth_.take_picture()) picture_.set(std::move(*picture));
  if (view.state == SittingBoothView::State::Cutting) {
    draw_cutting(ui.theme, view);
  } else if (view.state == SittingBoothView::State::Opening || !view.sitting) {
    if (pressed(SDL_SCANCODE_SPACE)) booth_.press(SittingCommand::Begin);
    muted(ui.theme, tr("Opening the camera …"));
  } else {
    take_keys(*view.sitting);
    with_column(
        ui.theme, "sitting", kLeadColumn, [&] { draw_live(ui, *view.sitting); }, [&] { draw_lead(ui, *view.sitting); });
  }
  return Next::Stay;
}

void GreetSitting::take_keys(const campaign::SittingView& sitting) {
  auto on = [&](int key, SittingCommand command) {
    if (pressed(key)) booth_.press(command);
  };
  on(SDL_SCANCODE_ESCAPE, SittingCommand::End);
  switch (sitting.phase) {
    case SittingPhase::Ready:
      on(SDL_SCANCODE_SPACE, SittingCommand::Begin);
      on(SDL_SCANCODE_RETURN, SittingCommand::Begin);
      break;
    case SittingPhase::Paused:
      on(SDL_SCANCODE_SPACE, SittingCommand::PauseOrGoOn);
      on(SDL_SCANCODE_P, SittingCommand::PauseOrGoOn);
      break;
    case SittingPhase::Recording:
      on(SDL_SCANCODE_SPACE, SittingCommand::Good);
      on(SDL_SCANCODE_RETURN, SittingCommand::Good);
      on(SDL_SCANCODE_A, SittingCommand::Again);
      on(SDL_SCANCODE_B, SittingCommand::Back);
      on(SDL_SCANCODE_S, SittingCommand::Skip);
      on(SDL_SCANCODE_P, SittingCommand::PauseOrGoOn);
      break;
  }
}

void GreetSitting::draw_live(Ui& ui, const campaign::SittingView& sitting) {
  const ImVec2 whole = ImGui::GetContentRegionAvail();
  const ImVec2 upper{whole.x, std::min(whole.y, whole.x / picture_.shape())};
  const Box box = fitted(ImGui::GetCursorScreenPos(), upper, picture_.shape());
  ImGui::Dummy(upper);
  picture_.show(*ImGui::GetWindowDrawList(), box, ui.settings.is_mirrored ? media::Mirror::Yes : media::Mirror::No);
  draw_name(ui, sitting, box);
}

// Large, and near to the lens.
void GreetSitting::draw_name(Ui& ui, const campaign::SittingView& sitting, const Box& box) const {
  const Theme& theme = ui.theme;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float width = box.size().x - theme.px(40);
  const NameStyle large{theme.px(52), width, 2, true, {1, 1, 1, 1}};
  const NameStyle small{theme.px(20), width, 3, false, {0.88F, 0.88F, 0.88F, 1}};
  const ImVec2 name = ui.names.size_of(sitting.name, large);
  const std::string below =
      sitting.pronunciation.empty() ? sitting.words : fmt::format("{} · {}", sitting.pronunciation, sitting.words);
  const ImVec2 words = below.empty() ? ImVec2(0, 0) : ui.names.size_of(below, small);
  const float height = name.y + words.y + theme.px(28);
  list.AddRectFilled(box.from, {box.to.x, box.from.y + height}, IM_COL32(0, 0, 0, 165), theme.px(8),
                     ImDrawFlags_RoundCornersTop);
  const float middle = (box.from.x + box.to.x) / 2;
  ui.names.show_at(list, {middle - name.x / 2, box.from.y + theme.px(12)}, sitting.name, large);
  if (!below.empty()) ui.names.show_at(list, {middle - words.x / 2, box.from.y + theme.px(16) + name.y}, below, small);
}

void GreetSitting::draw_lead(Ui& ui, const campaign::SittingView& sitting) {
  const Theme& theme = ui.theme;
  title(theme, tr("{} of {}", {fmt::format("{}", sitting.number), fmt::format("{}", sitting.total)}).c_str());
  ImGui::ProgressBar(static_cast<float>(sitting.good) / static_cast<float>(std::max<size_t>(1, sitting.total)),
                     {-1, theme.px(8)}, "");
  muted_line(theme, tr_count("{} is good", "{} are good", sitting.good).c_str());
  level_meter(theme, sitting.peak_dbfs, sitting.peak_dbfs > -0.1, {kLeadColumn, 10});
  gap(theme, 6);
  if (!draw_buttons(theme, sitting)) return;
  if (ImGui::Checkbox(tr("Go on by itself after a pause"), &is_hands_free_)) booth_.set_hands_free(is_hands_free_);
  if (sitting.is_good_already) muted(theme, tr("Good already; what you say now replaces it."));
  if (!sitting.next_name.empty()) {
    gap(theme, 6);
    muted_line(theme, tr("Then:"));
    ui.names.show(sitting.next_name, {theme.px(18), steady_width(theme, kLeadColumn), 1, false, theme.colors().muted});
  }
  if (sitting.disk_warning) ImGui::TextColored(theme.colors().warning, "%s", sitting.disk_warning->c_str());
}

// True: somebody is being greeted.
bool GreetSitting::draw_buttons(const Theme& theme, const campaign::SittingView& sitting) {
  auto offer = [&](const char* label, SittingCommand command, ButtonKind kind = ButtonKind::Usual) {
    const bool is_main = kind == ButtonKind::Primary;
    if (button(theme, label, kind, is_main ? ImVec2(kLeadColumn, 52) : ImVec2(0, 0))) booth_.press(command);
  };
  auto offer_beside = [&](const char* label, SittingCommand command, ButtonKind kind = ButtonKind::Usual) {
    if (button_beside(theme, label, kind)) booth_.press(command);
  };
  if (sitting.phase == SittingPhase::Ready) {
    offer(tr("Begin"), SittingCommand::Begin, ButtonKind::Primary);
    offer(tr("Not now"), SittingCommand::End, ButtonKind::Quiet);
    muted(theme, tr("Space begins the recording. Then say hello to the name above."));
    return false;
  }
  if (sitting.phase == SittingPhase::Paused) {
    offer(tr("Go on"), SittingCommand::PauseOrGoOn, ButtonKind::Primary);
    offer(tr("End"), SittingCommand::End);
    return false;
  }
  offer(tr("Good, next"), SittingCommand::Good, ButtonKind::Primary);
  offer(tr("Again"), SittingCommand::Again);
  offer_beside(tr("Back"), SittingCommand::Back);
  offer_beside(tr("Skip"), SittingCommand::Skip);
  offer(tr("Pause"), SittingCommand::PauseOrGoOn);
  offer_beside(tr("End"), SittingCommand::End, ButtonKind::Quiet);
  return true;
}

}  // namespace candid::gui
