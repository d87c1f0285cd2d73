#include "track/pages/site.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/log.h"
#include "core/random.h"
#include "core/text.h"
#include "track/pages/beacon.h"
#include "track/pages/nonce.h"
#include "track/pages/page.h"
#include "track/web/answers.h"

namespace candid::track {
namespace {

constexpr std::string_view kLinks = "/v/";
constexpr std::string_view kMedia = "/m/";
constexpr std::string_view kTrap = "contents/";

bool is_reading(Method method) {
  return method == Method::Get || method == Method::Head;
}

bool is_json(const HttpRequest& request) {
  return to_lower(request.header("content-type")).starts_with("application/json");
}

// Sec-Purpose is the standard's; the other two are what older browsers say.
bool is_prefetch(const HttpRequest& request) {
  for (const char* name : {"sec-purpose", "purpose", "x-moz"}) {
    std::string_view value = request.header(name);
    if (value.find("prefetch") != std::string_view::npos || value.find("prerender") != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

// 303: the browser comes back to the page with GET, and reloading it posts nothing.
HttpResponse back_to_page(std::string_view token) {
  return {303, {{"Location", fmt::format("../{}", token)}, {"Cache-Control", kNoStore}}, ""};
}

// {"session": …, "nonce": …}; nothing for what is no such object.
std::optional<PageTicket> parse_ticket(std::string_view text) {
  nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || json.size() != 2) return std::nullopt;
  auto session = json.find("session");
  auto nonce = json.find("nonce");
  if (session == json.end() || nonce == json.end() || !session->is_string() || !nonce->is_string()) return std::nullopt;
  return PageTicket{session->get<std::string>(), nonce->get<std::string>()};
}

}  // namespace

Site::Site(std::string public_url, std::vector<uint8_t> key, Ledger& ledger, const MediaLibrary& media,
           const Clock& clock)
    : public_url_(std::move(public_url)),
      key_(key),
      ledger_(ledger),
      media_(media),
      clock_(clock),
      quota_(clock),
      media_desk_(key, ledger, media, clock),
      passcode_gate_(std::move(key), clock) {}

bool Site::is_granted(std::string_view path) const {
  return path.starts_with(kMedia) && media_desk_.is_granted(path.substr(kMedia.size()));
}

HttpResponse Site::answer(const HttpRequest& request) {
  HttpResponse response = find_answer(request);
  quota_.bound(response);
  return response;
}

HttpResponse Site::find_answer(const HttpRequest& request) {
  std::string_view path = request.path;
  if (path.starts_with(kMedia) && is_reading(request.method)) {
    return media_desk_.answer(request, path.substr(kMedia.size()));
  }
  if (!path.starts_with(kLinks)) return not_found();
  path.remove_prefix(kLinks.size());
  size_t slash = path.find('/');
  std::string_view token = path.substr(0, slash);
  std::string_view rest = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  if (token.empty() || (slash != std::string_view::npos && rest.empty())) return not_found();
  return answer_link(request, token, rest);
}

HttpResponse Site::answer_link(const HttpRequest& request, std::string_view token, std::string_view rest) {
  auto found = ledger_.find_link(sha256(token));
  if (!found) return failed(found.error());
  if (!*found) return missed();
  const LinkRecord& link = **found;
  if (is_reading(request.method)) {
    if (rest.empty()) return page(request, token, link);
    if (rest == "passcode") return back_to_page(token);  // a tab that is restored asks for where it was
    if (rest.starts_with(kTrap)) return trap(request, link, rest.substr(kTrap.size()));
    return not_found();
  }
  if (request.method != Method::Post) return not_found();
  if (rest == "events") return report(request, link);
  if (rest == "media") return media_addresses(request, link);
  if (rest == "passcode") return passcode(request, token, link);
  if (rest == "privacy") return privacy(request, token, link);
  return not_found();
}

HttpResponse Site::page(const HttpRequest& request, std::string_view token, const LinkRecord& link) {
  auto message = ledger_.find_message(link.message_id);
  if (!message) return failed(message.error());
  if (!*message) return not_found();
  if (!passcode_gate_.is_open(request, link)) return passcode_gate_.form(token, (*message)->page);
  PageRequest wanted;
  wanted.token = token;
  wanted.public_url = public_url_;
  wanted.style_nonce = random_token(128);
  wanted.ticket = issue_ticket(key_, link.id, clock_.now());
  wanted.media_grant = media_desk_.grant(link.id, wanted.ticket.session);
  wanted.preview_grant = media_desk_.grant(link.id, "");
  wanted.tracked = !link.do_not_track;
  wanted.may_download = link.terms.may_download;
  wanted.views_limited = link.terms.view_limit.has_value();
  wanted.views_used_up = link.terms.view_limit && link.views >= *link.terms.view_limit;
  wanted.has_passcode = !link.terms.passcode_hash.empty();
  auto html = render_message_page(**message, wanted);
  if (!html) return failed(html.error());

  std::string source = fmt::format("'nonce-{}'", wanted.style_nonce);
  HttpResponse response{200,
                        {{"Content-Type", kHtml},
                         {"Cache-Control", kNoStore},
                         {"Content-Security-Policy", content_policy(source, source, media_.origins())}},
                        std::move(*html)};
  if (request.method == Method::Head) {
    response.record.push_back(event_of(request, link, EventKind::Head, clock_.now()));
  } else {
    Event opened = event_of(request, link, EventKind::Page, clock_.now());
    opened.session = wanted.ticket.session;
    opened.body = nlohmann::json{{"prefetch", is_prefetch(request)}}.dump();
    response.record.push_back(std::move(opened));
  }
  return response;
}

HttpResponse Site::passcode(const HttpRequest& request, std::string_view token, const LinkRecord& link) {
  auto message = ledger_.find_message(link.message_id);
  if (!message) return failed(message.error());
  if (!*message) return not_found();
  return passcode_gate_.check(request, token, link, (*message)->page);
}

HttpResponse Site::trap(const HttpRequest& request, const LinkRecord& link, std::string_view session) const {
  if (!is_session_name(session)) return not_found();
  HttpResponse response = not_found();
  Event trapped = event_of(request, link, EventKind::Trap, clock_.now());
  trapped.session = session;
  response.record.push_back(std::move(trapped));
  return response;
}

HttpResponse Site::report(const HttpRequest& request, const LinkRecord& link) {
  if (!is_json(request)) return plain_answer(415, "Reports are application/json.\n");
  auto beacon = parse_beacon(request.body);
  if (!beacon) {
    log::debug("track", beacon.error().describe());
    return plain_answer(400, "The report cannot be read.\n");
  }
  if (!is_our_ticket(key_, link.id, beacon->ticket, clock_.now())) {
    return plain_answer(403, "The report does not belong to this page.\n");
  }
  HttpResponse response{204, {{"Cache-Control", kNoStore}}, ""};
  if (link.do_not_track) return response;
  if (auto wait = quota_.wait_or_add_report(link.id)) return too_many_requests(*wait);
  const Event sent_by = event_of(request, link, EventKind::Load, clock_.now());
  for (Event& reported : beacon->events) {
    reported.link_id = sent_by.link_id;
    reported.received_at = sent_by.received_at;
    reported.agent = sent_by.agent;
    reported.network = sent_by.network;
    response.durable_first.push_back(std::move(reported));
  }
  return response;
}

// Only for a page that we made, so the passcode has been given; but one that has changed since is asked for again.
HttpResponse Site::media_addresses(const HttpRequest& request, const LinkRecord& link) {
  if (!is_json(request)) return plain_answer(415, "Tickets are application/json.\n");
  auto ticket = parse_ticket(request.body);
  if (!ticket) return plain_answer(400, "The ticket cannot be read.\n");
  if (!is_our_ticket(key_, link.id, *ticket, clock_.now()) || !passcode_gate_.is_open(request, link)) {
    return plain_answer(401, "Please open the page again.\n");
  }
  auto admitted = media_desk_.admit(link, ticket->session);
  if (!admitted) return failed(admitted.error());
  if (!*admitted) return views_used_up();
  std::string folder = fmt::format("../m/{}", media_desk_.grant(link.id, ticket->session));
  nlohmann::json addresses{{"video", fmt::format("{}/video.mp4", folder)},
                           {"captions", fmt::format("{}/captions.vtt", folder)}};
  return {200, {{"Content-Type", "application/json"}, {"Cache-Control", kNoStore}}, addresses.dump()};
}

HttpResponse Site::privacy(const HttpRequest& request, std::string_view token, const LinkRecord& link) const {
  if (!passcode_gate_.is_open(request, link)) return plain_answer(401, "Please open the page again.\n");
  if (auto stopped = ledger_.stop_tracking(link.id); !stopped) return failed(stopped.error());
  return back_to_page(token);
}

}  // namespace candid::track
