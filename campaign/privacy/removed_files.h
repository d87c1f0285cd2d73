#pragma once
// That what was removed stays removed, and that nothing of it is left under another name. Internal to campaign.

#include <filesystem>
#include <set>

#include "core/error.h"

namespace candid::campaign {

// Returns when no power cut brings back what was removed there; a folder that is gone is fine.
Result<void> sync_folders(const std::set<std::filesystem::path>& folders);

// Removes what writers of this file that died left beside it (core/files.h). Only where no other program writes it.
Result<void> remove_abandoned_copies(const std::filesystem::path& file);

}  // namespace candid::campaign
