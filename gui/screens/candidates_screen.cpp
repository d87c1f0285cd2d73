// Candidates: the roster as a table, what was found in each row, who is approved or held, and each one's picture.

#include <algorithm>
#include <cfloat>
#include <memory>
#include <numeric>

#include <SDL_scancode.h>
#include <fmt/format.h>

#include "campaign/plan.h"
#include "core/text.h"
#include "gui/message_picture.h"
#include "gui/picture_view.h"
#include "gui/row_list.h"
#include "gui/screens/screens.h"
#include "gui/text_field.h"
#include "gui/widgets.h"
#include "gui/words.h"

namespace candid::gui {
namespace {

using campaign::Candidate;
using campaign::Decision;

constexpr size_t kMostRejectedShown = 5;  // rows at once

constexpr float kWidthForMail = 480;  // units, of the table
constexpr float kWidthForFound = 330;

enum Column { kLine, kName, kMail, kFound, kState };

// What a row of the table says about a candidate's video.
enum class RowState { Goes, Approved, Held };

Severity worst_of(const Findings& findings) {
  Severity worst = Severity::Note;
  for (const Finding& finding : findings) worst = std::max(worst, finding.severity);
  return worst;
}

float row_height(const Ui& ui) {
  return ui.theme.px(34);
}

class CandidatesScreen final : public Screen {
 public:
  void draw(Ui& ui) override;
  bool takes_arrows() const override { return true; }
  void forget() override;

 private:
  void refresh(const Ui& ui, const LoadedCampaign& loaded);
  void choose_rows(const LoadedCampaign& loaded);
  void sort_rows(const LoadedCampaign& loaded, const ImGuiTableSortSpecs& specs);
  void take_keys(Ui& ui, const LoadedCampaign& loaded);
  void draw_filter(Ui& ui, const LoadedCampaign& loaded);
  void draw_table(Ui& ui, const LoadedCampaign& loaded);
  void draw_row(Ui& ui, const LoadedCampaign& loaded, size_t candidate);
  void draw_rejected(Ui& ui, const LoadedCampaign& loaded);
  void draw_rejected_row(Ui& ui, const campaign::RejectedRow& row, size_t number);
  void draw_chosen(Ui& ui, const std::shared_ptr<const LoadedCampaign>& loaded);
  void draw_moments(Ui& ui);
  void decide(Ui& ui, const LoadedCampaign& loaded, std::optional<Decision> decision);
  RowState state_of(const LoadedCampaign& loaded, size_t candidate) const;

