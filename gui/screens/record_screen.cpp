// Record: look at yourself, read, record, look at it again, trim it.

#include <algorithm>
#include <cmath>
#include <memory>

#include <SDL_scancode.h>
#include <fmt/format.h>

#include "campaign/takes.h"
#include "gui/device_choice.h"
#include "gui/picture_view.h"
#include "gui/recording_booth.h"
#include "gui/screens/screens.h"
#include "gui/take_review.h"
#include "gui/widgets.h"
#include "gui/words.h"

namespace candid::gui {
namespace {

using capture::DeskCommand;
using capture::DeskPhase;

constexpr float kRecordColumn = 300;   // units, beside the picture
constexpr float kPrompterLines = 3;    // so many fit
constexpr size_t kFindingsBefore = 3;  // somebody who speaks can mend one thing at a time

// Where a face looks best: the eyes on the upper third, the head a third of the picture's height and more.
constexpr float kFaceMiddleY = 0.42F;
constexpr float kFaceHeight = 0.46F;
constexpr float kFaceShape = 0.74F;  // width over height

bool is_of_framing(capture::Fault fault) {
  return fault == capture::Fault::NoFace || fault == capture::Fault::FaceTooSmall ||
         fault == capture::Fault::FaceCutOff || fault == capture::Fault::FaceOffCentre;
}

class RecordScreen final : public Screen {
 public:
  void draw(Ui& ui) override;
  bool takes_arrows() const override { return true; }
  void leave(Ui& ui) override;
  void forget() override;
  std::string busy_with() const override;
  void finish() override { booth_.reset(); }

 private:
  void open_booth(Ui& ui);
  void end_booth(Ui& ui, const BoothView& view);
  void take_keys(const BoothView& view);
  void draw_booth(Ui& ui, const BoothView& view);
  void draw_live_picture(Ui& ui, const BoothView& view, ImVec2 room);
  void draw_guide(const Ui& ui, const BoothView& view, const Box& box) const;
  float draw_prompter(Ui& ui, const BoothView& view, ImVec2 from, float width) const;
  void draw_phase(Ui& ui, const BoothView& view, const Box& box);
  void draw_controls(Ui& ui, const BoothView& view);
  void draw_take_buttons(Ui& ui, const BoothView& view);
  void draw_live_findings(const Ui& ui, const BoothView& view) const;
  void draw_ended(Ui& ui);
  void draw_review(Ui& ui);
  void drop_trim(Ui& ui) const;

