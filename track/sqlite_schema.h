#pragma once
// The ledger's tables, and how an older ledger becomes a current one. For track's own .cpp files.

#include <SQLiteCpp/SQLiteCpp.h>

#include "core/error.h"

namespace candid::track {

// Forward only: each step runs once, in order, all in one transaction. Unsupported for a ledger of a newer program.
Result<void> migrate(SQLite::Database& writer);

}  // namespace candid::track
