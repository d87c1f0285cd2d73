#pragma once
// Everybody of a campaign, examined and not judged yet: what `candid status` and the dashboard both begin with.

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "track/evidence/counted_visits.h"
#include "track/evidence/evidence.h"
#include "track/ledger/ledger.h"

namespace candid::track {

struct CampaignEvidence {
  std::vector<MessageRecord> messages{};      // in the roster's order
  std::vector<CandidateRecord> candidates{};  // of each message, with what they show together
  std::optional<CountedVisits> counted{};     // where visits are counted without persons
};

struct EvidenceReading {
  int questions = 1;  // to the ledger, at once
  // Whether a video of this reference (MessageRecord::video_ref) comes from our servers: what a bucket serves is
  // fetched there, which proves nothing against a view.
  std::function<bool(std::string_view)> is_served_here;
  // Sees the histories of each message before they are let go, whatever the order; several threads at once. May be
  // empty.
  std::function<void(size_t, std::span<const LinkHistory>)> look{};
};

// Reads the history of every message. No messages for a campaign of which nothing is published; the first error of any.
Result<CampaignEvidence> read_evidence(const Ledger& ledger, std::string_view campaign_id,
                                       const EvidenceReading& reading);

}  // namespace candid::track
