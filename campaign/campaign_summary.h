#pragma once
// How far a campaign is, told by its files alone: for a list of campaigns. Nothing is checked, and nothing is asked of
// a ledger, so that many can be shown at once.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "core/error.h"

namespace candid::campaign {

struct CampaignSummary {
  std::string name;
  std::optional<size_t> candidates{};  // rows of the roster; nothing where it cannot be read
  bool has_take = false;
  size_t rendered = 0;  // videos below out/
  size_t links = 0;     // in out/links.csv: published, and not held since
  size_t held = 0;      // held by somebody's decision; proof tells who is held for what is wrong with a row
};

// Takes a tenth of a second for 10,000 rows that are rendered and published. Fails with NotFound where there is no
// campaign.toml, and with InvalidInput where that is no TOML. Thread-safe.
Result<CampaignSummary> summarize_campaign(const std::filesystem::path& folder);

}  // namespace candid::campaign
