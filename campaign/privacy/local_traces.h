#pragma once
// What lies of a candidate in the campaign's own folder: videos and pictures, what they are made of, greetings, rows of
// lists, lines of journals.

#include <filesystem>
#include <string>
#include <vector>

#include "campaign/campaign_file.h"
#include "campaign/privacy/subject.h"
#include "campaign/workspace.h"
#include "core/error.h"

namespace candid::campaign {

struct LocalTraces {
  std::vector<std::filesystem::path> files{};     // to be removed
  std::vector<std::filesystem::path> journals{};  // of JSON lines: to be written anew without lines about them
  // What cannot be taken apart here, in words for people.
  std::vector<std::string> remains{};
  size_t recordings = 0;  // of sittings, of these
};

// Parts that no other candidate's recipe names go, and with them what an interrupted run made and no recipe names yet:
// it may be theirs. Proof sheets show everybody, and go whole: candid proof makes them again. Corrupt for a list of the
// campaign that cannot be read.
Result<LocalTraces> find_local_traces(const Campaign& campaign, const Workspace& workspace, const Subject& subject);

// Removes the files, and their lines and rows from journals, links.csv, decisions.csv and manifest.json, durably. May
// be repeated: what names other files goes last. `others` are all other candidates (other_candidates()), whose
// decisions stay whatever their names are.
Result<void> remove_local_traces(const std::filesystem::path& campaign_folder, const Workspace& workspace,
                                 const LocalTraces& traces, const Subject& subject, const OtherCandidates& others);

}  // namespace candid::campaign
