#pragma once
// How much of a link's requests is recorded: whoever has a link could fill the ledger with them. Internal to track.

#include <chrono>
#include <optional>

#include "core/time.h"
#include "track/web/http_message.h"
#include "track/web/minute_counter.h"

namespace candid::track {

// Thread-safe.
class EventQuota {
 public:
  static constexpr size_t kPerMinute = 120;  // requests of each kind, and reports, of one link

  explicit EventQuota(const Clock& clock) : requests_(kPerMinute, kLinks, clock), reports_(kPerMinute, kLinks, clock) {}

  // Takes out of an answer what would be recorded beyond the quota; the answer itself goes out as it is.
  void bound(HttpResponse& response);
  // Counts one report of the page's script unless it has to wait: it comes again.
  std::optional<std::chrono::seconds> wait_or_add_report(int64_t link_id);

 private:
  static constexpr size_t kLinks = 20'000;

  MinuteCounter requests_;  // by link and kind
  MinuteCounter reports_;   // by link
};

}  // namespace candid::track
