#pragma once
// Campaigns to start from, one for each moment in hiring at which a person deserves an answer.

#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"

namespace candid::campaign {

struct Kit {
  std::string name;
  std::string purpose;  // one line, from the kit's own "# …" first line
};

std::vector<Kit> kits();

// Writes the kit's files into `folder`, which must be new or empty. Returns the files written.
Result<std::vector<std::filesystem::path>> start_campaign(const std::filesystem::path& folder, const std::string& kit);

}  // namespace candid::campaign
