#include "gui/screens/record_live.h"

#include <SDL_scancode.h>

#include "gui/widgets.h"
#include "gui/words.h"

namespace candid::gui {
namespace {

using capture::DeskCommand;
using capture::DeskPhase;

constexpr float kLiveColumn = 300;     // units, beside the picture
constexpr size_t kFindingsBefore = 3;  // somebody who speaks can mend one thing at a time

}  // namespace

RecordLive::RecordLive(const Waker& waker, BoothPlan plan)
    : picture_(plan.source.script), booth_(waker, std::move(plan)) {}

RecordLive::Next RecordLive::draw(Ui& ui, DeviceChoice& devices) {
  const BoothView view = booth_.look();
  if (view.state == BoothView::State::Ended) return Next::Ended;
  take_keys(view, devices);
  if (auto picture = booth_.take_picture()) picture_.set(std::move(*picture));
  bool is_other_device = false;
  with_column(
      ui.theme, "live", kLiveColumn, [&] { picture_.draw(ui, view); },
      [&] { is_other_device = draw_controls(ui, view, devices); });
  return is_other_device ? Next::OpenAnew : Next::Stay;
}

void RecordLive::take_keys(const BoothView& view, DeviceChoice& devices) {
  const DeskPhase phase = view.desk.phase;
  auto on = [&](int key, DeskCommand command) {
    if (pressed(key)) booth_.press(command);
  };
  if (phase == DeskPhase::Looking && pressed(SDL_SCANCODE_C)) devices.take_next_camera();
  switch (phase) {
    case DeskPhase::Leaving:
      on(SDL_SCANCODE_Y, DeskCommand::Delete);
      on(SDL_SCANCODE_N, DeskCommand::Keep);
      on(SDL_SCANCODE_ESCAPE, DeskCommand::Keep);
      break;
    case DeskPhase::Looking:
    case DeskPhase::Counting:
      on(SDL_SCANCODE_SPACE, DeskCommand::Begin);
      on(SDL_SCANCODE_RETURN, DeskCommand::Begin);
      if (phase == DeskPhase::Counting) on(SDL_SCANCODE_ESCAPE, DeskCommand::GiveUp);
      break;
    case DeskPhase::Recording:
    case DeskPhase::Paused:
      on(SDL_SCANCODE_SPACE, DeskCommand::PauseOrGoOn);
      on(SDL_SCANCODE_RETURN, DeskCommand::Finish);
      on(SDL_SCANCODE_ESCAPE, DeskCommand::GiveUp);
      on(SDL_SCANCODE_R, DeskCommand::Again);
      on(SDL_SCANCODE_M, DeskCommand::Mark);
      on(SDL_SCANCODE_DOWN, DeskCommand::NextLine);
      on(SDL_SCANCODE_N, DeskCommand::NextLine);
      on(SDL_SCANCODE_UP, DeskCommand::PreviousLine);
      break;
  }
}

// True: other devices were chosen, and nothing below them was drawn.
bool RecordLive::draw_controls(Ui& ui, const BoothView& view, DeviceChoice& devices) {
  const Theme& theme = ui.theme;
  title(theme, tr("Record"));
  ImGui::BeginDisabled(view.desk.phase != DeskPhase::Looking);
  const bool is_changed = devices.draw(ui);
  ImGui::EndDisabled();
  if (is_changed) return true;
  gap(theme, 4);
  if (view.has_sound) level_meter(theme, view.desk.peak_dbfs, view.desk.clips, {kLiveColumn, 10});
  if (view.desk.clips) ImGui::TextColored(theme.colors().bad, "%s", tr("Too loud"));
  draw_buttons(theme, view);
  draw_findings(theme, view);
  if (view.desk.disk_warning) ImGui::TextColored(theme.colors().warning, "%s", view.desk.disk_warning->c_str());
  if (view.desk.frames.lost() > 0)
    muted_line(theme,
               tr_count("{} picture lost", "{} pictures lost", static_cast<size_t>(view.desk.frames.lost())).c_str());
  draw_settings(ui);
  return false;
}

void RecordLive::draw_buttons(const Theme& theme, const BoothView& view) {
  gap(theme, 6);
  switch (view.desk.phase) {
    case DeskPhase::Looking:
      if (view.state != BoothView::State::Running) {
        disabled_button(theme, tr("Record"), tr("The camera is not open yet."), {kLiveColumn, 44});
      } else if (button(theme, tr("Record"), ButtonKind::Primary, {kLiveColumn, 44})) {
        booth_.press(DeskCommand::Begin);
      }
      muted(theme, tr("Space begins. C: the next camera. Ctrl-1 … Ctrl-7 change the screen."));
      break;
    case DeskPhase::Counting:
      if (button(theme, tr("Now"), ButtonKind::Primary, {kLiveColumn, 44})) booth_.press(DeskCommand::Begin);
      if (button(theme, tr("Not yet"))) booth_.press(DeskCommand::GiveUp);
      break;
    case DeskPhase::Recording:
    case DeskPhase::Paused: {
      const bool records = view.desk.phase == DeskPhase::Recording;
      if (button(theme, tr("Done"), ButtonKind::Primary, {kLiveColumn, 44})) booth_.press(DeskCommand::Finish);
      if (button(theme, records ? tr("Pause") : tr("Go on"))) booth_.press(DeskCommand::PauseOrGoOn);
      if (button_beside(theme, tr("Again"))) booth_.press(DeskCommand::Again);
      if (button_beside(theme, tr("Give up"), ButtonKind::Quiet)) booth_.press(DeskCommand::GiveUp);
      muted(theme, tr("Enter: done. Space: pause. R: again, what was said is kept beside it. M: mark this place."));
      break;
    }
    case DeskPhase::Leaving:
      ImGui::TextUnformatted(tr("Delete this take?"));
      if (button(theme, tr("Keep it"), ButtonKind::Primary)) booth_.press(DeskCommand::Keep);
      if (button_beside(theme, tr("Delete"), ButtonKind::Danger)) booth_.press(DeskCommand::Delete);
      muted(theme, tr("N or Esc keeps it. Y deletes it."));
      break;
  }
}

void RecordLive::draw_findings(const Theme& theme, const BoothView& view) const {
  const bool speaks = view.desk.phase == DeskPhase::Recording;
  size_t room = speaks ? 1 : kFindingsBefore;
  gap(theme, 4);
  wrap_from_here();
  for (const capture::TakeFinding& finding : view.desk.findings) {
    if (finding.severity == Severity::Note) continue;
    if (room-- == 0) break;
    ImGui::PushStyleColor(ImGuiCol_Text, color_of(theme, finding.severity));
    ImGui::TextUnformatted(finding.message.c_str());
    ImGui::PopStyleColor();
    if (!speaks) muted_line(theme, finding.remedy.c_str());
  }
  ImGui::PopTextWrapPos();
}

void RecordLive::draw_settings(Ui& ui) {
  const Theme& theme = ui.theme;
  gap(theme, 8);
  ImGui::Checkbox(tr("As in a mirror"), &ui.settings.is_mirrored);
  ImGui::Checkbox(tr("Show where the face belongs"), &ui.settings.shows_guides);
  if (!picture_.has_script()) return muted(theme, tr("A script.txt in the campaign's folder scrolls beside the lens."));
  ImGui::SetNextItemWidth(theme.px(150));
  ImGui::SliderFloat(tr("Letters"), &ui.settings.prompter_size, 14, 72, "%.0f");
  ImGui::SetNextItemWidth(theme.px(150));
  ImGui::SliderFloat(tr("Pace"), &ui.settings.prompter_pace, 0.5F, 2, "%.1f");
  booth_.set_pace(ui.settings.prompter_pace);
}

}  // namespace candid::gui
