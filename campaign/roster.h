#pragma once
// The candidates of a campaign: rows of a CSV, each checked on its own.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/fields.h"
#include "core/finding.h"

namespace candid::campaign {

struct Campaign;

struct Candidate {
  std::string id;     // the id column, else a stable hash of mail address or name
  int line = 0;       // of the roster file
  std::string name;   // for people: name, or first and last name
  std::string email;  // may be empty
  Fields fields;      // every column, fallbacks filled in; text is NFC
};

// A row that cannot become a video. It is listed, never silently left out.
struct RejectedRow {
  int line = 0;
  std::string name;  // as far as it can be told
  Findings findings;
  std::string id{};     // the same
  std::string email{};  // the same, also where it is no mail address
};

struct Roster {
  std::vector<std::string> columns;  // as field names
  std::vector<Candidate> candidates;
  std::vector<RejectedRow> rejected;
};

// What is wrong with the file as a whole (not a CSV, a column missing that a layer needs) goes to `findings`; what is
// wrong with a row goes with the row.
Roster read_roster(const Campaign& campaign, Findings& findings);

}  // namespace candid::campaign
