#pragma once
// Who watched: the ledger's events, judged.

#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "track/dashboard/said.h"
#include "track/evidence/counted_visits.h"
#include "track/evidence/evidence.h"
#include "track/ledger/ledger.h"

namespace candid::campaign {

struct MessageStatus {
  track::MessageRecord message;
  track::CandidateView view;
  track::SaidSummary said{};
};

struct CampaignStatus {
  std::string id;
  std::string name;
  std::vector<MessageStatus> messages;                   // in the roster's order
  std::optional<track::CountedVisits> counted_visits{};  // where visits are counted without persons
};

// One campaign, or all with an empty id. NotFound names the campaigns there are.
Result<std::vector<CampaignStatus>> read_status(const track::Ledger& ledger, const std::string& campaign_id);

}  // namespace candid::campaign
