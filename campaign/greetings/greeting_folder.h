#pragma once
// A campaign's folder of greetings, opened for work on it: checked, locked, cut and looked over.

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/campaign_file.h"
#include "campaign/greetings/greeting_book.h"
#include "campaign/greetings/greeting_cuts.h"
#include "campaign/roster.h"
#include "core/error.h"
#include "core/files.h"
#include "core/finding.h"

namespace candid::campaign {

struct GreetingFolder {
  Campaign campaign;
  Roster roster;  // pointers into it are given out: it stays where it is while they are in use
  std::filesystem::path greetings;
  bool has_table = true;  // campaign.toml has [greeting]; where it has none, the folder is CAMPAIGN/greetings
};

// Makes the folder. Whatever was found in campaign.toml and roster replaces `findings`; an error among it fails, and
// then a folder that was not there is not there now. The take may be missing: greetings are often said first.
Result<GreetingFolder> open_greetings(const std::filesystem::path& campaign, Findings& findings);
// The same without making anything: where the folder is not there, nobody is greeted yet.
Result<GreetingFolder> look_into_greetings(const std::filesystem::path& campaign, Findings& findings);

// For as long as somebody is greeted or something is cut. Exists while another candid works there.
Result<FileLock> lock_greetings(const GreetingFolder& folder);

// As cut_pending() of greeting_cuts.h, with what the journals say now. Under the lock.
Result<std::vector<GreetingCut>> cut_pending(const GreetingFolder& folder, const CutProgress& progress,
                                             std::stop_token stop);

// As accept_greeting() of greeting_cuts.h, for the candidate of this id. Under the lock.
Result<bool> accept_greeting(const GreetingFolder& folder, const std::string& id);

struct GreetingStanding {
  const Candidate* candidate;  // borrowed from the roster
  GreetingStatus status;
};
struct GreetingOverview {
  std::vector<GreetingStanding> standing;  // every candidate, in the roster's order
  std::vector<Attempt> orphans;            // GreetingBook::orphans()
};
Result<GreetingOverview> overview_of(const GreetingFolder& folder);

}  // namespace candid::campaign
