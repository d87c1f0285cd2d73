#pragma once
// What a sitting left, as a table or as JSON.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "campaign/greetings/greeting_book.h"
#include "campaign/greetings/greeting_cuts.h"
#include "cli/session.h"

namespace candid::cli {

struct GreetReport {
  std::string sitting;                      // of this run; empty: none
  std::optional<Error> problem;             // why it ended before its time
  int64_t lost_pictures = 0;                // that should be in its take
  std::vector<campaign::GreetingCut> cuts;  // of this run
  // Every candidate of the roster, in its order.
  std::vector<std::pair<const campaign::Candidate*, campaign::GreetingStatus>> standing;
  std::vector<campaign::Attempt> orphans;

  // Nothing that was cut has a flaw, nothing failed, and nobody has two clips.
  bool is_clean() const;
};

void tell(const Session& session, const std::filesystem::path& campaign, const GreetReport& report);

}  // namespace candid::cli
