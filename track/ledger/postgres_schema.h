#pragma once
// PostgreSQL's tables of the ledger, and how older ones become current. Internal to track.

#include "core/error.h"
#include "track/ledger/postgres_pool.h"

namespace candid::track {

// Forward only: each step runs once, in order, all in one transaction, and of two programs that come at once the second
// waits. Unsupported for tables of a newer program. A user who may not make tables can open a ledger that is current.
Result<void> migrate(PostgresPool& pool);
// Changes nothing. False where migrate() would make all; Unsupported where it would have something to do, or refuse.
Result<bool> has_current_tables(PostgresPool& pool);

}  // namespace candid::track
