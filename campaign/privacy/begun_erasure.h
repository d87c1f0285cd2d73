#pragma once
// An erasure that was begun before, and is gone on with. Its plan was read from a file in the campaign's folder, which
// may have come from anybody: it removes nothing that is not of the campaign's own candidate.

#include "campaign/privacy/forget.h"
#include "core/error.h"

namespace candid::campaign {

// Corrupt for a plan about somebody else: of this campaign only a candidate under the id of their own message and with
// their own addresses, of other campaigns only who has one of these. Corrupt also for files that do not lie in out/ or
// the greetings, whatever links lead there. InvalidInput for another ledger or store than the one it was begun with.
Result<void> check_plan(const ErasureReach& reach, const ErasurePlan& plan);

// A checked plan with what is found now in place of what the file names: files of the folder, rows, and whom the
// address is shared with. What an earlier run removed is still counted. Objects are looked at when they are removed.
Result<ErasurePlan> resumed_plan(const ErasureReach& reach, const ErasurePlan& begun);

}  // namespace candid::campaign
