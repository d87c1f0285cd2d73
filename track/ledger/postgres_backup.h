#pragma once
// A ledger in PostgreSQL as a new SQLite ledger. Internal to track.

#include <filesystem>

#include "core/error.h"
#include "track/ledger/postgres_address.h"

namespace candid::track {

// All rows as of one moment, with their numbers and the server's key; others go on writing. Exists for a file that is
// there.
Result<void> back_up_postgres(const PostgresAddress& address, const std::filesystem::path& file);

}  // namespace candid::track
