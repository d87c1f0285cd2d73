#pragma once
// Who is greeted in a sitting, and what is said to each.

#include <string>
#include <vector>

#include "campaign/greetings/greeting_folder.h"
#include "campaign/greetings/sitting.h"
#include "core/error.h"

namespace candid::campaign {

struct GreetingChoice {
  std::vector<std::string> only;  // ids, whether or not they have a greeting; empty: all who have none that is right
  bool redo_flagged = false;      // and those in whose greeting something was found wrong
  size_t count = 0;               // at most so many; 0: no limit
};

// InvalidInput, with the nearest id, when nobody has this one.
Result<const Candidate*> candidate_of(const Roster& roster, const std::string& id);

// In the roster's order, borrowed from it. InvalidInput when an id is nobody's.
Result<std::vector<const Candidate*>> choose_greeted(const GreetingFolder& folder, const GreetingChoice& choice);

// Before anything is recorded: whether each one's clip can have its name, on every kind of disk. What stands against it
// is added to `findings`, and fails.
Result<void> check_clip_names(const GreetingFolder& folder, const std::vector<const Candidate*>& chosen,
                              Findings& findings);

Result<std::vector<Sitting::Turn>> turns_for(const GreetingFolder& folder, const std::vector<const Candidate*>& chosen);

}  // namespace candid::campaign
