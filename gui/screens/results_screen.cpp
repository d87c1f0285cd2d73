// Results: who watched, how much, why we believe it; what was answered.

#include <algorithm>
#include <chrono>
#include <memory>

#include <SDL_misc.h>
#include <fmt/format.h>

#include "campaign/destination.h"
#include "campaign/status.h"
#include "core/files.h"
#include "gui/local_time.h"
#include "gui/row_list.h"
#include "gui/screens/screens.h"
#include "gui/widgets.h"
#include "gui/words.h"
#include "track/evidence/watched_heights.h"

namespace candid::gui {
namespace {

constexpr int kReadAgain = 5'000;    // ms, while somebody looks
constexpr float kCurveHeight = 72;   // units
constexpr float kResultHeight = 34;  // units, of a row

using Statuses = std::vector<campaign::CampaignStatus>;

Result<Statuses> read(const campaign::Campaign& campaign, const std::stop_token& stop) {
  const campaign::Places places = campaign::places_of(campaign.publish, {default_data_folder()});
  if (!campaign::has_ledger(places)) return Statuses{};
  const campaign::OpenLedger ledger = TRY(campaign::look_into_ledger(places, stop));
  auto statuses = campaign::read_status(*ledger.ledger, campaign.id);
  // Nothing of it is published yet.
  if (!statuses && statuses.error().kind() == ErrorKind::NotFound) return Statuses{};
  return statuses;
}

const char* words_of(track::ViewState state) {
  switch (state) {
    case track::ViewState::Watched95:
      return tr("watched to the end");
    case track::ViewState::Watched75:
      return tr("watched most of it");
    case track::ViewState::Watched50:
      return tr("watched half");
    case track::ViewState::Watched25:
      return tr("watched a part");
    case track::ViewState::Viewed:
      return tr("watched the beginning");
    case track::ViewState::Played:
      return tr("pressed play");
    case track::ViewState::PageHuman:
      return tr("opened the page");
    case track::ViewState::PageUnverified:
      return tr("opened, not confirmed");
    case track::ViewState::Sent:
    case track::ViewState::Delivered:
      return tr("not opened yet");
    case track::ViewState::OwnerExcluded:
      return tr("only you looked");
    default:
      return tr("only programs looked");
  }
}

bool is_view(track::ViewState state) {
  return state >= track::ViewState::Viewed && state <= track::ViewState::Watched95;
}

const std::string& name_of(const campaign::MessageStatus& message) {
  return message.message.candidate_name.empty() ? message.message.candidate_id : message.message.candidate_name;
}

class ResultsScreen final : public Screen {
 public:
  void draw(Ui& ui) override;
  bool takes_arrows() const override { return true; }
  void forget() override;

 private:
  void refresh(Ui& ui, const LoadedCampaign& loaded);
  void draw_figures(Ui& ui, const campaign::CampaignStatus& status) const;
  void draw_table(Ui& ui, const campaign::CampaignStatus& status);
  void draw_row(Ui& ui, const campaign::MessageStatus& message, size_t row);
  void draw_chosen(Ui& ui, const campaign::MessageStatus& message) const;
  void draw_curve(const Ui& ui, const campaign::MessageStatus& message) const;

