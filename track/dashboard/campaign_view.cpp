#include "track/dashboard/campaign_view.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>

#include "track/evidence/watched_heights.h"

namespace candid::track {
namespace {

// Who waits for something comes first. What somebody watched never decides among those, and says nothing about them.
bool comes_before(const CandidateRow& a, const CandidateRow& b) {
  const bool a_waits = a.said.needs_answer();
  const bool b_waits = b.said.needs_answer();
  if (a_waits != b_waits) return a_waits;
  if (a_waits && a.said.latest != b.said.latest) return a.said.latest > b.said.latest;
  return std::tuple(b.state, a.record) < std::tuple(a.state, b.record);
}

void count(CampaignFigures& figures, const CandidateRow& row) {
  ++figures.candidates;
  const bool is_person = row.state >= ViewState::PageHuman && row.state < ViewState::OwnerExcluded;
  if (is_person) ++figures.opened;
  if (is_person && row.state >= ViewState::Viewed) ++figures.viewed;
  if (row.said.replies > 0 || !row.said.reaction.empty()) ++figures.replied;
  if (row.said.wants_data || row.said.wants_erasure) ++figures.wishes;
}

void add(DropOff& drop_off, const CandidateView& view) {
  SeenStretches seen{};
  bool is_drawn = false;
  for (const SessionVerdict& session : view.sessions) {
    const SeenStretches credited = credited_stretches(session);
    for (size_t i = 0; i < kStretches; ++i) seen[i] = std::max(seen[i], credited[i]);
    is_drawn = is_drawn || credited != SeenStretches{};
  }
  if (!is_drawn) return;
  ++drop_off.played;
  for (size_t i = 0; i < kStretches; ++i) {
    if (seen[i] >= kSeenPercent) ++drop_off.saw[i];
  }
}

CandidateRow row_of(const CandidateView& view, MessageRecord message) {
  CandidateRow row;
  message.page = {};  // ten thousand of them need not lie in memory
  row.message = std::move(message);
  row.state = view.state;
  row.reason = view.reason;
  row.watched_seconds = view.watched_seconds;
  row.watched_fraction = view.watched_fraction;
  row.first_seen = view.first_seen;
  row.last_seen = view.last_seen;
  row.do_not_track = view.do_not_track;
  return row;
}

}  // namespace

CampaignView make_view(std::string id, CampaignEvidence evidence, std::vector<SaidSummary> said) {
  CampaignView view;
  view.id = std::move(id);
  UtcTime named_at{};
  for (size_t i = 0; i < evidence.messages.size(); ++i) {
    MessageRecord& message = evidence.messages[i];
    if (i == 0 || message.published_at > named_at) {
      named_at = message.published_at;
      view.name = message.campaign_name;
    }
    const CandidateView judged = judge(evidence.candidates[i]);
    add(view.drop_off, judged);
    view.drop_off.duration = std::max(view.drop_off.duration, message.duration);
    CandidateRow row = row_of(judged, std::move(message));
    row.said = std::move(said[i]);
    row.record = i;
    count(view.figures, row);
    view.rows.push_back(std::move(row));
  }
  const bool all_counted = evidence.counted && evidence.counted->messages == view.figures.candidates;
  view.figures.persons = !all_counted;
  view.counted = std::move(evidence.counted);
  view.records = std::move(evidence.candidates);
  std::sort(view.rows.begin(), view.rows.end(), comes_before);
  return view;
}

CampaignView without_erased(const CampaignView& view, std::span<const MessageRecord> left) {
  std::unordered_set<std::string_view> ids;
  for (const MessageRecord& message : left) ids.insert(message.message_id);
  CampaignView made;
  made.id = view.id;
  made.name = view.name;
  made.edition = view.edition;
  made.erasures = view.erasures;
  made.records.resize(view.records.size());  // rows go by their numbers
  made.drop_off = view.drop_off;
  for (const CandidateRow& row : view.rows) {
    if (!ids.contains(row.message.message_id)) continue;
    made.records[row.record] = view.records[row.record];
    count(made.figures, row);
    made.rows.push_back(row);
  }
  made.counted = of_those_left(view.counted, left);
  made.figures.persons = !made.counted || made.counted->messages < made.figures.candidates;
  return made;
}

const CandidateRow* find_row(const CampaignView& view, std::string_view message_id) {
  auto found = std::find_if(view.rows.begin(), view.rows.end(),
                            [&](const CandidateRow& row) { return row.message.message_id == message_id; });
  return found == view.rows.end() ? nullptr : &*found;
}

}  // namespace candid::track
