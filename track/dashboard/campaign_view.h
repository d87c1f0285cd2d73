#pragma once
// A campaign as the dashboard shows it: everybody judged, in the order in which they need the recruiter, with what all
// of them saw of the video. Pure. Internal to track.

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "track/dashboard/said.h"
#include "track/evidence/campaign_evidence.h"

namespace candid::track {

struct CandidateRow {
  MessageRecord message{};  // without its page
  ViewState state = ViewState::Sent;
  std::string reason{};
  double watched_seconds = 0;
  double watched_fraction = 0;
  std::optional<UtcTime> first_seen{};
  std::optional<UtcTime> last_seen{};
  bool do_not_track = false;
  SaidSummary said{};
  size_t record = 0;  // CampaignView::records
};

// What those who played saw. A view that the clock or the bytes do not bear out is left out: which of its seconds are
// true cannot be told.
struct DropOff {
  int played = 0;
  std::array<int, kStretches> saw{};  // how many of them saw each stretch
  Microseconds duration{};            // of the longest video
};

struct CampaignFigures {
  int candidates = 0;
  bool persons = true;  // false: nobody's visits are recorded or judged, so the next two say nothing
  int opened = 0;       // by a person
  int viewed = 0;       // and more
  int replied = 0;      // or reacted
  int wishes = 0;       // a copy, or erasure
};

struct CampaignView {
  std::string id{};
  std::string name{};
  std::string edition{};                   // which news it knows (LiveUpdates::edition())
  std::string erasures{};                  // which erasures (Ledger::erasure_mark())
  std::vector<CandidateRow> rows{};        // replies and wishes first, the latest of them first; then by state
  std::vector<CandidateRecord> records{};  // in the roster's order
  CampaignFigures figures{};
  std::optional<CountedVisits> counted{};  // where visits are counted without persons
  DropOff drop_off{};
};

// `said` is each message's.
CampaignView make_view(std::string id, CampaignEvidence evidence, std::vector<SaidSummary> said);
// The same of those who are left, where others were erased. What all of them saw stays as it was counted: it names
// nobody.
CampaignView without_erased(const CampaignView& view, std::span<const MessageRecord> left);
// Nothing for a message of another campaign.
const CandidateRow* find_row(const CampaignView& view, std::string_view message_id);

}  // namespace candid::track
