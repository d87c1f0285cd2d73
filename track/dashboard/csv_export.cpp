#include "track/dashboard/csv_export.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "core/csv.h"
#include "core/encoding.h"
#include "core/text.h"

namespace candid::track {
namespace {

// Without it spreadsheets take UTF-8 for something else.
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string time_cell(const std::optional<UtcTime>& time) {
  return time ? format_utc(*time) : "";
}

std::string yes_cell(bool is_so) {
  return is_so ? "yes" : "";
}

std::string row_of(const CandidateRow& row) {
  const MessageRecord& message = row.message;
  const std::vector<std::string> cells = {
      message.candidate_id,
      message.candidate_name,
      message.candidate_email,
      std::string(to_string(row.state)),
      row.reason,
      fmt::format("{:.1f}", row.watched_seconds),
      fmt::format("{:.0f}", row.watched_fraction * 100),
      fmt::format("{:.1f}", std::chrono::duration<double>(message.duration).count()),
      time_cell(row.first_seen),
      time_cell(row.last_seen),
      fmt::to_string(row.said.replies),
      row.said.reaction,
      time_cell(row.said.latest),
      yes_cell(row.said.wants_data),
      yes_cell(row.said.wants_erasure),
      yes_cell(row.do_not_track),
      message.message_id};
  return csv_row(cells);
}

}  // namespace

std::string csv_of(const CampaignView& view) {
  static const std::vector<std::string> kHeader = {"id",
                                                   "name",
                                                   "email",
                                                   "state",
                                                   "reason",
                                                   "watched_seconds",
                                                   "watched_percent",
                                                   "video_seconds",
                                                   "first_seen",
                                                   "last_seen",
                                                   "replies",
                                                   "reaction",
                                                   "said_last",
                                                   "wants_data",
                                                   "wants_erasure",
                                                   "do_not_track",
                                                   "message"};
  std::vector<const CandidateRow*> rows;
  for (const CandidateRow& row : view.rows) rows.push_back(&row);
  std::sort(rows.begin(), rows.end(),
            [](const CandidateRow* a, const CandidateRow* b) { return a->record < b->record; });
  std::string csv{kByteOrderMark};
  csv += csv_row(kHeader);
  for (const CandidateRow* row : rows) csv += row_of(*row);
  return csv;
}

std::string csv_disposition(const CampaignView& view) {
  // Names of files outside ASCII as RFC 8187 has them; file_stem() leaves nothing that ends a header.
  return fmt::format("attachment; filename=\"candidates.csv\"; filename*=UTF-8''{}.csv",
                     percent_encode(file_stem(view.id)));
}

}  // namespace candid::track
