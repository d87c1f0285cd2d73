#pragma once
// Who answers a request: nobody while its sender guesses too much (address_guard.h), else the API, the dashboard or the
// site. The one
// place that sees a request and its sender's full address together. Internal to track.

#include <optional>

#include "track/api/api.h"
#include "track/dashboard/dashboard.h"
#include "track/pages/site.h"
#include "track/web/address_guard.h"
#include "track/web/metrics.h"
#include "track/web/news_board.h"

namespace candid::track {

// Thread-safe; its calls wait for the ledger and the store, so they belong on worker threads.
class Router {
 public:
  // Without an API or a dashboard their addresses are not found.
  Router(Site& site, Api* api, NewsBoard& board, Metrics& metrics, const Clock& clock, Dashboard* dashboard = nullptr)
      : site_(site), api_(api), dashboard_(dashboard), board_(board), metrics_(metrics), guard_(clock) {}

  // What is answered without waiting for anything: on a socket's thread. Nothing for all else.
  static std::optional<HttpResponse> answer_at_once(const HttpRequest& request);
  // What a page or a report is answered where nothing must be waited for either: all is in memory. Nothing for all
  // else.
  std::optional<HttpResponse> answer_at_hand(const HttpRequest& request, const IpAddress& sender);
  // Whether the answer is the API's: those hash and write, and wait for the disk.
  static bool is_api(const HttpRequest& request);
  // Whether the answer waits for the store, which may be far away.
  bool is_media(const HttpRequest& request) const { return site_.is_granted(request.path); }
  // What the server itself refuses is said in plain text, but to a program that speaks to the API as the API's errors
  // are.
  static HttpResponse in_words_for(const HttpRequest& request, HttpResponse response);
  // May be pending (HttpResponse::check_passcode); finish() makes it whole.
  HttpResponse answer(const HttpRequest& request, const IpAddress& sender);
  HttpResponse finish(const HttpResponse& pending, const IpAddress& sender);
  // Whether a body longer than ServerLimits::body_bytes may be read: nothing when it may, else the answer.
  std::optional<HttpResponse> refuse_body(const HttpRequest& request, uint64_t length, const IpAddress& sender);

 private:
  std::optional<HttpResponse> refuse_guessing(const HttpRequest& request, const IpAddress& sender) const;
  HttpResponse find_answer(const HttpRequest& request);
  // Counts what an answer tells of its sender, and tells who waits for news.
  void note(const HttpRequest& request, const HttpResponse& response, const IpAddress& sender);

  Site& site_;
  Api* api_;
  Dashboard* dashboard_;
  NewsBoard& board_;
  Metrics& metrics_;
  AddressGuard guard_;
};

}  // namespace candid::track
