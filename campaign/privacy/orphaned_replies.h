#pragma once
// Video replies in a server's data folder whose message its ledger does not know: it was erased while the server was
// away. Or the ledger is another one, an empty or an older one, and they exist nowhere else: so which ledger's they are
// is noted beside them, and only what the ledger has as erased goes at once.

#include "core/error.h"
#include "core/time.h"
#include "track/ledger/ledger.h"
#include "track/replies/reply_videos.h"

namespace candid::campaign {

inline constexpr std::chrono::days kOrphanedFor{7};

struct OrphanReport {
  int erased = 0;
  int waiting = 0;                  // messages whose replies were seen orphaned, and not for long enough
  bool is_of_other_ledger = false;  // the replies are: nothing was done
};

// Erases those of messages that this ledger has as erased, and others after a week in which every look found them
// orphaned. Notes both in REPLIES/orphans.json (mode 0600, without ids). Corrupt for notes that cannot be read.
Result<OrphanReport> erase_orphaned_replies(const track::ReplyVideos& replies, const track::Ledger& ledger,
                                            const Clock& clock);

}  // namespace candid::campaign
