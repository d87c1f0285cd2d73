#pragma once
// Whether the ledger still knows of the erasures whose receipts lie here: where an older copy of it was put back, who
// was erased since is in it again, and their links open.

#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"
#include "track/ledger/ledger.h"

namespace candid::campaign {

// Receipts in FOLDER/erasures that are of this ledger, by its id, and that it does not know. Such as tell of no ledger,
// as those of earlier versions, are left out.
Result<std::vector<std::string>> unknown_receipts(const std::filesystem::path& folder, const track::Ledger& ledger);

}  // namespace candid::campaign
