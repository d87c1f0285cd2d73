#pragma once
// Lines about a candidate in a campaign's lists and journals. All may be repeated; a list that cannot be read is
// Corrupt and named, as nobody could tell what it says. Internal to campaign.

#include <filesystem>
#include <functional>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "campaign/campaign_file.h"
#include "campaign/privacy/subject.h"
#include "campaign/workspace.h"
#include "core/csv.h"
#include "core/error.h"

namespace candid::campaign {

// An empty table where there is no file, or an empty one.
Result<CsvTable> read_list(const std::filesystem::path& file);
// A cell by the name of its column, without spaces around it; empty where there is none.
std::string cell_of(const CsvTable& table, const CsvRow& row, std::string_view column);

// Whether all lists can be read, so that nothing is begun that cannot be ended.
Result<void> check_lists(const Campaign& campaign, const Workspace& workspace);

// links.csv and links-held.csv: what is about the message.
Result<void> filter_links(const Workspace& workspace, const Subject& subject);
// decisions.csv: what has the candidate's id; and by name, as a hold follows it, where none of the `others` has that
// name: a namesake may be held by it.
Result<void> filter_decisions(const std::filesystem::path& campaign_folder, const Subject& subject,
                              const OtherCandidates& others);
Result<void> filter_manifest(const std::filesystem::path& file, const std::string& message_id);

// Whether this word, or one that goes on from it with a dash (an edition), is anywhere in it.
bool mentions(const nlohmann::json& value, const std::string& word);
// A journal of JSON lines. Torn lines go, too: nobody can tell what they said.
using IsAbout = std::function<bool(const nlohmann::json& line)>;
Result<void> filter_lines(const std::filesystem::path& file, const IsAbout& is_about);

}  // namespace candid::campaign
