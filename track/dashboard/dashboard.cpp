#include "track/dashboard/dashboard.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/random.h"
#include "core/text.h"
#include "track/dashboard/csv_export.h"
#include "track/pages/form_fields.h"
#include "track/web/answers.h"
#include "track/web/media_answer.h"

namespace candid::track {
namespace {

constexpr std::string_view kCampaigns = "/r/c/";
constexpr std::string_view kMessages = "/m/";
constexpr std::string_view kReplies = "/reply/";
constexpr std::string_view kCsv = ".csv";
constexpr std::string_view kMp4 = ".mp4";
constexpr size_t kNonceBits = 128;
constexpr size_t kLongestPath = 500;
constexpr size_t kLongestEdition = 64;
constexpr int kMostCampaigns = 200;
// What one request for the overview may read of campaigns that are not known yet.
constexpr int kMostCandidatesAtOnce = 5'000;

bool is_reading(Method method) {
  return method == Method::Get || method == Method::Head;
}

// Where the form to sign in may lead back to: a path of ours and nothing else, whatever somebody put into the form.
bool is_own_path(std::string_view path) {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%/";
  return Dashboard::is_mine(path) && path.size() <= kLongestPath &&
         path.find_first_not_of(kAllowed) == std::string_view::npos && path.find("//") == std::string_view::npos &&
         path.find("/.") == std::string_view::npos;
}

// 303, relative to a path two levels deep, "/r/login": a proxy may show us below a folder of its own.
HttpResponse see_other(std::string_view path) {
  return {303, {{"Location", fmt::format("..{}", path)}, {"Cache-Control", kNoStore}}, ""};
}

std::string own_policy(const PageFrame& frame) {
  std::string source = fmt::format("'nonce-{}'", frame.nonce);
  return content_policy(source, source);
}

HttpResponse page_answer(int status, const PageFrame& frame, Result<std::string> html) {
  if (!html) return failed(html.error());
  return {status,
          {{"Content-Type", kHtml}, {"Cache-Control", kNoStore}, {"Content-Security-Policy", own_policy(frame)}},
          std::move(*html)};
}

HttpResponse not_found_or_failed(const Error& error) {
  return error.kind() == ErrorKind::NotFound ? not_found() : failed(error);
}

// "ID/m/MESSAGE/reply/FILE", cut where a part of the way begins.
std::string_view cut_at(std::string_view& rest, std::string_view separator) {
  const size_t at = rest.find(separator);
  if (at == std::string_view::npos) return {};
  std::string_view behind = rest.substr(at + separator.size());
  rest = rest.substr(0, at);
  return behind;
}

}  // namespace

Dashboard::Dashboard(DashboardParts parts, const CampaignCacheLimits& limits)
    : parts_(std::move(parts)),
      cookies_(parts_.key, parts_.ledger, parts_.clock),
      owner_cookie_(parts_.key, parts_.clock),
      updates_(parts_.news),
      cache_(parts_.ledger, parts_.media, updates_, limits),
      watch_(parts_.ledger, parts_.replies) {}

void Dashboard::look_for_news() {
  if (!watch_.has_changed()) return;
  cache_.drop_erased();
  parts_.news.tell();
}

HttpResponse Dashboard::answer(const HttpRequest& request) {
  if (request.method == Method::Post) return post(request);
  return is_reading(request.method) ? read(request) : not_found();
}

HttpResponse Dashboard::post(const HttpRequest& request) {
  if (!is_from_here(request, parts_.public_url)) return plain_answer(403, "Another site sent this.\n");
  if (!is_form(request)) return plain_answer(415, "Forms are application/x-www-form-urlencoded.\n");
  if (request.path == "/r/login") return sign_in(request);
  return request.path == "/r/logout" ? sign_out(request) : not_found();
}

HttpResponse Dashboard::sign_in(const HttpRequest& request) {
  const std::string asked = form_field(request.body, "to").value_or("");
  const std::string to = is_own_path(asked) ? asked : "/r";
  if (!SessionCookies::may_be_set(request)) return login_form(request, 403, LoginNotice::Insecure, to);
  if (!cookies_.is_login_form_token(form_field(request.body, "form").value_or("")))
    return login_form(request, 403, LoginNotice::TooOld, to);
  auto cookie = cookies_.sign_in(request, trim(form_field(request.body, "token").value_or("")));
  if (!cookie) return failed(cookie.error());
  if (!*cookie) {
    HttpResponse response = login_form(request, 403, LoginNotice::Wrong, to);
    response.miss = true;
    return response;
  }
  HttpResponse response = see_other(to);
  response.headers.emplace_back("Set-Cookie", **cookie);
  response.headers.emplace_back("Set-Cookie", owner_cookie_.issue(request));
  return response;
}

HttpResponse Dashboard::sign_out(const HttpRequest& request) {
  auto who = cookies_.find(request);
  if (!who) return failed(who.error());
  if (!*who) return see_other("/r");
  if (!SessionCookies::is_form_token(**who, form_field(request.body, "form").value_or("")))
    return plain_answer(403, "This form is not of your session.\n");
  HttpResponse response = see_other("/r");
  response.headers.emplace_back("Set-Cookie", cookies_.sign_out(request, **who));
  return response;
}

HttpResponse Dashboard::login_form(const HttpRequest& request, int status, LoginNotice notice, std::string to) {
  const PageFrame frame{request.path, random_token(kNonceBits)};
  return page_answer(status, frame, render_login(frame, {notice, cookies_.login_form_token(), std::move(to)}));
}

HttpResponse Dashboard::read(const HttpRequest& request) {
  // A tab that is restored asks for where it was.
  if (request.path == "/r/login" || request.path == "/r/logout") return see_other("/r");
  auto who = cookies_.find(request);
  if (!who) return failed(who.error());
  if (!*who) {
    const LoginNotice notice = SessionCookies::may_be_set(request) ? LoginNotice::None : LoginNotice::Insecure;
    return login_form(request, request.path == "/r" ? 200 : 403, notice,
                      is_own_path(request.path) ? request.path : "/r");
  }
  const Visit visit{request, **who, {request.path, random_token(kNonceBits), updates_.edition(), **who}};
  return read_signed_in(visit);
}

HttpResponse Dashboard::read_signed_in(const Visit& visit) {
  std::string_view path = visit.request.path;
  if (path == "/r") return overview(visit);
  if (path == "/r/events") return events(visit);
  return path.starts_with(kCampaigns) ? below_campaigns(visit, path.substr(kCampaigns.size())) : not_found();
}

HttpResponse Dashboard::overview(const Visit& visit) {
  auto campaigns = parts_.ledger.campaigns();
  if (!campaigns) return failed(campaigns.error());
  if (campaigns->size() > kMostCampaigns) campaigns->resize(kMostCampaigns);
  std::vector<OverviewEntry> entries;
  int candidates = 0;
  for (CampaignSummary& summary : *campaigns) {
    OverviewEntry entry;
    CampaignCache::View view = cache_.known(summary.id);
    if (!view && candidates + summary.messages <= kMostCandidatesAtOnce) {
      candidates += summary.messages;
      auto read_now = cache_.view(summary.id);
      if (!read_now && read_now.error().kind() != ErrorKind::NotFound) return failed(read_now.error());
      if (read_now) view = *read_now;
    }
    if (view) entry.figures = view->figures;
    entry.campaign = std::move(summary);
    entries.push_back(std::move(entry));
  }
  return page_answer(200, visit.frame, render_overview(visit.frame, entries));
}

HttpResponse Dashboard::below_campaigns(const Visit& visit, std::string_view rest) {
  std::string_view behind_campaign = cut_at(rest, kMessages);
  std::string_view reply = cut_at(behind_campaign, kReplies);
  const bool is_csv = behind_campaign.empty() && rest.ends_with(kCsv);
  if (is_csv) rest.remove_suffix(kCsv.size());
  const std::string message_id = form_decoded(behind_campaign);
  auto view = message_id.empty() ? cache_.view(form_decoded(rest)) : view_with(form_decoded(rest), message_id);
  if (!view) return not_found_or_failed(view.error());
  if (!reply.empty()) return find_row(**view, message_id) ? reply_video(visit, message_id, reply) : not_found();
  if (!message_id.empty()) return candidate(visit, **view, message_id);
  if (!is_csv) return campaign(visit, **view);
  return {200,
          {{"Content-Type", "text/csv; charset=utf-8"},
           {"Content-Disposition", csv_disposition(**view)},
           {"Content-Security-Policy", content_policy("'none'", "'none'")},
           {"Cache-Control", kNoStore}},
          csv_of(**view)};
}

// A view may be older than the news; a candidate who was published since is there all the same.
Result<CampaignCache::View> Dashboard::view_with(const std::string& campaign_id, const std::string& message_id) {
  CampaignCache::View view = TRY(cache_.view(campaign_id));
  if (find_row(*view, message_id) != nullptr) return view;
  auto message = TRY(parts_.ledger.find_message(message_id));
  if (message && message->campaign_id == campaign_id) return cache_.view_now(campaign_id);
  return view;
}

HttpResponse Dashboard::campaign(const Visit& visit, const CampaignView& view) {
  PageFrame frame = visit.frame;
  frame.edition = view.edition;
  return page_answer(200, frame, render_campaign(frame, view, read_choice(visit.request.query)));
}

HttpResponse Dashboard::candidate(const Visit& visit, const CampaignView& view, const std::string& message_id) {
  const CandidateRow* row = find_row(view, message_id);
  if (row == nullptr) return not_found();
  // What was said is read anew: the words of ten thousand need not lie in memory.
  auto histories = parts_.ledger.history(message_id);
  if (!histories) return not_found_or_failed(histories.error());
  std::vector<ReplyVideo> videos;
  if (parts_.replies != nullptr) {
    auto found = parts_.replies->of_message(message_id);
    if (!found) return failed(found.error());
    videos = std::move(*found);
  }
  PageFrame frame = visit.frame;
  frame.edition = view.edition;
  const SaidInFull said = read_said(*histories);
  const CandidateView judged = judge(view.records[row->record]);
  return page_answer(200, frame, render_candidate(frame, {view, *row, judged, said, videos}));
}

HttpResponse Dashboard::reply_video(const Visit& visit, const std::string& message_id, std::string_view file) {
  if (parts_.replies == nullptr || !file.ends_with(kMp4)) return not_found();
  file.remove_suffix(kMp4.size());
  auto video = parts_.replies->look(message_id, file);
  auto found = video ? parts_.replies->find(message_id, file) : tl::unexpected(video.error());
  if (!found) return not_found_or_failed(found.error());
  const Validators validators = validators_of(*found, video->received_at, parts_.clock.now());
  HttpResponse response = media_answer(visit.request, *found, validators);
  response.headers.emplace_back("Cache-Control", kNoStore);
  return response;
}

HttpResponse Dashboard::events(const Visit& visit) {
  std::string seen = form_field(visit.request.query, "seen").value_or("");
  if (seen.size() > kLongestEdition) seen.clear();
  HttpResponse response{200,
                        {{"Content-Type", "text/event-stream; charset=utf-8"},
                         {"Cache-Control", kNoStore},
                         {"Content-Security-Policy", content_policy("'none'", "'none'")},
                         {"X-Accel-Buffering", "no"}},  // nginx would keep them back
                        "retry: 5000\n\n"};
  if (visit.request.method == Method::Get) response.live = updates_.feed(std::move(seen));
  return response;
}

}  // namespace candid::track
