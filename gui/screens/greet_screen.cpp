// Greet: each candidate's name before the speaker's eyes, one after the other; and the greetings there are.

#include <algorithm>
#include <memory>
#include <set>

#include <SDL_scancode.h>
#include <fmt/format.h>

#include "campaign/greetings/greeting_cuts.h"
#include "campaign/greetings/greeting_folder.h"
#include "gui/device_choice.h"
#include "gui/picture_view.h"
#include "gui/player.h"
#include "gui/screens/screens.h"
#include "gui/sitting_booth.h"
#include "gui/sound_strip.h"
#include "gui/widgets.h"
#include "gui/words.h"

namespace candid::gui {
namespace {

using campaign::GreetingState;
using campaign::SittingCommand;
using campaign::SittingPhase;

constexpr float kGreetColumn = 320;  // units

// What lies in the folder; owns the roster that the overview points into.
struct GreetingList {
  campaign::GreetingFolder folder;
  campaign::GreetingOverview overview;
};
using ReadList = std::shared_ptr<const GreetingList>;

Result<ReadList> read_list(const std::filesystem::path& campaign) {
  Findings findings;
  auto list = std::make_shared<GreetingList>();
  list->folder = TRY(campaign::open_greetings(campaign, findings));
  list->overview = TRY(campaign::overview_of(list->folder));
  return list;
}

const char* words_of(GreetingState state) {
  switch (state) {
    case GreetingState::Missing:
      return tr("to be greeted");
    case GreetingState::Ready:
      return tr("ready");
    case GreetingState::Flawed:
      return tr("to be looked at");
    case GreetingState::OtherName:
      return tr("says another name");
    case GreetingState::Changed:
      return tr("changed since");
    case GreetingState::Several:
      return tr("two clips");
  }
  return "";
}

class GreetScreen final : public Screen {
 public:
  void draw(Ui& ui) override;
  bool takes_arrows() const override { return true; }
  void leave(Ui& ui) override;
  void forget() override;
  std::string busy_with() const override;
  void finish() override { booth_.reset(); }

 private:
  void refresh(Ui& ui);
  void begin(Ui& ui, const std::vector<std::string>& only);
  void draw_overview(Ui& ui);
  void draw_list(Ui& ui);
  void draw_row(Ui& ui, size_t row);
  void draw_chosen(Ui& ui);
  void draw_sitting(Ui& ui, const SittingBoothView& view);
  void draw_name(Ui& ui, const campaign::SittingView& sitting, const Box& box);
  void draw_buttons(Ui& ui, const campaign::SittingView& sitting);
  void take_keys(const campaign::SittingView& sitting);
  void use_greetings(Ui& ui);