  std::unique_ptr<Task<Statuses>> reading_;
  std::optional<Result<Statuses>> statuses_;
  std::chrono::steady_clock::time_point read_at_{};
  size_t chosen_ = 0;
};

void ResultsScreen::forget() {
  reading_.reset();
  statuses_.reset();
  chosen_ = 0;
}

void ResultsScreen::refresh(Ui& ui, const LoadedCampaign& loaded) {
  if (reading_ && reading_->has_ended()) {
    statuses_ = reading_->take();
    reading_.reset();
    read_at_ = std::chrono::steady_clock::now();
  }
  ui.window.draw_again_in(kReadAgain);
  const bool is_old = std::chrono::steady_clock::now() - read_at_ > std::chrono::milliseconds(kReadAgain - 100);
  if (reading_ || (statuses_ && !is_old)) return;
  reading_ = std::make_unique<Task<Statuses>>(
      ui.window.waker(),
      [campaign = loaded.campaign](TaskReport&, const std::stop_token& stop) { return read(campaign, stop); });
}

void ResultsScreen::draw(Ui& ui) {
  const Theme& theme = ui.theme;
  const auto& loaded = ui.campaign.loaded();
  if (!loaded) return muted(theme, tr("The campaign is being read …"));
  refresh(ui, *loaded);
  title(theme, tr("Results"));
  const std::string dashboard = loaded->campaign.publish.server + "/r";
  if (button_at_end(theme, tr("Open the dashboard"))) SDL_OpenURL(dashboard.c_str());
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", dashboard.c_str());
  if (!statuses_) return muted(theme, tr("Reading who watched …"));
  if (!*statuses_) return show_error(theme, statuses_->error());
  if ((*statuses_)->empty()) {
    muted(theme, tr("Nothing is published yet."));
    if (button(theme, tr("To publishing"), ButtonKind::Primary)) ui.go_to(ScreenKind::Publish);
    return;
  }
  const campaign::CampaignStatus& status = (*statuses_)->front();
  draw_figures(ui, status);
  with_share(
      theme, "results", ui.settings.candidates_split, [&] { draw_table(ui, status); },
      [&] {
        if (chosen_ < status.messages.size()) draw_chosen(ui, status.messages[chosen_]);
      });
}

void ResultsScreen::draw_figures(Ui& ui, const campaign::CampaignStatus& status) const {
  const Theme& theme = ui.theme;
  if (status.counted_visits) {
    muted(theme, tr("Visits are counted without persons in this campaign."));
    if (!status.counted_visits->is_told()) {
      muted(theme, track::why_counts_are_not_told(*status.counted_visits).c_str());
      return;
    }
    for (const auto& [state, number] : status.counted_visits->counts)
      ImGui::TextUnformatted(fmt::format("{}: {}", words_of(state), number).c_str());
    return;
  }
  size_t watched = 0;
  size_t opened = 0;
  size_t replied = 0;
  for (const campaign::MessageStatus& message : status.messages) {
    const track::ViewState state = message.view.state;
    watched += is_view(state) ? 1 : 0;
    opened += is_view(state) || state == track::ViewState::PageHuman || state == track::ViewState::Played ? 1 : 0;
    replied += message.said.replies > 0 ? 1 : 0;
  }
  muted(theme, fmt::format("{} · {} · {} · {}", tr_count("{} video", "{} videos", status.messages.size()),
                           tr_count("{} opened", "{} opened", opened), tr_count("{} watched", "{} watched", watched),
                           tr_count("{} replied", "{} replied", replied))
                   .c_str());
}

void ResultsScreen::draw_table(Ui& ui, const campaign::CampaignStatus& status) {
  const std::optional<size_t> moved_to = row_by_keys(chosen_, status.messages.size());
  if (moved_to) chosen_ = *moved_to;
  const ImGuiTableFlags flags =
      ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_NoSavedSettings;
  if (!ImGui::BeginTable("results", 3, flags, table_room(ui.theme))) return;
  ImGui::TableSetupColumn(tr("Name"), ImGuiTableColumnFlags_WidthStretch, 2);
  ImGui::TableSetupColumn(tr("State"), ImGuiTableColumnFlags_WidthStretch, 1.8F);
  ImGui::TableSetupColumn(tr("Watched"), ImGuiTableColumnFlags_WidthFixed, ImGui::CalcTextSize(tr("Watched")).x);
  ImGui::TableSetupScrollFreeze(0, 1);
  ImGui::TableHeadersRow();
  draw_rows(status.messages.size(), ui.theme.px(kResultHeight), moved_to,
            [&](size_t row) { draw_row(ui, status.messages[row], row); });
  ImGui::EndTable();
}

void ResultsScreen::draw_row(Ui& ui, const campaign::MessageStatus& message, size_t row) {
  const Theme& theme = ui.theme;
  ImGui::TableNextRow(0, theme.px(kResultHeight));
  ImGui::TableNextColumn();
  const ImVec2 place = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  if (selectable(fmt::format("###{}", row).c_str(), row == chosen_, ImGuiSelectableFlags_SpanAllColumns,
                 {0, theme.px(22)}))
    chosen_ = row;
  ui.names.show_at(*ImGui::GetWindowDrawList(), place, name_of(message),
                   {theme.px(15), width, 1, false, theme.colors().text});
  ImGui::TableNextColumn();
  const ImVec4 color = is_view(message.view.state) ? theme.colors().good : theme.colors().muted;
  ui.names.show_in_cell(words_of(message.view.state), {theme.body_size(), 0, 1, false, color}, theme.px(kResultHeight));
  ImGui::TableNextColumn();
  if (message.view.watched_seconds > 0)
    ImGui::TextUnformatted(fmt::format("{:.0f} %", message.view.watched_fraction * 100).c_str());
}

void ResultsScreen::draw_chosen(Ui& ui, const campaign::MessageStatus& message) const {
  const Theme& theme = ui.theme;
  const float width = ImGui::GetContentRegionAvail().x;
  ui.names.show(name_of(message), {theme.px(26), width, 2, true, theme.colors().text});
  strong(theme, words_of(message.view.state));
  muted(theme, with_local_times(message.view.reason).c_str());
  draw_curve(ui, message);
  if (message.said.replies > 0)
    strong(theme, tr_count("{} reply waits on the dashboard", "{} replies wait on the dashboard",
                           static_cast<size_t>(message.said.replies))
                      .c_str());
  if (!message.said.reaction.empty())
    ui.names.show(message.said.reaction, {theme.px(22), width, 1, false, theme.colors().text});
  if (message.said.wants_data) muted(theme, tr("Asks for a copy of their data: candid export."));
  if (message.said.wants_erasure) muted(theme, tr("Asks to be erased: candid forget."));
  gap(theme, 6);
  for (const track::SessionVerdict& session : message.view.sessions) {
    ImGui::Separator();
    muted(theme, fmt::format("{} · {}", local_time(session.first), words_of(session.state)).c_str());
    muted(theme, with_local_times(session.reason).c_str());
  }
}

// What this person saw of the video, over its time.
void ResultsScreen::draw_curve(const Ui& ui, const campaign::MessageStatus& message) const {
  const Theme& theme = ui.theme;
  const track::WatchedHeights watched = track::watched_heights(message.view);
  if (watched.visits == 0) return;
  const auto& heights = watched.heights;
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const ImVec2 room{ImGui::GetContentRegionAvail().x, theme.px(kCurveHeight)};
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(from, {from.x + room.x, from.y + room.y}, ImGui::GetColorU32(theme.colors().panel), theme.px(6));
  const float bar = room.x / static_cast<float>(heights.size());
  for (size_t i = 0; i < heights.size(); ++i) {
    if (heights[i] <= 0) continue;
    const float height = static_cast<float>(heights[i]) * (room.y - theme.px(6));
    const float left = from.x + static_cast<float>(i) * bar;
    list.AddRectFilled({left, from.y + room.y - height}, {left + bar - 1, from.y + room.y},
                       ImGui::GetColorU32(theme.colors().accent));
  }
  ImGui::Dummy(room);
  muted_line(theme, fmt::format("0:00 – {}", format_duration(message.message.duration)).c_str());
}

}  // namespace

std::unique_ptr<Screen> make_results_screen() {
  return std::make_unique<ResultsScreen>();
}

}  // namespace candid::gui
