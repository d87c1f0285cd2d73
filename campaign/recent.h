#pragma once
// The campaigns that were opened last, for a window to begin with.

#include <filesystem>
#include <vector>

#include "core/error.h"

namespace candid::campaign {

struct RecentCampaign {
  std::filesystem::path folder;  // absolute
  bool is_missing = false;       // there is no campaign.toml now: it was moved, or lies on a disk that is not there
};

inline constexpr size_t kMostRecent = 20;

// recent.json in default_state_folder().
std::filesystem::path recent_file();

// Newest first, at most kMostRecent. None where there is no such file; a damaged one counts as none too, and the log
// says so.
std::vector<RecentCampaign> read_recent(const std::filesystem::path& file);

// The campaign comes first from now on. Of two programs that do this at the same time, one may be forgotten. Fails with
// InvalidInput for a path that is not UTF-8.
Result<void> remember_recent(const std::filesystem::path& file, const std::filesystem::path& folder);

// Takes one off the list; fine when it is not on it. The campaign itself stays as it is.
Result<void> forget_recent(const std::filesystem::path& file, const std::filesystem::path& folder);

}  // namespace candid::campaign
