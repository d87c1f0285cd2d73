#pragma once
// What must be right about a ledger before links are given out there.

#include "campaign/publishing/publish_journal.h"
#include "campaign/workspace.h"
#include "core/error.h"
#include "core/time.h"
#include "track/ledger/ledger.h"

namespace candid::campaign {

// Another one than last time would give everybody a second link and take the mailed ones out of links.csv: InvalidInput
// then, where links are known. Else the journal remembers this one. `knows_messages` counts where the journal does not
// know the ledger: whether this one has any of the messages whose links are known.
Result<void> check_ledger(PublishJournal& journal, const track::Ledger& ledger, bool has_links, bool knows_messages);

// The user's word that all get new links from this ledger: publishing does not stop at check_ledger() then.
Result<void> accept_ledger(const Workspace& workspace, const track::Ledger& ledger);

// How far a clock may be from the ledger's.
inline constexpr std::chrono::minutes kClockTolerance{5};
bool clocks_agree(UtcTime ours, UtcTime ledgers);
// The ends of links are told by our clock, and kept by the ledger's. Unsupported, with how far ours is off.
Error wrong_clock(UtcTime ours, UtcTime ledgers);

}  // namespace candid::campaign