  DeviceChoice devices_;
  std::unique_ptr<Task<ReadList>> reading_;
  ReadList list_;
  std::optional<Error> problem_;
  bool is_old_ = true;
  size_t chosen_ = 0;
  bool is_hands_free_ = false;
  std::unique_ptr<SittingBooth> booth_;
  PictureView picture_;
  std::unique_ptr<Player> player_;
  std::unique_ptr<SoundStrip> played_sound_;
  std::filesystem::path played_;
  PictureView played_picture_;
};

void GreetScreen::leave(Ui&) {
  if (player_) player_->pause();
  if (booth_ && !booth_->is_busy()) booth_.reset();
  is_old_ = true;
}

void GreetScreen::forget() {
  booth_.reset();
  reading_.reset();
  list_.reset();
  player_.reset();
  played_.clear();
  problem_.reset();
  is_old_ = true;
  chosen_ = 0;
}

std::string GreetScreen::busy_with() const {
  if (!booth_ || !booth_->is_busy()) return {};
  return tr("A sitting goes on. Every greeting that was good is kept, and cut the next time.");
}

void GreetScreen::refresh(Ui& ui) {
  if (reading_ && reading_->has_ended()) {
    auto read = reading_->take();
    reading_.reset();
    problem_ = *read ? std::optional<Error>() : read->error();
    if (*read) list_ = std::move(**read);
  }
  if (!is_old_ || reading_) return;
  is_old_ = false;
  reading_ = std::make_unique<Task<ReadList>>(
      ui.window.waker(),
      [folder = ui.campaign.folder()](TaskReport&, const std::stop_token&) { return read_list(folder); });
}

void GreetScreen::begin(Ui& ui, const std::vector<std::string>& only) {
  SittingPlan plan;
  plan.folder = ui.campaign.folder();
  plan.choice.only = only;
  plan.choice.redo_flagged = true;
  plan.source = source_settings_of(ui.settings);
  plan.is_hands_free = is_hands_free_;
  player_.reset();
  played_.clear();
  picture_.clear();
  booth_ = std::make_unique<SittingBooth>(ui.window.waker(), std::move(plan));
}

void GreetScreen::draw(Ui& ui) {
  if (booth_) {
    const SittingBoothView view = booth_->look();
    if (view.state != SittingBoothView::State::Ended) return draw_sitting(ui, view);
    problem_ = view.problem;
    if (view.clips > 0) {
      ui.notify(tr_count("{} greeting was cut.", "{} greetings were cut.", view.clips));
      use_greetings(ui);
    }
    booth_.reset();
    is_old_ = true;
  }
  refresh(ui);
  draw_overview(ui);
}

// A campaign that has greetings says so.
void GreetScreen::use_greetings(Ui& ui) {
  if (list_ && list_->folder.has_table) return ui.campaign.reload();
  ui.edits.edit([](campaign::CampaignEditor& editor) {
    return editor.set({{"greeting"}}, "folder", std::string("greetings"), tr("use the greetings"));
  });
}

void GreetScreen::draw_overview(Ui& ui) {
  const Theme& theme = ui.theme;
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float column = theme.px(kGreetColumn);
  ImGui::BeginChild("greetings", {room.x - column - theme.px(20), 0}, false, ImGuiWindowFlags_NavFlattened);
  title(theme, tr("Greet"));
  muted(theme, tr("Say hello to each candidate by name, one after the other. Each hello becomes the beginning of their "
                  "own video."));
  if (problem_) show_error(theme, *problem_);
  if (list_) draw_list(ui);
  ImGui::EndChild();
  ImGui::SameLine(0, theme.px(20));
  ImGui::BeginChild("begin", {column, 0}, false, ImGuiWindowFlags_NavFlattened);
  devices_.draw(ui);
  gap(theme, 8);
  ImGui::Checkbox(tr("Go on by itself after a pause"), &is_hands_free_);
  const bool has_some = list_ && std::any_of(list_->overview.standing.begin(), list_->overview.standing.end(),
                                             [](const auto& one) { return one.status.state != GreetingState::Ready; });
  if (!list_) {
    muted_line(theme, tr("Reading the greetings …"));
  } else if (!has_some) {
    disabled_button(theme, tr("Begin"), tr("Everybody has a greeting."), {kGreetColumn, 44});
  } else if (button(theme, tr("Begin"), ButtonKind::Primary, {kGreetColumn, 44}) || pressed(SDL_SCANCODE_RETURN)) {
    begin(ui, {});
  }
  gap(theme, 8);
  if (list_ && chosen_ < list_->overview.standing.size()) draw_chosen(ui);
  ImGui::EndChild();
}

void GreetScreen::draw_list(Ui& ui) {
  const auto& standing = list_->overview.standing;
  const auto ready = static_cast<size_t>(std::count_if(
      standing.begin(), standing.end(), [](const auto& one) { return one.status.state == GreetingState::Ready; }));
  strong(ui.theme, tr("{} of {} are ready", {fmt::format("{}", ready), fmt::format("{}", standing.size())}).c_str());
  if (chosen_ + 1 < standing.size() && pressed(SDL_SCANCODE_DOWN)) ++chosen_;
  if (chosen_ > 0 && pressed(SDL_SCANCODE_UP)) --chosen_;
  const ImGuiTableFlags flags =
      ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_NoSavedSettings;
  if (!ImGui::BeginTable("list", 2, flags)) return;
  ImGui::TableSetupColumn(tr("Name"), ImGuiTableColumnFlags_WidthStretch, 2);
  ImGui::TableSetupColumn(tr("Greeting"), ImGuiTableColumnFlags_WidthStretch, 1);
  ImGui::TableSetupScrollFreeze(0, 1);
  ImGui::TableHeadersRow();
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(standing.size()), ui.theme.px(34));
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) draw_row(ui, static_cast<size_t>(i));
  }
  ImGui::EndTable();
}

void GreetScreen::draw_row(Ui& ui, size_t row) {
  const Theme& theme = ui.theme;
  const campaign::GreetingStanding& one = list_->overview.standing[row];
  ImGui::TableNextRow(0, theme.px(34));
  ImGui::TableNextColumn();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  if (ImGui::Selectable(fmt::format("###{}", row).c_str(), row == chosen_, ImGuiSelectableFlags_SpanAllColumns,
                        {0, theme.px(22)}))
    chosen_ = row;
  ui.names.show_at(*ImGui::GetWindowDrawList(), at, shown_name(*one.candidate),
                   {theme.px(15), width, 1, false, theme.colors().text});
  ImGui::TableNextColumn();
  const bool is_ready = one.status.state == GreetingState::Ready;
  const bool is_missing = one.status.state == GreetingState::Missing;
  ImGui::TextColored(is_ready     ? theme.colors().good
                     : is_missing ? theme.colors().muted
                                  : theme.colors().warning,
                     "%s", words_of(one.status.state));
}

