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

Result<GreetList::SharedRead> GreetList::read(const std::filesystem::path& campaign) {
  Findings findings;
  auto list = std::make_shared<Read>();
  list->folder = TRY(campaign::look_into_greetings(campaign, findings));
  list->overview = TRY(campaign::overview_of(list->folder));
  return list;
}

void GreetList::refresh(const Ui& ui) {
  if (reading_ && reading_->has_ended()) {
    auto read = reading_->take();
    reading_.reset();
    problem_ = *read ? std::optional<Error>() : read->error();
    if (*read) list_ = std::move(**read);
  }
  if (!is_old_ || reading_) return;
  is_old_ = false;
  reading_ = std::make_unique<Task<SharedRead>>(
      ui.window.waker(), [folder = ui.campaign.folder()](TaskReport&, const std::stop_token&) { return read(folder); });
}

void GreetList::forget() {
  reading_.reset();
  list_.reset();
  problem_.reset();
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
