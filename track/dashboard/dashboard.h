#pragma once
// The recruiter's dashboard: what each address below /r answers. No sockets here.
//
//   GET  /r                               the campaigns, or the form to sign in
//   POST /r/login                         by an API token, of whatever scope
//   POST /r/logout
//   GET  /r/c/CAMPAIGN                    its candidates (?page=N, ?q=SEARCH); CAMPAIGN.csv: as a table
//   GET  /r/c/CAMPAIGN/m/MESSAGE          one candidate
//   GET  /r/c/CAMPAIGN/m/MESSAGE/reply/ID.mp4   their answer by video, with ranges
//   GET  /r/events?seen=EDITION           says when there is something new (live_updates.h)
// Without a session every address but /r/login is the form to sign in. Nothing changes by GET; what is posted carries a
// token of its form, and comes from our own pages.

#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "track/dashboard/campaign_cache.h"
#include "track/dashboard/ledger_watch.h"
#include "track/dashboard/live_updates.h"
#include "track/dashboard/pages.h"
#include "track/dashboard/session_cookie.h"
#include "track/ledger/ledger.h"
#include "track/media_library.h"
#include "track/pages/owner_cookie.h"
#include "track/replies/reply_videos.h"
#include "track/web/http_message.h"
#include "track/web/news_board.h"

namespace candid::track {

struct DashboardParts {
  std::string public_url{};    // as Site has it
  std::vector<uint8_t> key{};  // Ledger::server_key()
  const Ledger& ledger;
  const MediaLibrary& media;
  NewsBoard& news;                       // told when events were stored
  const ReplyVideos* replies = nullptr;  // null: there are none
  const Clock& clock;
};

// Thread-safe; waits for the ledger. Outlives the answers' live feeds. Everything borrowed outlives it.
class Dashboard {
 public:
  explicit Dashboard(DashboardParts parts, const CampaignCacheLimits& limits = {});

  static bool is_mine(std::string_view path) { return path == "/r" || path.starts_with("/r/"); }
  // Where a token can be guessed: a wrong one is a miss (HttpResponse::miss).
  static bool is_guarded(std::string_view path) { return path == "/r/login"; }

  HttpResponse answer(const HttpRequest& request);
  // To be called now and then: tells the news of what other programs did since (LedgerWatch), and lets go of whoever
  // was erased.
  void look_for_news();

 private:
  // A request of somebody who is signed in, with what it takes to answer it.
  struct Visit {
    const HttpRequest& request;
    const SignedIn& who;
    PageFrame frame{};
    std::string csp{};
  };
  HttpResponse post(const HttpRequest& request);
  HttpResponse sign_in(const HttpRequest& request);
  HttpResponse sign_out(const HttpRequest& request);
  HttpResponse login_form(const HttpRequest& request, int status, LoginNotice notice, std::string to);
  HttpResponse read(const HttpRequest& request);
  HttpResponse read_signed_in(const Visit& visit);
  HttpResponse overview(const Visit& visit);
  HttpResponse below_campaigns(const Visit& visit, std::string_view rest);
  Result<CampaignCache::View> view_with(const std::string& campaign_id, const std::string& message_id);
  HttpResponse campaign(const Visit& visit, const CampaignView& view);
  HttpResponse candidate(const Visit& visit, const CampaignView& view, const std::string& message_id);
  HttpResponse reply_video(const Visit& visit, const std::string& message_id, std::string_view file);
  HttpResponse events(const Visit& visit);

  const DashboardParts parts_;
  SessionCookies cookies_;
  const OwnerCookie owner_cookie_;
  LiveUpdates updates_;
  CampaignCache cache_;
  LedgerWatch watch_;
};

}  // namespace candid::track
