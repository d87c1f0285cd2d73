#pragma once
// What of a server's own store nothing shows any more: recipes and finished videos that were replaced, and the parts of
// them alone. It goes a week after it was first seen unused, so that a campaign that is being published, or whose
// publishing died, never loses what it is about to name.

#include <chrono>
#include <filesystem>
#include <stop_token>

#include "core/error.h"
#include "core/time.h"
#include "track/ledger/ledger.h"
#include "upload/folder_store.h"

namespace candid::campaign {

inline constexpr std::chrono::days kUnusedFor{7};

struct UnusedReport {
  int removed = 0;
  int waiting = 0;         // seen unused, and not for long enough
  bool is_shared = false;  // other ledgers use the store: nothing was done
};

// Says that links of this ledger show what is in the store: STORE/.ledgers/ID. Whoever serves says so before it serves.
Result<void> register_ledger(const upload::FolderStore& store, const track::Ledger& ledger);

// Whether another ledger is registered: what its links show is not known here.
Result<bool> has_other_ledgers(const upload::FolderStore& store, const track::Ledger& ledger);

// Removes what is due, and notes in `notes` what is unused now. What is not named as publishing names objects is
// somebody else's, and stays.
Result<UnusedReport> remove_unused_objects(upload::FolderStore& store, const track::Ledger& ledger,
                                           const std::filesystem::path& notes, const Clock& clock,
                                           const std::stop_token& stop = {});

}  // namespace candid::campaign
