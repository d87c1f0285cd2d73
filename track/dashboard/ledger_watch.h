#pragma once
// Finds out what changed without anybody telling: other programs write into the same ledger, and videos become
// playable. Costs a question to the ledger, and where nothing changed nobody reads anything. Internal to track.

#include <mutex>
#include <optional>
#include <string>

#include "track/ledger/ledger.h"
#include "track/replies/reply_videos.h"

namespace candid::track {

// Thread-safe.
class LedgerWatch {
 public:
  // Both borrowed; null: there are no replies. Asks the ledger for the first time.
  LedgerWatch(const Ledger& ledger, const ReplyVideos* replies);

  // Whether something may have changed since it was asked last, by this program or by others; always where the ledger
  // cannot tell. While the ledger does not answer it is false, and true once it does if it changed meanwhile. Waits for
  // the ledger.
  bool has_changed();

 private:
  std::optional<std::string> look() const;

  const Ledger& ledger_;
  const ReplyVideos* replies_;
  std::mutex mutex_;
  std::optional<std::string> known_{};
};

}  // namespace candid::track
