#pragma once
// What was kept for long enough: messages with their links, events, replies and videos, once a day.

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "campaign/privacy/unused_objects.h"
#include "core/error.h"
#include "core/pause.h"
#include "core/time.h"
#include "track/ledger/ledger.h"
#include "track/replies/reply_videos.h"
#include "upload/store.h"

namespace candid::campaign {

// Borrowed, all of it.
struct RetentionReach {
  track::Ledger& ledger;
  upload::Store* store = nullptr;               // null: there is none
  const track::ReplyVideos* replies = nullptr;  // null: they are kept elsewhere
  std::filesystem::path unused_notes{};         // unused_objects.h; empty: what was replaced stays
};

struct RetentionReport {
  std::vector<std::string> receipts{};  // of the ledger, where anything was erased
  int64_t messages = 0;
  int64_t events = 0;
  int reply_videos = 0;
  int stored_objects = 0;
  std::optional<UnusedReport> unused{};  // nothing: it was not looked for
};

// Erases messages that were published so long ago: as their campaign says ([publish] keep), or as the server says,
// whichever is shorter; 0 days: for ever. Then what the store holds and nothing shows. A run that died is done again by
// the next one. Cancelled at a stop, between two batches.
Result<RetentionReport> apply_retention(const RetentionReach& reach, int server_keep_days, const Clock& clock,
                                        const std::stop_token& stop = {});

// Replies whose message is gone: it was erased while the server was away. How many there were.
Result<int> erase_orphaned_replies(const track::ReplyVideos& replies, const track::Ledger& ledger);

// Runs `work` when it begins, and once a day from then on, on a thread of its own, which ends with this.
class DailyJob {
 public:
  using Work = std::function<void(const std::stop_token& stop)>;
  explicit DailyJob(Work work, Pause& pause = Pause::system());

 private:
  void run(const std::stop_token& stop);

  const Work work_;
  Pause& pause_;
  std::jthread thread_;  // last, so that it ends first
};

}  // namespace candid::campaign
