#pragma once
// Whether the ledger is the one that gave out the links. Internal to campaign.

#include "campaign/publishing/publish_journal.h"
#include "core/error.h"

namespace candid::campaign {

// Another one would give everybody a second link and take the mailed ones out of links.csv. `knows_messages` counts
// where the journal does not know the ledger: whether this one has any of the messages whose links are known.
bool is_another_ledger(const JournalLedger& before, const JournalLedger& now, bool knows_messages);

// InvalidInput, with both names.
Error another_ledger(const JournalLedger& before, const JournalLedger& now);

}  // namespace candid::campaign