  std::vector<size_t> rows_;  // candidates that are shown, by index, in the table's order
  std::string filter_;
  bool only_found_ = false;
  bool needs_sorting_ = true;
  size_t chosen_ = 0;  // a candidate
  bool scrolls_to_chosen_ = false;
  size_t rejected_ = 0;  // the row whose findings are told whole
  uint64_t edition_ = 0;
  std::unique_ptr<MessagePicture> drawing_;
  PictureView picture_;
  size_t pictured_ = 0;  // whose it is
  Findings drawn_findings_;
  std::vector<Microseconds> moments_;
  size_t moment_ = 0;
  std::optional<Error> problem_;
};

void CandidatesScreen::forget() {
  rows_.clear();
  picture_.clear();
  drawing_.reset();
  chosen_ = 0;
  rejected_ = 0;
  filter_.clear();
  edition_ = 0;
}

void CandidatesScreen::draw(Ui& ui) {
  const std::shared_ptr<const LoadedCampaign> loaded = ui.campaign.loaded();
  if (!loaded) return muted(ui.theme, tr("The campaign is being read …"));
  refresh(ui, *loaded);
  take_keys(ui, *loaded);
  with_share(
      ui.theme, "candidates", ui.settings.candidates_split,
      [&] {
        draw_filter(ui, *loaded);
        draw_table(ui, *loaded);
      },
      [&] { draw_chosen(ui, loaded); });
}

void CandidatesScreen::refresh(const Ui& ui, const LoadedCampaign& loaded) {
  if (edition_ == ui.campaign.edition()) return;
  edition_ = ui.campaign.edition();
  moments_ = loaded.job ? campaign::personal_moments(*loaded.job) : std::vector<Microseconds>{};
  moment_ = std::min(moment_, moments_.empty() ? 0 : moments_.size() - 1);
  if (chosen_ >= loaded.roster.candidates.size()) chosen_ = 0;
  choose_rows(loaded);
}

void CandidatesScreen::choose_rows(const LoadedCampaign& loaded) {
  const std::string wanted = to_lower(trim(filter_));
  rows_.clear();
  for (size_t i = 0; i < loaded.roster.candidates.size(); ++i) {
    const Candidate& candidate = loaded.roster.candidates[i];
    if (only_found_ && loaded.of_rows[i].empty() && state_of(loaded, i) != RowState::Held) continue;
    const bool is_wanted = wanted.empty() || to_lower(candidate.name).find(wanted) != std::string::npos ||
                           to_lower(candidate.email).find(wanted) != std::string::npos ||
                           to_lower(candidate.id).find(wanted) != std::string::npos;
    if (is_wanted) rows_.push_back(i);
  }
  needs_sorting_ = true;
  if (!rows_.empty() && std::find(rows_.begin(), rows_.end(), chosen_) == rows_.end()) chosen_ = rows_.front();
}

void CandidatesScreen::sort_rows(const LoadedCampaign& loaded, const ImGuiTableSortSpecs& specs) {
  needs_sorting_ = false;
  if (specs.SpecsCount == 0) return;
  const ImGuiTableColumnSortSpecs& by = specs.Specs[0];
  const auto& candidates = loaded.roster.candidates;
  auto comes_before = [&](size_t a, size_t b) {
    switch (by.ColumnUserID) {
      case kName:
        return shown_name(candidates[a]) < shown_name(candidates[b]);
      case kMail:
        return candidates[a].email < candidates[b].email;
      case kFound:
        return std::pair(loaded.of_rows[a].empty(), worst_of(loaded.of_rows[b])) <
               std::pair(loaded.of_rows[b].empty(), worst_of(loaded.of_rows[a]));
      case kState:
        return state_of(loaded, a) > state_of(loaded, b);
      default:
        return candidates[a].line < candidates[b].line;
    }
  };
  std::stable_sort(rows_.begin(), rows_.end(), [&](size_t a, size_t b) {
    return by.SortDirection == ImGuiSortDirection_Descending ? comes_before(b, a) : comes_before(a, b);
  });
}

RowState CandidatesScreen::state_of(const LoadedCampaign& loaded, size_t candidate) const {
  if (candidate >= loaded.standings.size()) return RowState::Goes;
  const campaign::Standing& standing = loaded.standings[candidate];
  if (!standing.held_because.empty()) return RowState::Held;
  return standing.decision == Decision::Approve ? RowState::Approved : RowState::Goes;
}

void CandidatesScreen::take_keys(Ui& ui, const LoadedCampaign& loaded) {
  const auto at = std::find(rows_.begin(), rows_.end(), chosen_);
  if (at != rows_.end()) {
    if (const auto row = row_by_keys(static_cast<size_t>(at - rows_.begin()), rows_.size())) {
      chosen_ = rows_[*row];
      scrolls_to_chosen_ = true;
    }
  }
  if (moments_.size() > 1 && pressed(SDL_SCANCODE_RIGHT)) moment_ = std::min(moment_ + 1, moments_.size() - 1);
  if (moment_ > 0 && pressed(SDL_SCANCODE_LEFT)) --moment_;
  if (!loaded.job || rows_.empty()) return;
  if (pressed(SDL_SCANCODE_A)) decide(ui, loaded, Decision::Approve);
  if (pressed(SDL_SCANCODE_H)) decide(ui, loaded, Decision::Hold);
  if (pressed(SDL_SCANCODE_C)) decide(ui, loaded, std::nullopt);
}

void CandidatesScreen::draw_filter(Ui& ui, const LoadedCampaign& loaded) {
  const Theme& theme = ui.theme;
  title(theme, tr("Candidates"));
  if (pressed_with_ctrl(SDL_SCANCODE_F)) ImGui::SetKeyboardFocusHere();
  const bool is_changed = text_field(theme, ui.names, {"##filter", tr("Find a name or an address (Ctrl-F)"), 260},
                                     filter_) == Typed::Changed;
  const float toggle = ImGui::GetFrameHeight() + ImGui::CalcTextSize(tr("Only what needs a look")).x + theme.px(8);
  beside(toggle);
  const bool is_toggled = ImGui::Checkbox(tr("Only what needs a look"), &only_found_);
  if (is_changed || is_toggled) choose_rows(loaded);
  const size_t held = static_cast<size_t>(std::count_if(loaded.standings.begin(), loaded.standings.end(),
                                                        [](const auto& s) { return !s.held_because.empty(); }));
  muted(theme, fmt::format("{} · {}", tr_count("{} candidate", "{} candidates", loaded.roster.candidates.size()),
                           tr_count("{} held", "{} held", held))
                   .c_str());
  show_findings(theme, loaded.findings);
  draw_rejected(ui, loaded);
}

void CandidatesScreen::draw_rejected(Ui& ui, const LoadedCampaign& loaded) {
  const auto& rejected = loaded.roster.rejected;
  if (rejected.empty()) return;
  const std::string label = tr_count("{} row gets no video", "{} rows get no video", rejected.size()) + "###rejected";
  if (!ImGui::TreeNodeEx(label.c_str(), ImGuiTreeNodeFlags_NoTreePushOnOpen)) return;
  rejected_ = std::min(rejected_, rejected.size() - 1);
  const float row = row_height(ui);
  const auto shown = static_cast<float>(std::min(rejected.size(), kMostRejectedShown));
  if (ImGui::BeginTable("rejected", 3,
                        ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg | ImGuiTableFlags_NoSavedSettings,
                        {0, shown * row})) {
    ImGui::TableSetupColumn("row", ImGuiTableColumnFlags_WidthStretch, 0.75F);
    ImGui::TableSetupColumn("name", ImGuiTableColumnFlags_WidthStretch, 2);
    ImGui::TableSetupColumn("found", ImGuiTableColumnFlags_WidthStretch, 4.6F);
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(rejected.size()), row);
    while (clipper.Step()) {
      for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
        draw_rejected_row(ui, rejected[static_cast<size_t>(i)], static_cast<size_t>(i));
    }
    ImGui::EndTable();
  }
  for (const Finding& finding : rejected[rejected_].findings) show_finding(ui.theme, finding);
}

void CandidatesScreen::draw_rejected_row(Ui& ui, const campaign::RejectedRow& row, size_t number) {
  const Theme& theme = ui.theme;
  ImGui::TableNextRow(0, row_height(ui));
  ImGui::TableNextColumn();
  const std::string label = fmt::format("{}###rejected{}", row.line, number);
  if (selectable(label.c_str(), number == rejected_, ImGuiSelectableFlags_SpanAllColumns, {0, theme.px(22)}))
    rejected_ = number;
  ImGui::TableNextColumn();
  ui.names.show_in_cell(row.name, {theme.px(15), 0, 1, false, theme.colors().text}, row_height(ui));
  ImGui::TableNextColumn();
  if (!row.findings.empty())
    ui.names.show_in_cell(row.findings.front().message, {theme.px(14), 0, 1, false, theme.colors().bad},
                          row_height(ui));
}

void CandidatesScreen::draw_table(Ui& ui, const LoadedCampaign& loaded) {
  const ImGuiTableFlags flags = ImGuiTableFlags_ScrollY | ImGuiTableFlags_Sortable | ImGuiTableFlags_RowBg |
                                ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_Resizable | ImGuiTableFlags_Hideable |
                                ImGuiTableFlags_NoSavedSettings;
  // The first to go where there is no room for all: the name matters most, and what was found is told beside the
  // picture.
  const float room = ImGui::GetContentRegionAvail().x;
  const bool shows_mail = room >= ui.theme.px(kWidthForMail);
  const bool shows_found = room >= ui.theme.px(kWidthForFound);
  if (!ImGui::BeginTable("candidates", 5, flags, table_room(ui.theme))) return;
  auto column = [&](const char* name, Column id, float weight) {
    ImGui::TableSetupColumn(name, ImGuiTableColumnFlags_WidthStretch, weight, id);
  };
  // As wide as what stands in them.
  auto narrow_column = [&](const char* name, Column id, float units) {
    ImGui::TableSetupColumn(name, ImGuiTableColumnFlags_WidthFixed, ui.theme.px(units), id);
  };
  narrow_column(tr("Row"), kLine, 52);
  column(tr("Name"), kName, 2);
  column(tr("Address"), kMail, 2);
  column(tr("Found"), kFound, 1.6F);
  narrow_column(tr("Video"), kState, 88);
  ImGui::TableSetColumnEnabled(kMail, shows_mail);
  ImGui::TableSetColumnEnabled(kFound, shows_found);
  ImGui::TableSetupScrollFreeze(0, 1);
  ImGui::TableHeadersRow();
  if (ImGuiTableSortSpecs* specs = ImGui::TableGetSortSpecs();
      specs != nullptr && (specs->SpecsDirty || needs_sorting_)) {
    sort_rows(loaded, *specs);
    specs->SpecsDirty = false;
  }
  std::optional<size_t> show;
  if (std::exchange(scrolls_to_chosen_, false))
    show = static_cast<size_t>(std::find(rows_.begin(), rows_.end(), chosen_) - rows_.begin());
  draw_rows(rows_.size(), row_height(ui), show, [&](size_t row) { draw_row(ui, loaded, rows_[row]); });
  ImGui::EndTable();
}

void CandidatesScreen::draw_row(Ui& ui, const LoadedCampaign& loaded, size_t candidate) {
  const Theme& theme = ui.theme;
  const Candidate& one = loaded.roster.candidates[candidate];
  ImGui::TableNextRow(0, row_height(ui));
  ImGui::TableNextColumn();
  const std::string label = fmt::format("{}###{}", one.line, candidate);
  if (selectable(label.c_str(), candidate == chosen_, ImGuiSelectableFlags_SpanAllColumns, {0, theme.px(22)}))
    chosen_ = candidate;
  ImGui::TableNextColumn();
  ui.names.show_in_cell(shown_name(one), {theme.px(15), 0, 1, false, theme.colors().text}, row_height(ui));
  ImGui::TableNextColumn();
  ui.names.show_in_cell(one.email, {theme.px(14), 0, 1, false, theme.colors().muted}, row_height(ui));
  ImGui::TableNextColumn();
  if (const Findings& found = loaded.of_rows[candidate]; !found.empty()) {
    const Severity worst = worst_of(found);
    const auto first = std::find_if(found.begin(), found.end(), [&](const Finding& f) { return f.severity == worst; });
    ui.names.show_in_cell(first->message, {theme.px(14), 0, 1, false, color_of(theme, worst)}, row_height(ui));
  }
  ImGui::TableNextColumn();
  switch (state_of(loaded, candidate)) {
    case RowState::Held:
      ImGui::TextColored(theme.colors().warning, "%s", tr("held"));
      break;
    case RowState::Approved:
      ImGui::TextColored(theme.colors().good, "%s", tr("approved"));
      break;
    case RowState::Goes:
      muted_line(theme, loaded.job ? tr("goes out") : "");
      break;
  }
}

void CandidatesScreen::draw_chosen(Ui& ui, const std::shared_ptr<const LoadedCampaign>& loaded) {
  const Theme& theme = ui.theme;
  if (loaded->roster.candidates.empty()) {
    return muted(theme, tr("Nobody is in the roster yet. Drop a CSV with a column “name” onto this window."));
  }
  const Candidate& candidate = loaded->roster.candidates[chosen_];
  const float width = steady_width(theme, FLT_MAX);
  ui.names.show(shown_name(candidate), {theme.px(26), width, 2, true, theme.colors().text});
  if (!candidate.email.empty()) ui.names.show(candidate.email, {theme.px(14), width, 1, false, theme.colors().muted});
  if (!loaded->job) {
    gap(theme, 8);
    muted(theme, loaded->has_take
                     ? tr("What is wrong with the campaign is told on the left; then the picture shows here.")
                     : tr("Record the take first; then everybody's picture shows here."));
    return;
  }
  if (!drawing_) drawing_ = std::make_unique<MessagePicture>(ui.window.waker());
  drawing_->want(loaded, chosen_, moments_.empty() ? Microseconds{0} : moments_[moment_]);
  if (auto drawn = drawing_->take(); drawn && drawn->candidate == chosen_) {
    problem_ = drawn->picture ? std::optional<Error>() : drawn->picture.error();
    if (drawn->picture) {
      drawn_findings_ = std::move(drawn->picture->findings);
      picture_.set(std::move(drawn->picture->frame));
      pictured_ = chosen_;
    }
  }
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float most = std::max(ImGui::GetContentRegionAvail().y * 0.6F, theme.px(kLeastPicture));
  const float height = std::min(width / picture_.shape(), most);
  // Nobody's picture stands below another's name.
  if (pictured_ == chosen_) picture_.show(*ImGui::GetWindowDrawList(), fitted(at, {width, height}, picture_.shape()));
  ImGui::Dummy({width, height});
  draw_moments(ui);
  gap(theme, 4);
  if (button(theme, tr("Approve"), ButtonKind::Primary)) decide(ui, *loaded, Decision::Approve);
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("A");
  if (button_beside(theme, tr("Hold"))) decide(ui, *loaded, Decision::Hold);
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("H");
  const campaign::Standing& standing = loaded->standings[chosen_];
  if (standing.decision) {
    if (button_beside(theme, tr("Decide later"), ButtonKind::Quiet)) decide(ui, *loaded, std::nullopt);
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("C");
  }
  if (!standing.held_because.empty()) words(theme, tr("Held: {}", {standing.held_because}), theme.colors().warning);
  if (problem_) show_error(theme, *problem_);
  for (const Finding& finding : loaded->of_rows[chosen_]) show_finding(theme, finding);
  for (const Finding& finding : drawn_findings_) show_finding(theme, finding);
}

void CandidatesScreen::draw_moments(Ui& ui) {
  for (size_t i = 0; i < moments_.size(); ++i) {
    const std::string label = fmt::format("{}##moment{}", format_duration(moments_[i]), i);
    const auto kind = i == moment_ ? ButtonKind::Primary : ButtonKind::Usual;
    const bool is_chosen =
        i == 0 ? button(ui.theme, label.c_str(), kind) : button_beside(ui.theme, label.c_str(), kind);
    if (is_chosen) moment_ = i;
  }
}

void CandidatesScreen::decide(Ui& ui, const LoadedCampaign& loaded, std::optional<Decision> decision) {
  const Candidate& candidate = loaded.roster.candidates[chosen_];
  auto seen = campaign::words_seen(*loaded.job, candidate);
  const auto saved = seen ? ui.history.decide(candidate.id, {decision, *seen, candidate.name})
                          : tl::unexpected(std::move(seen).error());
  problem_ = saved ? std::optional<Error>() : saved.error();
  if (!saved) return;
  // On to the next one, as with a pile of letters.
  const auto at = std::find(rows_.begin(), rows_.end(), chosen_);
  if (decision && at != rows_.end() && at + 1 != rows_.end()) {
    chosen_ = *(at + 1);
    scrolls_to_chosen_ = true;
  }
}

}  // namespace

std::unique_ptr<Screen> make_candidates_screen() {
  return std::make_unique<CandidatesScreen>();
}

}  // namespace candid::gui
