#pragma once
// What each address answers. No sockets here: a request in, an answer out, with the events that it causes.
//
//   GET, HEAD /v/TOKEN                      the page, or the form that asks for its passcode
//   POST      /v/TOKEN/passcode             opens it; GET leads back to the page
//   GET       /v/TOKEN/contents/SESSION     the link that people cannot see
//   POST      /v/TOKEN/events               reports of the page's script (beacon.h)
//   POST      /v/TOKEN/media                new addresses of the media for a page that has been open for long
//   POST      /v/TOKEN/privacy              do not track this link any more
//   POST      /v/TOKEN/reply, reaction, data, erase, consent     what a candidate says back (reply_desk.h)
//   …         /v/TOKEN/reply/video…         the same as a video (reply_video_desk.h)
//   GET, HEAD /m/GRANT/video.mp4            with ranges; also poster.jpg, captions.vtt (media_grant.h)
// What other sites' pages send is refused (form_fields.h), and what may be stored is tracking_policy.h's to say.
// Everything else, and every token that is unknown, revoked or expired: one and the same 404.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "track/evidence/source_labels.h"
#include "track/ledger/ledger.h"
#include "track/media_library.h"
#include "track/pages/event_quota.h"
#include "track/pages/media_desk.h"
#include "track/pages/owner_cookie.h"
#include "track/pages/page_shelf.h"
#include "track/pages/passcode_gate.h"
#include "track/pages/reply_desk.h"
#include "track/pages/reply_video_desk.h"
#include "track/pages/tracking_policy.h"
#include "track/pages/transcript.h"
#include "track/pages/visit_counter.h"
#include "track/web/http_message.h"

namespace candid::track {

class Site {
 public:
  // `key` is Ledger::server_key(); `public_url` has no slash at its end.
  // Without uploads of replies (null) pages take no videos.
  Site(std::string public_url, std::vector<uint8_t> key, Ledger& ledger, const MediaLibrary& media, const Clock& clock,
       ReplyUploads* replies = nullptr);

  // Thread-safe; waits for the ledger and the library.
  HttpResponse answer(const HttpRequest& request);
  // The same where all that it takes is in memory: waits for nothing. Nothing where it is not, or may not be.
  std::optional<HttpResponse> answer_at_hand(const HttpRequest& request);
  // Whether the path has a signed address that may be answered to whoever has it. Waits for nothing.
  bool is_granted(std::string_view path) const;
  // Of visits that are counted without persons. For the server alone: once a minute, and when it stops.
  VisitCounter& counter() { return visits_; }

 private:
  HttpResponse find_answer(const HttpRequest& request);
  // A request for a link that opens, with what it takes to answer it.
  struct Visit {
    const HttpRequest& request;
    std::string_view token;
    const LinkRecord& link;
    const MessageRecord& message;
    Recording recording;
    std::string language;  // the page's
  };
  // "/v/TOKEN", or "/v/TOKEN/REST".
  struct LinkPath {
    std::string_view token;
    std::string_view rest{};
  };
  static std::optional<LinkPath> link_path(std::string_view path);
  bool is_at_hand(const MessageRecord& message);
  HttpResponse answer_linked(const HttpRequest& request, const LinkPath& path, const LinkedMessage& linked);
  HttpResponse read(const Visit& visit, std::string_view rest);
  HttpResponse post(const Visit& visit, std::string_view rest);
  HttpResponse page(const Visit& visit);
  HttpResponse trap(const Visit& visit, std::string_view session);
  HttpResponse report(const Visit& visit);
  HttpResponse count_report(const Visit& visit, std::vector<Event> reported);
  HttpResponse media_addresses(const Visit& visit);
  HttpResponse privacy(const Visit& visit);
  HttpResponse reply_video(const Visit& visit, std::string_view rest);
  static ReplyVisit said(const Visit& visit);

  const std::string public_url_;
  const std::vector<uint8_t> key_;
  Ledger& ledger_;
  const MediaLibrary& media_;
  const Clock& clock_;
  EventQuota quota_;
  TrackingPolicy policy_;
  VisitCounter visits_;
  SourceLabels source_labels_;
  OwnerCookie owner_cookie_;
  TranscriptShelf transcripts_;
  PageShelf pages_;
  MediaDesk media_desk_;
  ReplyDesk reply_desk_;
  ReplyVideoDesk reply_video_desk_;
  PasscodeGate passcode_gate_;
};

}  // namespace candid::track
