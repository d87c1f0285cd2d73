#pragma once
// Videos, posters and captions by their signed addresses (media_grant.h): checks the grant, then that its link is
// usable still, then that this page load may play. Internal to track.

#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/time.h"
#include "track/ledger/ledger.h"
#include "track/pages/media_grant.h"
#include "track/pages/tracking_policy.h"
#include "track/pages/visit_counter.h"
#include "track/web/http_message.h"
#include "track/web/media_answer.h"

namespace candid::track {

// "video.mp4?download" asks for a file to keep, where the link's terms allow it.
inline constexpr std::string_view kDownloadQuery = "download";

// Thread-safe.
class MediaDesk {
 public:
  MediaDesk(std::vector<uint8_t> key, Ledger& ledger, const MediaLibrary& media, TrackingPolicy& policy,
            VisitCounter& visits, const Clock& clock)
      : key_(std::move(key)), ledger_(ledger), media_(media), policy_(policy), visits_(visits), clock_(clock) {}

  // A fresh grant for this page load; with an empty session one that opens the poster alone (link previews).
  std::string grant(int64_t link_id, std::string_view session) const;
  // Whether "GRANT/NAME" begins with a grant of ours that has not ended. Looks nothing up.
  bool is_granted(std::string_view rest) const;
  // GET, HEAD /m/GRANT/NAME
  HttpResponse answer(const HttpRequest& request, std::string_view rest);
  // Ledger::admit_view(), which is asked once a page load; not at all where views are neither limited nor recorded.
  Result<bool> admit(const LinkRecord& link, const std::string& session, Recording recording);

 private:
  std::optional<MediaGrant> read(std::string_view text) const;
  // What a grant opens.
  struct Opened {
    const LinkRecord& link;
    const std::string& session;
    Recording recording;
  };
  Result<MediaFile> find(const MessageRecord& message, std::string_view name) const;
  // Counts a fetch once it is over.
  std::function<void(uint64_t)> count_fetch(Event fetched, bool is_sent_here);
  Result<bool> may_read_captions(const Opened& opened);
  HttpResponse video(const HttpRequest& request, const Opened& opened, const MediaFile& file,
                     const Validators& validators);

  const std::vector<uint8_t> key_;
  Ledger& ledger_;
  const MediaLibrary& media_;
  TrackingPolicy& policy_;
  VisitCounter& visits_;
  const Clock& clock_;
  std::mutex mutex_;
  std::set<std::pair<int64_t, std::string>> admitted_;  // links and sessions
};

// Told to page loads that may not play.
HttpResponse views_used_up();
// An event of this link as the request tells it; without body and session.
Event event_of(const HttpRequest& request, const LinkRecord& link, EventKind kind, UtcTime now);

}  // namespace candid::track