  DeviceChoice devices_;
  capture::Script script_;
  std::unique_ptr<RecordingBooth> booth_;
  std::optional<Error> problem_;  // why there is no picture
  std::string note_;              // about the take that was recorded last
  std::unique_ptr<TakeReview> review_;
  PictureView picture_;
  uint64_t edition_ = 0;
};

void RecordScreen::draw(Ui& ui) {
  const auto& loaded = ui.campaign.loaded();
  if (!loaded) return muted(ui.theme, tr("The campaign is being read …"));
  if (!booth_ && !review_ && !problem_) {
    if (loaded->has_take) {
      review_ = std::make_unique<TakeReview>(ui.window.waker(), loaded->campaign.take, trim_of(loaded->campaign));
    } else {
      open_booth(ui);
    }
  }
  if (booth_) {
    const BoothView view = booth_->look();
    if (view.state == BoothView::State::Ended) {
      end_booth(ui, view);
    } else {
      return draw_booth(ui, view);
    }
  }
  if (review_) return draw_review(ui);
  draw_ended(ui);
}

void RecordScreen::open_booth(Ui& ui) {
  const std::filesystem::path folder = ui.campaign.folder();
  auto plan = campaign::plan_take({folder, {}, {}});
  if (!plan) {
    problem_ = plan.error();
    return;
  }
  problem_.reset();
  picture_.clear();
  script_ = plan->script;
  BoothPlan booth;
  booth.source = source_settings_of(ui.settings);
  booth.source.script = plan->script;
  booth.record.output = plan->output;
  booth.countdown = ui.settings.countdown;
  booth.takes_changed = ui.campaign.change_teller();
  booth_ = std::make_unique<RecordingBooth>(ui.window.waker(), std::move(booth));
}

void RecordScreen::end_booth(Ui& ui, const BoothView& view) {
  problem_ = view.problem;
  note_ = view.note;
  if (view.take) {
    drop_trim(ui);
    if (!view.put_aside.empty())
      ui.notify(tr("The earlier take is kept as {}.", {view.put_aside.back().filename().string()}));
    if (view.ended_by == capture::EndedBy::DiskLow)
      ui.notify(tr("The recording ended because the disk is nearly full; all of it is kept."));
    review_ = std::make_unique<TakeReview>(ui.window.waker(), *view.take, capture::Trim{});
  } else if (!problem_) {
    problem_ = Error(ErrorKind::Cancelled, tr("Nothing was recorded."));
  }
  booth_.reset();
  ui.campaign.reload();
}

void RecordScreen::leave(Ui&) {
  if (review_) review_->pause();
  if (booth_ && !booth_->is_recording()) booth_.reset();
  if (!booth_) problem_.reset();
}

void RecordScreen::forget() {
  booth_.reset();
  review_.reset();
  problem_.reset();
}

std::string RecordScreen::busy_with() const {
  if (!booth_ || !booth_->is_recording()) return {};
  return tr("A recording goes on. What was said so far is kept.");
}

void RecordScreen::take_keys(const BoothView& view) {
  const DeskPhase phase = view.desk.phase;
  const bool is_before = phase == DeskPhase::Looking || phase == DeskPhase::Counting;
  if (phase == DeskPhase::Leaving) {
    if (pressed(SDL_SCANCODE_Y)) booth_->press(DeskCommand::Delete);
    if (pressed(SDL_SCANCODE_N) || pressed(SDL_SCANCODE_ESCAPE)) booth_->press(DeskCommand::Keep);
    return;
  }
  if (pressed(SDL_SCANCODE_SPACE)) booth_->press(is_before ? DeskCommand::Begin : DeskCommand::PauseOrGoOn);
  if (pressed(SDL_SCANCODE_RETURN)) booth_->press(is_before ? DeskCommand::Begin : DeskCommand::Finish);
  if (phase == DeskPhase::Looking && pressed(SDL_SCANCODE_C)) devices_.take_next_camera();
  if (phase == DeskPhase::Counting && pressed(SDL_SCANCODE_ESCAPE)) booth_->press(DeskCommand::GiveUp);
  if (is_before) return;
  if (pressed(SDL_SCANCODE_ESCAPE)) booth_->press(DeskCommand::GiveUp);
  if (pressed(SDL_SCANCODE_R)) booth_->press(DeskCommand::Again);
  if (pressed(SDL_SCANCODE_M)) booth_->press(DeskCommand::Mark);
  if (pressed(SDL_SCANCODE_DOWN) || pressed(SDL_SCANCODE_N)) booth_->press(DeskCommand::NextLine);
  if (pressed(SDL_SCANCODE_UP)) booth_->press(DeskCommand::PreviousLine);
}

void RecordScreen::draw_booth(Ui& ui, const BoothView& view) {
  take_keys(view);
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float column = ui.theme.px(kRecordColumn);
  ImGui::BeginChild("live", {room.x - column - ui.theme.px(20), 0}, false, ImGuiWindowFlags_NavFlattened);
  draw_live_picture(ui, view, ImGui::GetContentRegionAvail());
  ImGui::EndChild();
  ImGui::SameLine(0, ui.theme.px(20));
  ImGui::BeginChild("controls", {column, 0}, false, ImGuiWindowFlags_NavFlattened);
  draw_controls(ui, view);
  ImGui::EndChild();
}

void RecordScreen::draw_live_picture(Ui& ui, const BoothView& view, ImVec2 room) {
  if (auto picture = booth_->take_picture()) picture_.set(std::move(*picture));
  ImDrawList& list = *ImGui::GetWindowDrawList();
  ImVec2 from = ImGui::GetCursorScreenPos();
  const float read = draw_prompter(ui, view, from, room.x);
  from.y += read;
  const float height = std::min(room.y - read, room.x / picture_.shape());
  const Box box = fitted(from, {room.x, height}, picture_.shape());
  if (picture_.is_empty()) {
    list.AddRectFilled(box.from, box.to, IM_COL32(0, 0, 0, 255), ui.theme.px(8));
    ImGui::SetCursorScreenPos({box.from.x + ui.theme.px(20), box.from.y + ui.theme.px(20)});
    const bool is_opening = view.state == BoothView::State::Opening;
    ImGui::TextUnformatted(is_opening ? tr("Opening the camera …") : tr("Waiting for the first picture …"));
    return;
  }
  picture_.show(list, box, ui.settings.is_mirrored ? media::Mirror::Yes : media::Mirror::No);
  if (ui.settings.shows_guides) draw_guide(ui, view, box);
  draw_phase(ui, view, box);
}

void RecordScreen::draw_guide(const Ui& ui, const BoothView& view, const Box& box) const {
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

// Above the picture, as near to the lens as a window can be. Always as high, so that the picture stands still; px.
float RecordScreen::draw_prompter(Ui& ui, const BoothView& view, ImVec2 from, float width) const {
  if (script_.empty()) return 0;
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

void RecordScreen::draw_phase(Ui& ui, const BoothView& view, const Box& box) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Theme& theme = ui.theme;
  if (view.desk.phase == DeskPhase::Counting) {
    const std::string digits = fmt::format("{}", view.desk.seconds_left);
    ImFont* font = theme.huge();
    const ImVec2 size = font->CalcTextSizeA(font->FontSize, FLT_MAX, 0, digits.c_str());
    const ImVec2 middle{(box.from.x + box.to.x) / 2, (box.from.y + box.to.y) / 2};
    list.AddCircleFilled(middle, size.y * 0.75F, IM_COL32(0, 0, 0, 150), 64);
    list.AddText(font, font->FontSize, {middle.x - size.x / 2, middle.y - size.y / 2}, IM_COL32_WHITE, digits.c_str());
    return;
  }
  if (view.desk.phase == DeskPhase::Looking) return;
  const bool records = view.desk.phase == DeskPhase::Recording;
  const std::string words =
      records ? clock_words(view.desk.recorded) : tr("paused at {}", {clock_words(view.desk.recorded)});
  const ImVec2 size = ImGui::CalcTextSize(words.c_str());
  const ImVec2 from{box.from.x + theme.px(14), box.to.y - size.y - theme.px(26)};
  list.AddRectFilled(from, {from.x + size.x + theme.px(44), from.y + size.y + theme.px(12)}, IM_COL32(0, 0, 0, 170),
                     theme.px(8));
  const ImVec2 dot{from.x + theme.px(18), from.y + theme.px(6) + size.y / 2};
  list.AddCircleFilled(dot, theme.px(7), records ? IM_COL32(235, 70, 70, 255) : IM_COL32(200, 200, 200, 255));
  list.AddText({from.x + theme.px(34), from.y + theme.px(6)}, IM_COL32_WHITE, words.c_str());
}

void RecordScreen::draw_controls(Ui& ui, const BoothView& view) {
  const Theme& theme = ui.theme;
  title(theme, tr("Record"));
  const bool is_before = view.desk.phase == DeskPhase::Looking;
  ImGui::BeginDisabled(!is_before);
  const bool is_changed = devices_.draw(ui);
  ImGui::EndDisabled();
  if (is_changed) return open_booth(ui);
  gap(theme, 4);
  if (view.has_sound) level_meter(theme, view.desk.peak_dbfs, view.desk.clips, {kRecordColumn, 10});
  if (view.desk.clips) ImGui::TextColored(theme.colors().bad, "%s", tr("Too loud"));
  draw_take_buttons(ui, view);
  draw_live_findings(ui, view);
  if (view.desk.disk_warning) ImGui::TextColored(theme.colors().warning, "%s", view.desk.disk_warning->c_str());
  if (view.desk.frames.lost() > 0)
    muted_line(theme,
               tr_count("{} picture lost", "{} pictures lost", static_cast<size_t>(view.desk.frames.lost())).c_str());
  gap(theme, 8);
  ImGui::Checkbox(tr("As in a mirror"), &ui.settings.is_mirrored);
  ImGui::Checkbox(tr("Show where the face belongs"), &ui.settings.shows_guides);
  if (script_.empty()) return muted(theme, tr("A script.txt in the campaign's folder scrolls beside the lens."));
  ImGui::SetNextItemWidth(theme.px(150));
  ImGui::SliderFloat(tr("Letters"), &ui.settings.prompter_size, 14, 72, "%.0f");
  ImGui::SetNextItemWidth(theme.px(150));
  ImGui::SliderFloat(tr("Pace"), &ui.settings.prompter_pace, 0.5F, 2, "%.1f");
  booth_->set_pace(ui.settings.prompter_pace);
}

void RecordScreen::draw_take_buttons(Ui& ui, const BoothView& view) {
  const Theme& theme = ui.theme;
  const float width = kRecordColumn;
  gap(theme, 6);
  switch (view.desk.phase) {
    case DeskPhase::Looking:
      if (view.state != BoothView::State::Running) {
        disabled_button(theme, tr("Record"), tr("The camera is not open yet."), {width, 44});
      } else if (button(theme, tr("Record"), ButtonKind::Primary, {width, 44})) {
        booth_->press(DeskCommand::Begin);
      }
      muted(theme, tr("Space begins. C: the next camera. Ctrl-1 … Ctrl-7 change the screen."));
      break;
    case DeskPhase::Counting:
      if (button(theme, tr("Now"), ButtonKind::Primary, {width, 44})) booth_->press(DeskCommand::Begin);
      if (button(theme, tr("Not yet"))) booth_->press(DeskCommand::GiveUp);
      break;
    case DeskPhase::Recording:
    case DeskPhase::Paused: {
      const bool records = view.desk.phase == DeskPhase::Recording;
      if (button(theme, tr("Done"), ButtonKind::Primary, {width, 44})) booth_->press(DeskCommand::Finish);
      if (button(theme, records ? tr("Pause") : tr("Go on"))) booth_->press(DeskCommand::PauseOrGoOn);
      ImGui::SameLine();
      if (button(theme, tr("Again"))) booth_->press(DeskCommand::Again);
      ImGui::SameLine();
      if (button(theme, tr("Give up"), ButtonKind::Quiet)) booth_->press(DeskCommand::GiveUp);
      muted(theme, tr("Enter: done. Space: pause. R: again, what was said is kept beside it. M: mark this place."));
      break;
    }
    case DeskPhase::Leaving:
      ImGui::TextUnformatted(tr("Delete this take?"));
      if (button(theme, tr("Keep it"), ButtonKind::Primary)) booth_->press(DeskCommand::Keep);
      ImGui::SameLine();
      if (button(theme, tr("Delete"), ButtonKind::Danger)) booth_->press(DeskCommand::Delete);
      break;
  }
}

void RecordScreen::draw_live_findings(const Ui& ui, const BoothView& view) const {
  const bool speaks = view.desk.phase == DeskPhase::Recording;
  size_t room = speaks ? 1 : kFindingsBefore;
  gap(ui.theme, 4);
  ImGui::PushTextWrapPos(0);
  for (const capture::TakeFinding& finding : view.desk.findings) {
    if (finding.severity == Severity::Note) continue;
    if (room-- == 0) break;
    ImGui::PushStyleColor(ImGuiCol_Text, color_of(ui.theme, finding.severity));
    ImGui::TextUnformatted(finding.message.c_str());
    ImGui::PopStyleColor();
    if (!speaks) muted_line(ui.theme, finding.remedy.c_str());
  }
  ImGui::PopTextWrapPos();
}

void RecordScreen::draw_ended(Ui& ui) {
  const Theme& theme = ui.theme;
  title(theme, tr("Record"));
  if (problem_) show_error(theme, *problem_);
  if (problem_ && problem_->kind() == ErrorKind::NotFound)
    muted(theme, tr("Plug a camera in and look again, or choose “Test picture” to try everything without one."));
  gap(theme, 8);
  ImGui::BeginChild("devices", {theme.px(kRecordColumn), theme.px(240)}, false, ImGuiWindowFlags_NavFlattened);
  const bool is_changed = devices_.draw(ui);
  ImGui::EndChild();
  const bool is_tried = button(theme, tr("Try again"), ButtonKind::Primary) || pressed(SDL_SCANCODE_RETURN);
  if (pressed(SDL_SCANCODE_C)) devices_.take_next_camera();
  if (pressed(SDL_SCANCODE_T)) ui.settings.camera = kTestDevice;
  if (is_changed || is_tried || pressed(SDL_SCANCODE_T)) open_booth(ui);
  muted(theme, tr("Enter: try again. C: the next camera. T: the test picture."));
}

void RecordScreen::draw_review(Ui& ui) {
  const Theme& theme = ui.theme;
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float column = theme.px(kRecordColumn);
  ImGui::BeginChild("review", {room.x - column - theme.px(20), 0}, false, ImGuiWindowFlags_NavFlattened);
  review_->draw_picture(ui, ImGui::GetContentRegionAvail());
  ImGui::EndChild();
  ImGui::SameLine(0, theme.px(20));
  ImGui::BeginChild("judged", {column, 0}, false, ImGuiWindowFlags_NavFlattened);
  title(theme, tr("Your take"));
  if (problem_) show_error(theme, *problem_);
  if (!note_.empty()) muted(theme, note_.c_str());
  review_->draw_report(ui);
  gap(theme, 8);
  const bool again = button(theme, tr("Record again")) || pressed(SDL_SCANCODE_R);
  ImGui::SameLine();
  if (button(theme, tr("Next: design"), ButtonKind::Primary)) ui.go_to(ScreenKind::Design);
  muted(theme, tr("Space plays. Drag the blue ends to trim. What is recorded again keeps the earlier take beside it."));
  ImGui::EndChild();
  // Undone elsewhere, the handles follow.
  if (const auto& loaded = ui.campaign.loaded(); edition_ != ui.campaign.edition()) {
    edition_ = ui.campaign.edition();
    // Another one was named elsewhere.
    if (loaded->campaign.take != review_->take()) return review_.reset();
    review_->set_ends(trim_of(loaded->campaign));
  }
  if (review_->was_trimmed()) set_trim(ui.edits, review_->ends());
  if (!again) return;
  review_.reset();
  open_booth(ui);
}

// What was cut off the take before says nothing about this one.
void RecordScreen::drop_trim(Ui& ui) const {
  if (ui.edits.editor() == nullptr || !ui.edits.editor()->value({}, "trim")) return;
  ui.edits.edit([](campaign::CampaignEditor& editor) { return editor.remove({}, "trim", tr("trim the take")); });
}

}  // namespace

std::unique_ptr<Screen> make_record_screen() {
  return std::make_unique<RecordScreen>();
}

}  // namespace candid::gui
