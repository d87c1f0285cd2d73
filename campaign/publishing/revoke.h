#pragma once
// Ends links: the ledger's first, then the campaign's own lists, so that the next publish makes new ones.

#include <span>
#include <string>

#include "campaign/workspace.h"
#include "core/error.h"
#include "track/ledger/ledger.h"

namespace candid::campaign {

struct RevokeReport {
  size_t messages = 0;
  int links = 0;  // that opened until now
};

// All links of these candidates' messages, or of all messages of the campaign where there are no ids. NotFound, and
// nothing is ended, when one of the ids has no message in the ledger.
Result<RevokeReport> revoke(const std::string& campaign_id, std::span<const std::string> candidate_ids,
                            const Workspace& workspace, track::Ledger& ledger);

// One link, by its address or its token alone. NotFound when it opens nothing. With a workspace its campaign's lists
// forget it, where they know it.
Result<RevokeReport> revoke_link(const std::string& link, const Workspace* workspace, track::Ledger& ledger);

}  // namespace candid::campaign
