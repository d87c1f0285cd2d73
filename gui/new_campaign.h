#pragma once
// Files that come into a campaign by the window: a roster or a video that was dropped onto it, a folder for a new one.

#include <filesystem>
#include <string>

#include "core/error.h"
#include "gui/campaign_edits.h"
#include "gui/task.h"

namespace candid::gui {

// A folder that is not there yet, in the user's own Documents folder, or else at home.
std::filesystem::path suggested_folder(const std::string& kit);

// What a person types for a folder, as a whole path: "~" is the home folder, and "~/x" lies in it.
std::filesystem::path typed_path(const std::string& typed);

// By its name: CSV and other tables of text.
bool is_roster_file(const std::filesystem::path& file);

// Copies a roster, or else a video, to where the campaign has such files, under a name that is free there: the copy. A
// file that lies there already is taken as it is. Any thread; stopped, it leaves nothing and fails with Cancelled.
Result<std::filesystem::path> copy_into_campaign(const std::filesystem::path& file,
                                                 const std::filesystem::path& campaign, TaskReport& report,
                                                 const std::stop_token& stop);
// Has campaign.toml name that copy. What it named before stays where it is. The window's thread.
Result<void> use_in_campaign(CampaignEdits& edits, const std::filesystem::path& campaign,
                             const std::filesystem::path& copy);

}  // namespace candid::gui