void GreetScreen::draw_chosen(Ui& ui) {
  const Theme& theme = ui.theme;
  const campaign::GreetingStanding& one = list_->overview.standing[chosen_];
  ui.names.show(shown_name(*one.candidate), {theme.px(22), theme.px(kGreetColumn), 2, true, theme.colors().text});
  if (!one.status.problem.empty()) muted(theme, one.status.problem.c_str());
  for (const std::string& flaw : one.status.flaws) muted(theme, campaign::remedy_for(flaw).c_str());
  if (!one.status.file.empty()) {
    if (played_ != one.status.file) {
      played_ = one.status.file;
      played_picture_.clear();
      player_ = std::make_unique<Player>(ui.window.waker(), played_);
      played_sound_ = std::make_unique<SoundStrip>(ui.window.waker(), played_);
    }
    if (player_) {
      if (auto picture = player_->take_picture()) played_picture_.set(std::move(*picture));
      const Player::View view = player_->look();
      const ImVec2 room{theme.px(kGreetColumn), theme.px(kGreetColumn) / played_picture_.shape()};
      played_picture_.show(*ImGui::GetWindowDrawList(),
                           fitted(ImGui::GetCursorScreenPos(), room, played_picture_.shape()));
      ImGui::Dummy(room);
      const ImVec2 strip{theme.px(kGreetColumn), theme.px(36)};
      played_sound_->show(theme, *ImGui::GetWindowDrawList(), ImGui::GetCursorScreenPos(), strip);
      ImGui::Dummy(strip);
      if (button(theme, view.is_playing ? tr("Pause") : tr("Play")) || pressed(SDL_SCANCODE_SPACE))
        view.is_playing ? player_->pause() : player_->play(Microseconds{0});
      ImGui::SameLine();
    }
  }
  if (button(theme, one.status.file.empty() ? tr("Greet only this one") : tr("Say it again")))
    begin(ui, {one.candidate->id});
  if (one.status.state == GreetingState::Flawed) {
    ImGui::SameLine();
    if (button(theme, tr("It is right as it is"))) {
      auto lock = campaign::lock_greetings(list_->folder);
      auto accepted = lock ? campaign::accept_greeting(list_->folder, one.candidate->id) : tl::unexpected(lock.error());
      problem_ = accepted ? std::optional<Error>() : accepted.error();
      is_old_ = true;
      ui.campaign.reload();
    }
  }
}

void GreetScreen::take_keys(const campaign::SittingView& sitting) {
  auto on = [&](int key, SittingCommand command) {
    if (pressed(key)) booth_->press(command);
  };
  if (sitting.phase == SittingPhase::Ready) {
    on(SDL_SCANCODE_SPACE, SittingCommand::Begin);
    on(SDL_SCANCODE_RETURN, SittingCommand::Begin);
    on(SDL_SCANCODE_ESCAPE, SittingCommand::End);
    return;
  }
  if (sitting.phase == SittingPhase::Paused) {
    on(SDL_SCANCODE_SPACE, SittingCommand::PauseOrGoOn);
    on(SDL_SCANCODE_P, SittingCommand::PauseOrGoOn);
    on(SDL_SCANCODE_ESCAPE, SittingCommand::End);
    return;
  }
  on(SDL_SCANCODE_SPACE, SittingCommand::Good);
  on(SDL_SCANCODE_RETURN, SittingCommand::Good);
  on(SDL_SCANCODE_A, SittingCommand::Again);
  on(SDL_SCANCODE_B, SittingCommand::Back);
  on(SDL_SCANCODE_S, SittingCommand::Skip);
  on(SDL_SCANCODE_P, SittingCommand::PauseOrGoOn);
  on(SDL_SCANCODE_ESCAPE, SittingCommand::End);
}

