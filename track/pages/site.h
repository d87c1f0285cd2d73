#pragma once
// What each address answers. No sockets here: a request in, an answer out, with the events that it causes.
//
//   GET, HEAD /v/TOKEN                      the page, or the form that asks for its passcode
//   POST      /v/TOKEN/passcode             opens it; GET leads back to the page
//   GET       /v/TOKEN/contents/SESSION     the link that people cannot see
//   POST      /v/TOKEN/events               reports of the page's script (beacon.h)
//   POST      /v/TOKEN/media                new addresses of the media for a page that has been open for long
//   POST      /v/TOKEN/privacy              do not track this link any more
//   GET, HEAD /m/GRANT/video.mp4            with ranges; also poster.jpg, captions.vtt (media_grant.h)
// Everything else, and every token that is unknown, revoked or expired: one and the same 404.

#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "track/ledger/ledger.h"
#include "track/media_library.h"
#include "track/pages/event_quota.h"
#include "track/pages/media_desk.h"
#include "track/pages/passcode_gate.h"
#include "track/web/http_message.h"

namespace candid::track {

class Site {
 public:
  // `key` is Ledger::server_key(); `public_url` has no slash at its end.
  Site(std::string public_url, std::vector<uint8_t> key, Ledger& ledger, const MediaLibrary& media, const Clock& clock);

  // Thread-safe; waits for the ledger and the library.
  HttpResponse answer(const HttpRequest& request);
  // Whether the path has a signed address that may be answered to whoever has it. Waits for nothing.
  bool is_granted(std::string_view path) const;

 private:
  HttpResponse find_answer(const HttpRequest& request);
  HttpResponse answer_link(const HttpRequest& request, std::string_view token, std::string_view rest);
  HttpResponse page(const HttpRequest& request, std::string_view token, const LinkRecord& link);
  HttpResponse passcode(const HttpRequest& request, std::string_view token, const LinkRecord& link);
  HttpResponse trap(const HttpRequest& request, const LinkRecord& link, std::string_view session) const;
  HttpResponse report(const HttpRequest& request, const LinkRecord& link);
  HttpResponse media_addresses(const HttpRequest& request, const LinkRecord& link);
  HttpResponse privacy(const HttpRequest& request, std::string_view token, const LinkRecord& link) const;

  const std::string public_url_;
  const std::vector<uint8_t> key_;
  Ledger& ledger_;
  const MediaLibrary& media_;
  const Clock& clock_;
  EventQuota quota_;
  MediaDesk media_desk_;
  PasscodeGate passcode_gate_;
};

}  // namespace candid::track
