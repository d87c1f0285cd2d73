#pragma once
// What the recruiter decided about each candidate on the proof sheet: CAMPAIGN/decisions.csv, with the columns
// id, decision (approve, hold or clear), seen (a hash of the words that were on the picture) and name (for people).

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "campaign/job.h"
#include "core/error.h"
#include "core/finding.h"

namespace candid::campaign {

enum class Decision { Approve, Hold };

struct Decided {
  std::optional<Decision> decision;  // nothing: it was taken back ("clear")
  std::string seen;
  std::string name;  // whom it was about; a hold follows the name where ids change
};

// By candidate id.
using Decisions = std::map<std::string, Decided>;

// None where there is no file. What a line holds that cannot be understood goes to `findings`, as an Error: a hold
// that is not read would send a video.
Result<Decisions> read_decisions(const std::filesystem::path& file, Findings& findings);
std::filesystem::path decisions_file(const std::filesystem::path& campaign_folder);
Result<void> write_decisions(const std::filesystem::path& campaign_folder, const Decisions& decisions);
// Later decisions over earlier ones. What later ones do not speak of stays: a hold ends by "approve" or "clear" alone.
Decisions merged(Decisions earlier, const Decisions& later);

// A hash of what a candidate's pictures say.
Result<std::string> words_seen(const Job& job, const Candidate& candidate);

// Whether a candidate's video may go out, and where not, why.
struct Standing {
  // One that counts. An approval lapses when the words change. A hold does not; and where ids were given anew, so that
  // its id is another's or nobody's, it holds everyone of that name as well.
  std::optional<Decision> decision;
  bool has_lapsed = false;
  std::string held_because;  // empty: it may go out
};

// For each candidate in the roster's order. A video goes out unless it is held; with an error of preflight, or where
// [proof] requires it, only when it is approved. `findings` are preflight's.
Result<std::vector<Standing>> standings(const Job& job, const Decisions& decisions,
                                        const std::vector<Findings>& findings);

}  // namespace candid::campaign
