#pragma once
// A backup: a new SQLite ledger (mode 0600) that appears whole or not at all. Internal to track.

#include <filesystem>
#include <functional>

#include "core/error.h"

namespace candid::track {

// `fill` writes a database into the empty file it is given, and closes it. Exists for a file that is there.
Result<void> write_backup(const std::filesystem::path& file,
                          const std::function<Result<void>(const std::filesystem::path& empty)>& fill);

}  // namespace candid::track
