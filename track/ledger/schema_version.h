#pragma once
// What the version of a ledger's tables means to this program. Internal to track.

#include "core/error.h"

namespace candid::track {

// Unsupported for tables of a newer program.
Result<void> check_not_newer(int found, int current);
// Unsupported also for an older one's: reading does not change them.
Result<void> check_is_current(int found, int current);

}  // namespace candid::track