void GreetScreen::draw_sitting(Ui& ui, const SittingBoothView& view) {
  const Theme& theme = ui.theme;
  if (auto picture = booth_->take_picture()) picture_.set(std::move(*picture));
  if (view.state == SittingBoothView::State::Cutting) {
    title(theme, tr("Cutting the greetings"));
    ImGui::ProgressBar(static_cast<float>(view.cut) / static_cast<float>(std::max<size_t>(1, view.to_cut)),
                       {theme.px(420), theme.px(22)}, fmt::format("{} / {}", view.cut, view.to_cut).c_str());
    return;
  }
  if (view.state == SittingBoothView::State::Opening || !view.sitting) {
    if (pressed(SDL_SCANCODE_SPACE)) booth_->press(SittingCommand::Begin);
    return muted(theme, tr("Opening the camera …"));
  }
  take_keys(*view.sitting);
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float column = theme.px(kGreetColumn);
  ImGui::BeginChild("live", {room.x - column - theme.px(20), 0}, false, ImGuiWindowFlags_NavFlattened);
  const ImVec2 whole = ImGui::GetContentRegionAvail();
  const ImVec2 upper{whole.x, std::min(whole.y, whole.x / picture_.shape())};
  const Box box = fitted(ImGui::GetCursorScreenPos(), upper, picture_.shape());
  picture_.show(*ImGui::GetWindowDrawList(), box, ui.settings.is_mirrored ? media::Mirror::Yes : media::Mirror::No);
  draw_name(ui, *view.sitting, box);
  ImGui::EndChild();
  ImGui::SameLine(0, theme.px(20));
  ImGui::BeginChild("lead", {column, 0}, false, ImGuiWindowFlags_NavFlattened);
  draw_buttons(ui, *view.sitting);
  ImGui::EndChild();
}

// Large, and near to the lens.
void GreetScreen::draw_name(Ui& ui, const campaign::SittingView& sitting, const Box& box) {
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

void GreetScreen::draw_buttons(Ui& ui, const campaign::SittingView& sitting) {
  const Theme& theme = ui.theme;
  title(theme, tr("{} of {}", {fmt::format("{}", sitting.number), fmt::format("{}", sitting.total)}).c_str());
  ImGui::ProgressBar(static_cast<float>(sitting.good) / static_cast<float>(std::max<size_t>(1, sitting.total)),
                     {-1, theme.px(8)}, "");
  muted_line(theme, tr_count("{} is good", "{} are good", sitting.good).c_str());
  level_meter(theme, sitting.peak_dbfs, sitting.peak_dbfs > -0.1, {kGreetColumn, 10});
  gap(theme, 6);
  if (sitting.phase == SittingPhase::Ready) {
    if (button(theme, tr("Begin"), ButtonKind::Primary, {kGreetColumn, 52})) booth_->press(SittingCommand::Begin);
    if (button(theme, tr("Not now"), ButtonKind::Quiet)) booth_->press(SittingCommand::End);
    return muted(theme, tr("Space begins the recording. Then say hello to the name above."));
  }
  if (sitting.phase == SittingPhase::Paused) {
    if (button(theme, tr("Go on"), ButtonKind::Primary, {kGreetColumn, 52})) booth_->press(SittingCommand::PauseOrGoOn);
    if (button(theme, tr("End"))) booth_->press(SittingCommand::End);
    return;
  }
  if (button(theme, tr("Good, next"), ButtonKind::Primary, {kGreetColumn, 52})) booth_->press(SittingCommand::Good);
  if (button(theme, tr("Again"))) booth_->press(SittingCommand::Again);
  ImGui::SameLine();
  if (button(theme, tr("Back"))) booth_->press(SittingCommand::Back);
  ImGui::SameLine();
  if (button(theme, tr("Skip"))) booth_->press(SittingCommand::Skip);
  if (button(theme, tr("Pause"))) booth_->press(SittingCommand::PauseOrGoOn);
  ImGui::SameLine();
  if (button(theme, tr("End"), ButtonKind::Quiet)) booth_->press(SittingCommand::End);
  if (ImGui::Checkbox(tr("Go on by itself after a pause"), &is_hands_free_)) booth_->set_hands_free(is_hands_free_);
  if (sitting.is_good_already) muted(theme, tr("Good already; what you say now replaces it."));
  if (!sitting.next_name.empty()) {
    gap(theme, 6);
    muted_line(theme, tr("Then:"));
    ui.names.show(sitting.next_name, {theme.px(18), theme.px(kGreetColumn), 1, false, theme.colors().muted});
  }
  if (sitting.disk_warning) ImGui::TextColored(theme.colors().warning, "%s", sitting.disk_warning->c_str());
}

}  // namespace

std::unique_ptr<Screen> make_greet_screen() {
  return std::make_unique<GreetScreen>();
}

}  // namespace candid::gui
