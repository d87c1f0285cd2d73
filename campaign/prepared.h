#pragma once
// A campaign made ready for its work: nobody in it who was erased, locked for this program, faces found, planned.

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/decisions.h"
#include "campaign/job.h"
#include "campaign/plan.h"
#include "campaign/workspace.h"
#include "core/error.h"
#include "core/files.h"

namespace candid::campaign {

struct Prepared {
  Job job;
  Workspace workspace;
  Plan plan;
  // Set: the ledger that was to be asked gave no answer, so nobody may get anything new.
  std::optional<Error> no_answer{};
};

// The ledger is asked who was erased. Who publishes needs its answer (Prepared::no_answer); others go on where one far
// away gives none within some seconds.
enum class AskedLedger { IfItAnswers, Always };

struct PrepareSettings {
  std::string server{};  // beats the campaign's; empty: the campaign's own
  std::filesystem::path data = default_data_folder();
  AskedLedger asked = AskedLedger::IfItAnswers;
};

// Told at once, on the thread that prepares, as finding faces may take minutes. Both are set.
struct PrepareListener {
  // A line for the person: "note: …".
  std::function<void(const std::string& line)> note;
  // All candidates were erased: Roster::rejected says so of each. The error follows.
  std::function<void(const Roster& roster)> nobody_left;
};

// Goes on from load_job(), whose findings are the shell's to tell first. Rows of candidates who were erased become
// rejected ones. InvalidInput when nobody is left; Exists while another candid works in the campaign; Cancelled.
Result<Prepared> prepare(Job job, const PrepareSettings& settings, const PrepareListener& listener,
                         const std::stop_token& stop);

// Who of them may get a video, with what preflight finds.
Result<std::vector<Standing>> standings_of(const Prepared& work, const Decisions& decisions);

}  // namespace candid::campaign
