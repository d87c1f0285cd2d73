// Home: the campaigns opened last, a new one from a kit, and what to do with a file that was dropped.

#include <algorithm>
#include <memory>
#include <utility>

#include <SDL_scancode.h>
#include <fmt/format.h>

#include "campaign/campaign_summary.h"
#include "campaign/kits.h"
#include "campaign/recent.h"
#include "gui/new_campaign.h"
#include "gui/screens/screens.h"
#include "gui/text_field.h"
#include "gui/widgets.h"
#include "gui/words.h"

namespace candid::gui {
namespace {

constexpr float kCardWidth = 300;  // units
constexpr float kCardHeight = 96;

struct Known {
  campaign::RecentCampaign recent;
  campaign::CampaignSummary summary{};
};

Result<std::vector<Known>> read_known(const std::stop_token& stop) {
  std::vector<Known> all;
  for (campaign::RecentCampaign& recent : campaign::read_recent(campaign::recent_file())) {
    if (stop.stop_requested()) break;
    Known known{std::move(recent)};
    if (auto summary = campaign::summarize_campaign(known.recent.folder)) known.summary = std::move(*summary);
    all.push_back(std::move(known));
  }
  return all;
}

class HomeScreen final : public Screen {
 public:
  void draw(Ui& ui) override;
  void forget() override { copying_.reset(); }
  std::string busy_with() const override;
  void finish() override { copying_.reset(); }
  void drop(const std::filesystem::path& file);

 private:
  void read_recent(const Ui& ui);
  void draw_recent(Ui& ui);
  void draw_card(Ui& ui, const Known& known);
  void draw_new(Ui& ui);
  void draw_kit_question(Ui& ui);
  void draw_dropped(Ui& ui);
  void draw_copying(Ui& ui);
  void use_copy(Ui& ui, const Result<std::filesystem::path>& copy);
  void draw_open_by_path(Ui& ui);

