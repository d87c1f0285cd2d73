#pragma once
// Ends links: the ledger's first, without waiting for anybody, then the campaign's own lists, so that the next publish
// makes new ones.

#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "core/error.h"
#include "track/ledger/ledger.h"

namespace candid::campaign {

struct RevokeReport {
  size_t messages = 0;
  int links = 0;  // that opened until now
  // Why the campaign's lists still have them. Exists: another candid works there; the next publish takes them out.
  std::optional<Error> lists{};
};

// All links of these candidates' messages, or of all messages of the campaign where there are no ids. NotFound, and
// nothing is ended, when one of the ids has no message in the ledger. An error later on tells how many were ended in
// spite of it.
Result<RevokeReport> revoke(const std::string& campaign_id, std::span<const std::string> candidate_ids,
                            const std::filesystem::path& campaign_folder, track::Ledger& ledger);

// One link, by its address or its token alone. NotFound when it opens nothing. With a campaign's folder its lists
// forget it, where they know it; empty: without.
Result<RevokeReport> revoke_link(const std::string& link, const std::filesystem::path& campaign_folder,
                                 track::Ledger& ledger);

}  // namespace candid::campaign
