#pragma once
// What each address answers. No sockets here: a request in, an answer out, with the events that it causes.
//
//   GET, HEAD /v/TOKEN                      the page
//   GET, HEAD /v/TOKEN/video.mp4            with ranges; also poster.jpg, captions.vtt
//   GET       /v/TOKEN/contents/SESSION     the link that people cannot see
//   POST      /v/TOKEN/events               reports of the page's script (beacon.h)
//   POST      /v/TOKEN/privacy              do not track this link any more
//   GET, HEAD /healthz
// Everything else, and every token that is unknown, revoked or expired: one and the same 404.

#include <string>
#include <string_view>

#include "core/time.h"
#include "track/http_message.h"
#include "track/ledger.h"
#include "track/media_library.h"

namespace candid::track {

class Site {
 public:
  Site(std::string public_url, Ledger& ledger, const MediaLibrary& media, const Clock& clock)
      : public_url_(std::move(public_url)), ledger_(ledger), media_(media), clock_(clock) {}

  // Thread-safe.
  HttpResponse answer(const HttpRequest& request) const;

 private:
  HttpResponse page(const HttpRequest& request, std::string_view token, const LinkRecord& link) const;
  HttpResponse media(const HttpRequest& request, const LinkRecord& link, std::string_view name) const;
  HttpResponse trap(const HttpRequest& request, const LinkRecord& link, std::string_view session) const;
  HttpResponse report(const HttpRequest& request, const LinkRecord& link) const;
  HttpResponse privacy(std::string_view token, const LinkRecord& link) const;
  Event event(const HttpRequest& request, const LinkRecord& link, EventKind kind) const;

  std::string public_url_;  // without a slash at its end
  Ledger& ledger_;
  const MediaLibrary& media_;
  const Clock& clock_;
};

// What every answer of the server carries besides its own headers.
const std::vector<std::pair<std::string, std::string>>& security_headers();
// A short answer in plain text, for what goes wrong below the site (a header too long, say).
HttpResponse plain_answer(int status, std::string_view text);

}  // namespace candid::track
