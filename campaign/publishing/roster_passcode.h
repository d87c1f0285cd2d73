#pragma once
// Passcodes that people put into the roster's column "passcode". Internal to campaign.

#include <string>
#include <string_view>

#include "campaign/roster.h"
#include "core/error.h"

namespace candid::campaign {

inline constexpr std::string_view kPasscodeColumn = "passcode";

// InvalidInput for one that cannot be a passcode (track/pages/passcode.h), or that links.csv would have to hide from
// spreadsheets behind an apostrophe, so that a mail merge told the candidate another one. No message repeats it. An
// empty cell is fine: a passcode is made then.
Result<void> check_roster_passcode(std::string_view cell);

// The candidate's, without white space around it; empty where the roster has none. InvalidInput as above.
Result<std::string> passcode_of(const Candidate& candidate);

// Eight characters that cannot be taken for one another: 39 bits.
std::string make_passcode();

}  // namespace candid::campaign
