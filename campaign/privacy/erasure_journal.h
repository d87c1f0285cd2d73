#pragma once
// An erasure under way, and its receipt when it is done: FOLDER/erasures, of the campaign, or of the data folder where
// no campaign was named. What is to go is written down before anything goes, so that whoever is killed goes on from
// there; the receipt then takes its place, and holds no word about anybody.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "campaign/privacy/local_traces.h"
#include "campaign/privacy/roster_row.h"
#include "campaign/privacy/subject.h"
#include "core/error.h"
#include "track/ledger/erasure.h"

namespace candid::campaign {

// All that is to go.
struct ErasurePlan {
  std::string receipt{};
  UtcTime begun_at{};
  std::string ledger_id{};
  std::vector<Subject> subjects{};     // without records and rows once it was read back
  std::string store{};                 // Store::describe(); empty: there was none
  std::vector<std::string> objects{};  // of it
  int not_in_store = 0;                // published videos that were not found there: they lie in another one
  LocalTraces local{};                 // of the first subject, where it is of the campaign's folder
  int files_before = 0;                // of it, removed by the run that was interrupted
  std::optional<RosterRow> row{};
  bool keeps_row = false;  // there is one, and it stays
  // Others with one of their addresses. Where there are any, the address does not bar who comes with it.
  std::vector<Subject> shared_with{};
  int replies = 0;          // videos that they sent
  bool is_resumed = false;  // it was read back
};

struct ErasureReceipt {
  std::string receipt{};
  UtcTime erased_at{};  // when all was done
  std::string ledger_id{};
  track::Erasure ledger{};
  int64_t reply_videos = 0;
  int64_t stored_objects = 0;
  int64_t files = 0;
  int64_t roster_rows = 0;
  // What was left, by kind: "roster row", "recording of a sitting", …
  std::vector<std::string> remains{};
};

class ErasureJournal {
 public:
  explicit ErasureJournal(const std::filesystem::path& folder) : home_(folder), folder_(folder / "erasures") {}

  // The erasure that was begun and is not done; nothing where there is none.
  Result<std::optional<ErasurePlan>> find_begun() const;
  // Durable when it returns.
  Result<void> begin(const ErasurePlan& plan) const;
  // Forgets a plan of which nothing was done.
  Result<void> withdraw() const;
  // Writes the receipt, then forgets the plan.
  Result<std::filesystem::path> finish(const ErasureReceipt& receipt) const;
  std::filesystem::path begun_file() const { return folder_ / "begun.json"; }

 private:
  std::filesystem::path home_;  // in which the paths of a plan are told
  std::filesystem::path folder_;
};

// As it is written and printed.
std::string to_json(const ErasureReceipt& receipt);

}  // namespace candid::campaign
