#pragma once
// The ledger's tables, and how an older ledger becomes a current one. Internal to track.

#include <SQLiteCpp/SQLiteCpp.h>

#include "core/error.h"

namespace candid::track {

// Forward only: each step runs once, in order, all in one transaction. Unsupported for a ledger of a newer program.
Result<void> migrate(SQLite::Database& writer);
// Changes nothing. False where migrate() would make all; Unsupported where it would have something to do, or refuse.
Result<bool> has_current_tables(SQLite::Database& reader);

}  // namespace candid::track
