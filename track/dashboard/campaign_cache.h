#pragma once
// Campaigns as they were judged last, so that a page does not read ten thousand histories. A view is read anew once
// there are news, but never for more than a part of the time: while a large campaign is being watched by many, its
// pages may be as old as twenty times what reading it takes. But nobody who was erased, by whatever program, is in a
// view that is given out afterwards. Internal to track.

#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/error.h"
#include "track/dashboard/campaign_view.h"
#include "track/dashboard/live_updates.h"
#include "track/ledger/ledger.h"
#include "track/media_library.h"

namespace candid::track {

struct CampaignCacheLimits {
  int pause = 20;  // between two readings, in times of what one takes
  // Only in case nobody told of something (LedgerWatch does).
  std::chrono::milliseconds longest_age = std::chrono::minutes(5);
  size_t candidates = 60'000;  // of all campaigns that are kept, but for the latest that was asked for
};

// Thread-safe.
class CampaignCache {
 public:
  using View = std::shared_ptr<const CampaignView>;

  // All borrowed.
  CampaignCache(const Ledger& ledger, const MediaLibrary& media, const LiveUpdates& updates,
                const CampaignCacheLimits& limits = {})
      : ledger_(ledger), media_(media), updates_(updates), limits_(limits) {}

  // Waits for the ledger where nothing is known of the campaign yet, or what is known is too old. Who asks while
  // somebody else is reading gets what was known before. NotFound where nothing of it is published.
  Result<View> view(const std::string& campaign_id);
  // Reads it in any case: for a message that is known to be there and is not in the view yet.
  Result<View> view_now(const std::string& campaign_id);
  // What view() would answer without reading; else null. For its figures alone: who was erased may be in it.
  View known(const std::string& campaign_id);
  // Lets go of whoever was erased, also in what nobody asks for.
  void drop_erased();

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Entry {
    std::mutex reading;  // held by who reads
    // Below: under mutex_.
    View view{};
    Time read_at{};
    std::chrono::steady_clock::duration took{};
    uint64_t asked = 0;  // when, by asked_
  };

  std::shared_ptr<Entry> entry_of(const std::string& campaign_id);
  View fresh_view(const Entry& entry) const;
  View last_view(const Entry& entry) const;
  Result<View> some_view(const std::string& campaign_id, Entry& entry);
  Result<View> read(const std::string& campaign_id, Entry& entry);
  // The view, without whoever was erased since it was read.
  Result<View> checked(const std::string& campaign_id, Entry& entry, View view);
  void forget(const std::string& campaign_id, const Entry& entry);
  void drop_oldest();

  const Ledger& ledger_;
  const MediaLibrary& media_;
  const LiveUpdates& updates_;
  const CampaignCacheLimits limits_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Entry>> entries_;
  uint64_t asked_ = 0;
};

}  // namespace candid::track
