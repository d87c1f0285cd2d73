#pragma once
// What was kept for long enough: messages with their links, events, replies and videos, once a day.

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "campaign/privacy/orphaned_replies.h"
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
  std::string campaign_id{};                    // this one's messages alone; empty: those of all
};

struct RetentionReport {
  std::vector<std::string> receipts{};  // of the ledger, where anything was erased
  int64_t messages = 0;
  int64_t events = 0;
  int reply_videos = 0;
  int stored_objects = 0;
  OrphanReport orphans{};                // of replies, where they are known here
  std::optional<UnusedReport> unused{};  // nothing: it was not looked for
  // What could not be done; the rest was. Messages that it kept from being erased are due again at the next run; their
  // links have ended.
  std::vector<Error> problems{};
};

// Erases messages that were published so long ago: as their campaign says ([publish] keep), or as the server says,
// whichever is shorter; 0 days: for ever. Then what the store holds and nothing shows. A run that died is done again by
// the next one. Cancelled at a stop. Another Error: nothing was done at all.
Result<RetentionReport> apply_retention(const RetentionReach& reach, int server_keep_days, const Clock& clock,
                                        const std::stop_token& stop = {});

// What apply_retention() would erase, by campaign; those that lose nothing are left out.
Result<std::vector<track::CampaignSummary>> due_by_retention(const RetentionReach& reach, int server_keep_days,
                                                             const Clock& clock);

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
