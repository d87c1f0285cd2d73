// One campaign: its candidates, and where they stopped watching.

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "core/encoding.h"
#include "core/text.h"
#include "track/dashboard/page_frame.h"
#include "track/dashboard/watched_curve.h"
#include "track/dashboard/words.h"
#include "track/pages/form_fields.h"

namespace candid::track {
namespace {

constexpr size_t kLongestSearch = 100;  // bytes
constexpr size_t kMostPages = 1'000'000;

bool is_found(const MessageRecord& message, const std::string& lower) {
  for (const std::string* text : {&message.candidate_name, &message.candidate_id, &message.candidate_email}) {
    if (to_lower(*text).find(lower) != std::string::npos) return true;
  }
  return false;
}

std::vector<const CandidateRow*> found_rows(const CampaignView& view, const std::string& search) {
  std::vector<const CandidateRow*> rows;
  const std::string lower = to_lower(search);
  for (const CandidateRow& row : view.rows) {
    if (lower.empty() || is_found(row.message, lower)) rows.push_back(&row);
  }
  return rows;
}

PageValues values_of(const CandidateRow& row) {
  PageValues values;
  values.texts["id"] = row.message.message_id;
  values.texts["address"] = path_part(row.message.message_id);
  values.texts["name"] = shown_name(row.message);
  values.texts["candidate"] = row.message.candidate_id;
  set_state(values, row.state, row.reason, row.watched_seconds, row.watched_fraction);
  set_time(values, "seen", row.last_seen);
  values.texts["said"] = said_in_words(row.said);
  values.flags["has_said"] = !values.texts["said"].empty();
  values.flags["needs_answer"] = row.said.needs_answer();
  values.flags["do_not_track"] = row.do_not_track;
  // What is told when it changes.
  values.texts["told"] = fmt::format("{}: {}{}{}", values.texts["name"], values.texts["state"],
                                     values.flags["has_said"] ? ", " : "", values.texts["said"]);
  return values;
}

std::string query_of(const ListChoice& choice, size_t page) {
  std::string query = fmt::format("?page={}", page);
  return choice.search.empty() ? query : fmt::format("{}&q={}", query, percent_encode(choice.search));
}

void set_pages(PageValues& values, const ListChoice& choice, size_t page, size_t pages) {
  values.flags["has_pages"] = pages > 1;
  values.flags["has_previous"] = page > 1;
  values.flags["has_next"] = page < pages;
  values.texts["previous"] = query_of(choice, page - 1);
  values.texts["next"] = query_of(choice, page + 1);
  values.texts["page"] = fmt::to_string(page);
  values.texts["pages"] = fmt::to_string(pages);
}

void set_figures(PageValues& values, const CampaignFigures& figures) {
  values.texts["candidates"] = fmt::to_string(figures.candidates);
  values.texts["opened"] = fmt::to_string(figures.opened);
  values.texts["viewed"] = fmt::to_string(figures.viewed);
  values.texts["replied"] = fmt::to_string(figures.replied);
  values.texts["wishes"] = fmt::to_string(figures.wishes);
  values.flags["has_wishes"] = figures.wishes > 0;
  values.flags["persons"] = figures.persons;
}

// How often something was seen, by whomever: a visit is a page load, not a candidate.
void set_counted(PageValues& values, const std::optional<CountedVisits>& counted) {
  values.flags["has_counted"] = counted.has_value();
  values.flags["counts_told"] = counted && counted->is_told();
  values.texts["why_not_told"] = counted && !counted->is_told() ? why_counts_are_not_told(*counted) : std::string();
  std::vector<PageValues::Entry> counts;
  for (const auto& [state, number] : counted.value_or(CountedVisits{}).counts) {
    counts.push_back({{"state", std::string(state_in_words(state))}, {"number", fmt::to_string(number)}});
  }
  values.flags["has_counts"] = !counts.empty();
  values.lists["counts"] = std::move(counts);
}

void set_drop_off(PageValues& values, const DropOff& drop_off) {
  values.flags["has_plays"] = drop_off.played > 0;
  values.texts["played"] =
      fmt::format("{} whose view is proved", counted(static_cast<size_t>(drop_off.played), "candidate", "candidates"));
  values.lists["bars"] = bars_of(drop_off_heights(drop_off));
  values.texts["drop_off"] = drop_off_in_words(drop_off);
  values.lists["steps"] = drop_off_table(drop_off);
  const double seconds = std::chrono::duration<double>(drop_off.duration).count();
  values.texts["middle"] = position(seconds / 2);
  values.texts["end"] = position(seconds);
}

}  // namespace

ListChoice read_choice(std::string_view query) {
  ListChoice choice;
  if (auto page = form_field(query, "page")) {
    size_t number = 0;
    auto [end, status] = std::from_chars(page->data(), page->data() + page->size(), number);
    if (status == std::errc{} && end == page->data() + page->size())
      choice.page = std::clamp<size_t>(number, 1, kMostPages);
  }
  std::string search = form_field(query, "q").value_or("");
  if (search.size() <= kLongestSearch && is_valid_utf8(search)) choice.search = trim(single_line(search));
  return choice;
}

Result<std::string> render_campaign(const PageFrame& frame, const CampaignView& view, const ListChoice& choice) {
  const std::vector<const CandidateRow*> rows = found_rows(view, choice.search);
  const size_t pages = std::max<size_t>(1, (rows.size() + kRowsOfPage - 1) / kRowsOfPage);
  const size_t page = std::min(choice.page, pages);
  PageValues values;
  values.groups["rows"] = {};
  const size_t end = std::min(rows.size(), page * kRowsOfPage);
  for (size_t i = (page - 1) * kRowsOfPage; i < end; ++i) values.groups["rows"].push_back(values_of(*rows[i]));
  values.flags["has_rows"] = !rows.empty();
  values.texts["name"] = view.name.empty() ? view.id : view.name;
  values.texts["address"] = values.texts["campaign_address"] = path_part(view.id);
  values.texts["search"] = choice.search;
  values.flags["has_search"] = !choice.search.empty();
  values.texts["found"] = counted(rows.size(), "candidate", "candidates");
  set_pages(values, choice, page, pages);
  set_figures(values, view.figures);
  set_counted(values, view.counted);
  set_drop_off(values, view.drop_off);
  return framed(frame, "dashboard_campaign.html", values.texts["name"], std::move(values));
}

}  // namespace candid::track
