#pragma once
// An erasure that is gone on with. Its plan was read from a file in the campaign's folder, which may have come from
// anybody: it removes nothing that is not of the campaign's own candidate.

#include <string>
#include <vector>

#include "campaign/privacy/forget.h"
#include "core/error.h"

namespace candid::campaign {

// Corrupt for a plan about somebody else: of this campaign only a candidate under the id of their own message and with
// their own addresses, of other campaigns only who has one of these. Corrupt also for files outside of out/ and the
// greetings. InvalidInput for another ledger or store than the one it was begun with.
Result<void> check_plan(const ErasureReach& reach, const ErasurePlan& plan);

// Objects of a plan that are the candidate's alone still.
Result<std::vector<std::string>> objects_to_remove(const ErasureReach& reach, const ErasurePlan& plan);

}  // namespace candid::campaign
