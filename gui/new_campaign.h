#pragma once
// Files that come into a campaign by the window: a roster or a video that was dropped onto it, a folder for a new one.

#include <filesystem>
#include <string>

#include "core/error.h"
#include "gui/campaign_edits.h"

namespace candid::gui {

// A folder that is not there yet, in the user's own Documents folder, or else at home.
std::filesystem::path suggested_folder(const std::string& kit);

// By its name: CSV and other tables of text.
bool is_roster_file(const std::filesystem::path& file);

// Copies the file into the campaign, under a name that is free there, and has campaign.toml name it. What it named
// before stays where it is.
Result<void> use_roster(CampaignEdits& edits, const std::filesystem::path& folder, const std::filesystem::path& file);
Result<void> use_take(CampaignEdits& edits, const std::filesystem::path& folder, const std::filesystem::path& file);

}  // namespace candid::gui
