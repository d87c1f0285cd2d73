#pragma once
// Whether a message is what it should be before anything of it leaves, and what the ledger is told of it. Internal to
// campaign.

#include <string>

#include "campaign/job.h"
#include "campaign/plan.h"
#include "campaign/workspace.h"
#include "core/error.h"
#include "core/time.h"
#include "track/message.h"

namespace candid::campaign {

// The recipe of a message whose file is whole, current, and this candidate's.
Result<encode::Recipe> checked_recipe(const Job& job, const Workspace& workspace, const PlannedMessage& message);

// Whether an id is the same person's still. A corrected name or a new address is; both at once is not.
bool is_same_owner(const Campaign& campaign, const Candidate& candidate, const track::MessageRecord& earlier);

// A link that was given to one person must never come to show another's video: two campaigns with one id, rows
// renumbered, a copied folder. InvalidInput where it is not the same owner.
Result<void> check_owner(const Job& job, const Candidate& candidate, const track::MessageRecord& earlier);

// InvalidInput when the campaign's day is over, so that every link would be.
Result<void> check_expiry(const Campaign& campaign, const Clock& clock);

// Without published_at.
Result<track::MessageRecord> record_of(const Job& job, const PlannedMessage& message, const encode::Recipe& recipe,
                                       const std::string& edition);

// Tells one state of a message from another: what its page says, and which bytes it shows (as the edition does).
std::string digest_of(const track::MessageRecord& record);

}  // namespace candid::campaign