  std::unique_ptr<Task<std::vector<Known>>> reading_;
  std::vector<Known> recent_;
  bool was_read_ = false;
  uint64_t edition_ = 0;
  std::string path_;
  std::string kit_;  // asked about
  std::string folder_;
  std::optional<std::filesystem::path> dropped_;
  std::unique_ptr<Task<std::filesystem::path>> copying_;  // of what was dropped, into the campaign
  std::optional<Error> problem_;
};

void HomeScreen::draw(Ui& ui) {
  read_recent(ui);
  title(ui.theme, tr("Good to see you."));
  muted(ui.theme, tr("Nobody who applied should have to wait for a word. Open a campaign, or begin one."));
  if (problem_) show_error(ui.theme, *problem_);
  if (ui.campaign.problem()) show_error(ui.theme, *ui.campaign.problem());
  gap(ui.theme, 8);
  if (dropped_) draw_dropped(ui);
  draw_recent(ui);
  gap(ui.theme, 12);
  draw_new(ui);
  gap(ui.theme, 12);
  draw_open_by_path(ui);
}

void HomeScreen::read_recent(const Ui& ui) {
  if (reading_ && reading_->has_ended()) {
    auto read = reading_->take();
    reading_.reset();
    if (*read) recent_ = std::move(**read);
    was_read_ = true;
  }
  // Again when a campaign was opened or changed.
  if (reading_ || (was_read_ && edition_ == ui.campaign.edition())) return;
  edition_ = ui.campaign.edition();
  reading_ = std::make_unique<Task<std::vector<Known>>>(
      ui.window.waker(), [](TaskReport&, const std::stop_token& stop) { return read_known(stop); });
}

void HomeScreen::draw_recent(Ui& ui) {
  if (recent_.empty()) return;
  strong(ui.theme, tr("Campaigns"));
  for (size_t i = 0; i < recent_.size(); ++i) {
    if (i > 0) beside(ui.theme.px(kCardWidth));
    draw_card(ui, recent_[i]);
  }
}

void HomeScreen::draw_card(Ui& ui, const Known& known) {
  const Theme& theme = ui.theme;
  const Colors& colors = theme.colors();
  const auto& [recent, summary] = known;
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const ImVec2 size{steady_width(theme, kCardWidth), theme.px(kCardHeight)};
  ImGui::PushID(recent.folder.c_str());
  ImGui::BeginDisabled(recent.is_missing);
  const bool is_chosen = ImGui::InvisibleButton("card", size);
  ImGui::EndDisabled();
  const bool is_pointed = ImGui::IsItemHovered() || ImGui::IsItemFocused();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 to{from.x + size.x, from.y + size.y};
  list.AddRectFilled(from, to, ImGui::GetColorU32(is_pointed ? colors.raised : colors.panel), theme.px(8));
  const float room = size.x - theme.px(28);
  float top = from.y + theme.px(12);
  const std::string name = summary.name.empty() ? recent.folder.filename().string() : summary.name;
  top += ui.names.show_at(list, {from.x + theme.px(14), top}, name, {theme.px(16), room, 1, true, colors.text}).y;
  const NameStyle small{theme.px(13), room, 1, false, colors.muted};
  top += ui.names.show_at(list, {from.x + theme.px(14), top + theme.px(2)}, recent.folder.string(), small).y;
  const std::string state =
      recent.is_missing
          ? tr("not there any more")
          : fmt::format("{} · {}", tr_count("{} candidate", "{} candidates", summary.candidates.value_or(0)),
                        summary.links > 0  ? tr_count("{} link", "{} links", summary.links)
                        : summary.has_take ? tr("recorded")
                                           : tr("not recorded yet"));
  ui.names.show_at(list, {from.x + theme.px(14), to.y - theme.px(26)}, state, small);
  show_mark();
  ImGui::PopID();
  if (!is_chosen) return;
  if (ui.open(recent.folder)) ui.go_to(summary.has_take ? ScreenKind::Candidates : ScreenKind::Record);
}

void HomeScreen::draw_new(Ui& ui) {
  strong(ui.theme, tr("Begin a new one"));
  bool is_first = true;
  for (const campaign::Kit& kit : campaign::kits()) {
    ImGui::PushID(kit.name.c_str());
    const char* name = tr(kit.name);
    if (std::exchange(is_first, false) ? button(ui.theme, name) : button_beside(ui.theme, name)) {
      kit_ = kit.name;
      folder_ = suggested_folder(kit.name).string();
    }
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", tr(kit.purpose));
    ImGui::PopID();
  }
  if (!kit_.empty()) draw_kit_question(ui);
}

void HomeScreen::draw_kit_question(Ui& ui) {
  const std::vector<campaign::Kit> kits = campaign::kits();
  const auto kit = std::find_if(kits.begin(), kits.end(), [&](const campaign::Kit& one) { return one.name == kit_; });
  if (kit != kits.end()) muted(ui.theme, tr(kit->purpose));
  const bool is_entered = text_field(ui.theme, ui.names, {"##folder", "", 460}, folder_) == Typed::Entered;
  if (button(ui.theme, tr("Make it"), ButtonKind::Primary) || is_entered) {
    const std::filesystem::path folder = typed_path(folder_);
    auto made = campaign::start_campaign(folder, kit_);
    if (!made) {
      problem_ = made.error();
      return;
    }
    problem_.reset();
    kit_.clear();
    if (ui.open(folder)) ui.go_to(ScreenKind::Record);
  }
  if (button_beside(ui.theme, tr("Not now"), ButtonKind::Quiet)) kit_.clear();
}

std::string HomeScreen::busy_with() const {
  return copying_ ? tr("A file is being copied into the campaign.") : std::string();
}

void HomeScreen::drop(const std::filesystem::path& file) {
  if (!copying_) dropped_ = file;
}

void HomeScreen::draw_dropped(Ui& ui) {
  const Theme& theme = ui.theme;
  ui.names.show(dropped_->filename().string(), {theme.px(18), steady_width(theme, 600), 1, true, theme.colors().text});
  const bool is_roster = is_roster_file(*dropped_);
  const bool can_use = ui.campaign.is_open();
  if (copying_) return draw_copying(ui);
  muted(theme, is_roster ? tr("A list of candidates.") : tr("A video or a recording."));
  if (can_use) {
    const std::string name =
        ui.campaign.loaded() ? ui.campaign.loaded()->campaign.name : ui.campaign.folder().filename().string();
    if (button(theme, tr("Use it in the open campaign"), ButtonKind::Primary) || pressed(SDL_SCANCODE_RETURN)) {
      copying_ = std::make_unique<Task<std::filesystem::path>>(
          ui.window.waker(),
          [file = *dropped_, folder = ui.campaign.folder()](TaskReport& report, const std::stop_token& stop) {
            return copy_into_campaign(file, folder, report, stop);
          });
    }
    const NameStyle style{theme.px(15), steady_width(theme, 400), 1, false, theme.colors().muted};
    beside(ui.names.size_of(name, style).x);
    ui.names.show(name, style);
  } else {
    muted(theme, tr("Open a campaign, or begin one below, and it can use this file."));
  }
  if (button(theme, tr("Not now"), ButtonKind::Quiet) || pressed(SDL_SCANCODE_ESCAPE)) dropped_.reset();
  gap(theme, 12);
}

void HomeScreen::draw_copying(Ui& ui) {
  if (copying_->has_ended()) {
    const Result<std::filesystem::path> copy = *copying_->take();
    copying_.reset();
    return use_copy(ui, copy);
  }
  if (show_progress(ui.theme, copying_->progress(), copying_->is_stopping())) copying_->stop();
  gap(ui.theme, 12);
}

void HomeScreen::use_copy(Ui& ui, const Result<std::filesystem::path>& copy) {
  const auto used = copy ? use_in_campaign(ui.edits, ui.campaign.folder(), *copy) : tl::unexpected(copy.error());
  const bool is_stopped = !used && used.error().kind() == ErrorKind::Cancelled;
  problem_ = used || is_stopped ? std::optional<Error>() : used.error();
  if (!used) return;
  dropped_.reset();
  ui.go_to(is_roster_file(*copy) ? ScreenKind::Candidates : ScreenKind::Record);
}

void HomeScreen::draw_open_by_path(Ui& ui) {
  strong(ui.theme, tr("Open a folder"));
  muted(ui.theme,
        tr("Drop a campaign's folder, a CSV of candidates or a video anywhere onto this window, or name it:"));
  const bool is_entered = text_field(ui.theme, ui.names, {"##path", "", 460}, path_) == Typed::Entered;
  if (!button_beside(ui.theme, tr("Open")) && !is_entered) return;
  const std::filesystem::path folder = typed_path(path_);
  std::error_code code;
  if (!std::filesystem::exists(folder / "campaign.toml", code)) {
    problem_ = Error(ErrorKind::NotFound, tr("{} is no campaign: there is no campaign.toml in it", {folder.string()}),
                     tr("a folder that candid new made, or begin a new one above"));
    return;
  }
  problem_.reset();
  if (ui.open(folder)) ui.go_to(ScreenKind::Candidates);
}

}  // namespace

std::unique_ptr<Screen> make_home_screen() {
  return std::make_unique<HomeScreen>();
}

void drop_on_home(Screen& home, const std::filesystem::path& file) {
  dynamic_cast<HomeScreen&>(home).drop(file);
}

}  // namespace candid::gui
