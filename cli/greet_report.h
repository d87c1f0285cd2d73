#pragma once
// What a sitting left, as a table or as JSON.

#include <filesystem>
#include <vector>

#include "campaign/greetings/greeting_cuts.h"
#include "campaign/greetings/greeting_folder.h"
#include "campaign/greetings/open_sitting.h"
#include "cli/session.h"

namespace candid::cli {

struct GreetReport {
  campaign::RecordedSitting sitting{};        // of this run; without a name: none
  std::vector<campaign::GreetingCut> cuts{};  // of this run
  campaign::GreetingOverview overview{};

  // Nothing that was cut has a flaw, nothing failed, and nobody has two clips.
  bool is_clean() const;
};

void tell(const Session& session, const std::filesystem::path& campaign, const GreetReport& report);

}  // namespace candid::cli
