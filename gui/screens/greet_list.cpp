#include "gui/screens/greet_list.h"

#include <algorithm>

#include <fmt/format.h>

#include "gui/row_list.h"
#include "gui/widgets.h"
#include "gui/words.h"

namespace candid::gui {
namespace {

using campaign::GreetingState;

constexpr float kRowHeight = 34;        // units
constexpr float kMostForState = 0.45F;  // of the room: the name matters most

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

const ImVec4& color_of(const Theme& theme, GreetingState state) {
  if (state == GreetingState::Ready) return theme.colors().good;
  return state == GreetingState::Missing ? theme.colors().muted : theme.colors().warning;
}

float widest_state() {
  float widest = 0;
  for (auto state : {GreetingState::Missing, GreetingState::Ready, GreetingState::Flawed, GreetingState::OtherName,
                     GreetingState::Changed, GreetingState::Several})
    widest = std::max(widest, ImGui::CalcTextSize(words_of(state)).x);
  return widest;
}

}  // namespace

Result<GreetList::SharedRead> GreetList::read(const std::filesystem::path& campaign, Findings& findings) {
  auto list = std::make_shared<Read>();
  list->folder = TRY(campaign::look_into_greetings(campaign, findings));
  list->overview = TRY(campaign::overview_of(list->folder));
  return list;
}

void GreetList::refresh(const Ui& ui) {
  if (reading_ && reading_->has_ended()) {
    Outcome outcome = std::move(**reading_->take());
    reading_.reset();
    findings_ = std::move(outcome.findings);
    problem_ = outcome.read ? std::optional<Error>() : outcome.read.error();
    if (outcome.read) list_ = std::move(*outcome.read);
  }
  // It may be mended by now.
  if (problem_ && edition_ != ui.campaign.edition()) is_old_ = true;
  if (!is_old_ || reading_) return;
  is_old_ = false;
  edition_ = ui.campaign.edition();
  reading_ = std::make_unique<Task<Outcome>>(
      ui.window.waker(), [folder = ui.campaign.folder()](TaskReport&, const std::stop_token&) -> Result<Outcome> {
        Findings findings;
        auto found = read(folder, findings);
        return Outcome{std::move(findings), std::move(found)};
      });
}

void GreetList::draw_problem(const Theme& theme) const {
  if (!problem_) return;
  show_findings(theme, findings_);
  show_error(theme, *problem_);
}

void GreetList::forget() {
  reading_.reset();
  list_.reset();
  problem_.reset();
  findings_.clear();
  is_old_ = true;
  chosen_ = 0;
}

size_t GreetList::ready() const {
  if (!list_) return 0;
  const auto& standing = list_->overview.standing;
  return static_cast<size_t>(std::count_if(standing.begin(), standing.end(),
                                           [](const auto& one) { return one.status.state == GreetingState::Ready; }));
}

const campaign::GreetingStanding* GreetList::chosen() const {
  return chosen_ < count() ? &list_->overview.standing[chosen_] : nullptr;
}

void GreetList::draw(Ui& ui) {
  strong(ui.theme, tr("{} of {} are ready", {fmt::format("{}", ready()), fmt::format("{}", count())}).c_str());
  const std::optional<size_t> moved_to = row_by_keys(chosen_, count());
  if (moved_to) chosen_ = *moved_to;
  const ImGuiTableFlags flags =
      ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_NoSavedSettings;
  const float room = ImGui::GetContentRegionAvail().x;
  if (!ImGui::BeginTable("list", 2, flags, table_room(ui.theme))) return;
  ImGui::TableSetupColumn(tr("Name"), ImGuiTableColumnFlags_WidthStretch, 2);
  ImGui::TableSetupColumn(tr("Greeting"), ImGuiTableColumnFlags_WidthFixed,
                          std::min(widest_state(), kMostForState * room));
  ImGui::TableSetupScrollFreeze(0, 1);
  ImGui::TableHeadersRow();
  draw_rows(count(), ui.theme.px(kRowHeight), moved_to, [&](size_t row) { draw_row(ui, row); });
  ImGui::EndTable();
}

void GreetList::draw_row(Ui& ui, size_t row) {
  const Theme& theme = ui.theme;
  const campaign::GreetingStanding& one = list_->overview.standing[row];
  ImGui::TableNextRow(0, theme.px(kRowHeight));
  ImGui::TableNextColumn();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  if (selectable(fmt::format("###{}", row).c_str(), row == chosen_, ImGuiSelectableFlags_SpanAllColumns,
                 {0, theme.px(22)}))
    chosen_ = row;
  ui.names.show_at(*ImGui::GetWindowDrawList(), at, shown_name(*one.candidate),
                   {theme.px(15), width, 1, false, theme.colors().text});
  ImGui::TableNextColumn();
  ui.names.show_in_cell(words_of(one.status.state), {theme.body_size(), 0, 1, false, color_of(theme, one.status.state)},
                        theme.px(kRowHeight));
}

}  // namespace candid::gui
