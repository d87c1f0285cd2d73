#pragma once
// A candidate erased everywhere this program reaches: ledger, replies, store, the campaign's folder, the roster. What
// is to go is written down first (erasure_journal.h), so that a run that died is gone on with.
//
//   find_subject ─► plan_erasure ─► carry_out: ledger ─► replies ─► store ─► files ─► roster ─► receipt

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "campaign/campaign_file.h"
#include "campaign/privacy/erasure_journal.h"
#include "campaign/workspace.h"
#include "core/error.h"
#include "core/time.h"
#include "track/ledger/ledger.h"
#include "track/replies/reply_videos.h"
#include "upload/store.h"

namespace candid::campaign {

// Borrowed, all of it.
struct ErasureReach {
  track::Ledger& ledger;
  upload::Store* store = nullptr;               // null: there is none
  const track::ReplyVideos* replies = nullptr;  // null: the ledger's server keeps them, and erases them with the rows
  // Null: no campaign's folder is known.
  const Campaign* campaign = nullptr;
  const Workspace* workspace = nullptr;
  std::filesystem::path journal_folder{};  // the campaign's, or the data folder
};

struct ErasureWish {
  std::string who{};        // find_subject(); an address where there is no campaign
  bool everywhere = false;  // in every campaign of the ledger, by mail address
  bool keeps_row = false;   // the roster is left as it is
};

// Only looks. InvalidInput for nobody; Exists with the receipt where they are erased already.
Result<ErasurePlan> plan_erasure(const ErasureReach& reach, const ErasureWish& wish, const Clock& clock);

// Asked before each step: "plan", "ledger", "replies", "store", "files", "row", "receipt". An error ends the run there,
// as if it had died.
using BeforeStep = std::function<Result<void>(std::string_view step)>;

struct Erased {
  ErasureReceipt receipt;
  std::filesystem::path file;  // where it lies
};
// May be repeated with the same plan, which ErasureJournal has until the receipt is written. What check_plan()
// (begun_erasure.h) refuses is refused before anything happens. The receipt tells what is gone when it is written.
Result<Erased> carry_out(const ErasureReach& reach, const ErasurePlan& plan, const BeforeStep& before_step = {},
                         const Clock& clock = Clock::system());

}  // namespace candid::campaign
