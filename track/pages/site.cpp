#include "track/pages/site.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/log.h"
#include "core/random.h"
#include "core/text.h"
#include "track/evidence/networks.h"
#include "track/pages/beacon.h"
#include "track/pages/form_fields.h"
#include "track/pages/nonce.h"
#include "track/pages/page.h"
#include "track/pages/page_words.h"
#include "track/web/answers.h"

namespace candid::track {
namespace {

constexpr std::string_view kLinks = "/v/";
constexpr std::string_view kMedia = "/m/";
constexpr std::string_view kTrap = "contents/";
constexpr std::string_view kReports = "events";

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

// Of the script's first report, which may come from elsewhere than the request for the page; as Site::page() does.
void note_network(Event& load, std::string_view network) {
  nlohmann::json body = nlohmann::json::parse(load.body);
  body["from"] = machine_network(network);
  load.body = body.dump();
}

// What is noted of a page's request. Networks are dropped within a day; these words say nothing of a person.
struct OpeningNotes {
  std::string from;                 // machine_network()
  std::vector<std::string> labels;  // source_labels.h, hexadecimal
  bool is_owner = false;
  std::optional<bool> is_prefetch{};
};

// Written as text: making an object first costs several times as much, for each page.
std::string to_json(const OpeningNotes& notes) {
  std::string text = "{\"from\":";
  text += notes.from.empty() ? "\"\"" : nlohmann::json(notes.from).dump();
  if (notes.is_owner) text += ",\"owner\":true";
  if (notes.is_prefetch) text += *notes.is_prefetch ? ",\"prefetch\":true" : ",\"prefetch\":false";
  text += ",\"source\":[";
  for (const std::string& label : notes.labels) {
    if (text.back() != '[') text += ',';
    text.append(1, '"').append(label).append(1, '"');
  }
  return text += "]}";
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
           const Clock& clock, ReplyUploads* replies)
    : public_url_(std::move(public_url)),
      key_(key),
      ledger_(ledger),
      media_(media),
      clock_(clock),
      quota_(clock),
      policy_(ledger),
      visits_(ledger, media, clock),
      owner_cookie_(key, clock),
      transcripts_(media),
      media_desk_(key, ledger, media, policy_, visits_, clock),
      reply_desk_(key, quota_, clock),
      reply_video_desk_(key, replies, quota_, clock),
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
  const auto link = link_path(path);
  if (!link) return not_found();
  auto linked = ledger_.find_linked(sha256(link->token));
  if (!linked) return failed(linked.error());
  return *linked ? answer_linked(request, *link, **linked) : missed();
}

std::optional<HttpResponse> Site::answer_at_hand(const HttpRequest& request) {
  const auto path = link_path(request.path);
  if (!path) return std::nullopt;
  const bool is_page = is_reading(request.method) && path->rest.empty();
  const bool is_report = request.method == Method::Post && path->rest == kReports;
  if (!is_page && !is_report) return std::nullopt;
  const Linked linked = ledger_.linked_at_hand(sha256(path->token));
  if (!linked || !is_at_hand(linked->message)) return std::nullopt;
  HttpResponse response = answer_linked(request, *path, *linked);
  quota_.bound(response);
  return response;
}

// Whether somebody has agreed is asked of the ledger, as is before a visit is counted, and words that were said may be
// in a store far away.
bool Site::is_at_hand(const MessageRecord& message) {
  const Tracking tracking = message.page.tracking;
  if (tracking == Tracking::Consent || tracking == Tracking::Aggregate) return false;
  return message.captions_ref.empty() || transcripts_.is_kept(message.captions_ref);
}

std::optional<Site::LinkPath> Site::link_path(std::string_view path) {
  if (!path.starts_with(kLinks)) return std::nullopt;
  path.remove_prefix(kLinks.size());
  const size_t slash = path.find('/');
  LinkPath found{path.substr(0, slash)};
  if (slash != std::string_view::npos) found.rest = path.substr(slash + 1);
  if (found.token.empty() || (slash != std::string_view::npos && found.rest.empty())) return std::nullopt;
  return found;
}

HttpResponse Site::answer_linked(const HttpRequest& request, const LinkPath& path, const LinkedMessage& linked) {
  const auto& [link, message] = linked;
  auto recording = policy_.recording(link, message.page);
  if (!recording) return failed(recording.error());
  const Visit visit{request, path.token, link,
                    message, *recording, language_of_page(message.page.language, request.header("accept-language"))};
  if (is_reading(request.method)) return read(visit, path.rest);
  return request.method == Method::Post ? post(visit, path.rest) : not_found();
}

HttpResponse Site::read(const Visit& visit, std::string_view rest) {
  if (rest.empty()) return page(visit);
  // A tab that is restored asks for where it was.
  if (rest == "passcode" || ReplyDesk::takes(rest)) return back_to_page(visit.token);
  if (rest.starts_with(kTrap)) return trap(visit, rest.substr(kTrap.size()));
  return ReplyVideoDesk::takes(rest) ? reply_video(visit, rest) : not_found();
}

HttpResponse Site::post(const Visit& visit, std::string_view rest) {
  // No other site's page can send JSON without asking first, nor does it have the ticket that reports come with.
  if (!is_json(visit.request) && !is_from_here(visit.request, public_url_))
    return plain_answer(403, "Another site sent this.\n");
  if (rest == kReports) return report(visit);
  if (rest == "media") return media_addresses(visit);
  if (rest == "passcode") return passcode_gate_.check(visit.request, visit.token, visit.link, visit.language);
  if (rest == "privacy") return privacy(visit);
  if (ReplyVideoDesk::takes(rest)) return reply_video(visit, rest);
  if (!ReplyDesk::takes(rest)) return not_found();
  if (!passcode_gate_.is_open(visit.request, visit.link)) return plain_answer(401, "Please open the page again.\n");
  return reply_desk_.answer(said(visit), rest);
}

ReplyVisit Site::said(const Visit& visit) {
  return {visit.request, visit.token, visit.link, visit.message.page, visit.recording};
}

HttpResponse Site::reply_video(const Visit& visit, std::string_view rest) {
  if (!passcode_gate_.is_open(visit.request, visit.link)) return plain_answer(401, "Please open the page again.\n");
  return reply_video_desk_.answer(said(visit), rest);
}

HttpResponse Site::page(const Visit& visit) {
  const LinkRecord& link = visit.link;
  if (!passcode_gate_.is_open(visit.request, link)) return passcode_gate_.form(visit.token, visit.language);
  PageRequest wanted;
  wanted.token = visit.token;
  wanted.language = visit.language;
  wanted.public_url = public_url_;
  wanted.style_nonce = passing_token(128);
  wanted.ticket = issue_ticket(key_, link.id, clock_.now());
  wanted.media_grant = media_desk_.grant(link.id, wanted.ticket.session);
  wanted.preview_grant = media_desk_.grant(link.id, "");
  wanted.recording = visit.recording;
  wanted.may_download = link.terms.may_download;
  wanted.views_limited = link.terms.view_limit.has_value();
  wanted.views_used_up = link.terms.view_limit && link.views >= *link.terms.view_limit;
  wanted.has_passcode = !link.terms.passcode_hash.empty();
  const std::string& captions = visit.message.captions_ref;
  if (!captions.empty() && !wanted.views_used_up) wanted.transcript = transcripts_.find(captions);
  wanted.takes_videos = reply_video_desk_.is_open(said(visit));
  auto html = pages_.render(visit.message, wanted);
  if (!html) return failed(html.error());

  std::string source = fmt::format("'nonce-{}'", wanted.style_nonce);
  std::vector<std::string> origins = media_.origins();
  if (wanted.takes_videos) origins.emplace_back("blob:");  // what was recorded, to be watched before it is sent
  HttpResponse response{200,
                        {{"Content-Type", kHtml},
                         {"Cache-Control", kNoStore},
                         {"Content-Security-Policy", content_policy(source, source, origins)}},
                        std::move(*html)};
  if (wanted.takes_videos) response.headers.emplace_back("Permissions-Policy", kOwnCamera);
  bool is_head = visit.request.method == Method::Head;
  Event opened = event_of(visit.request, link, is_head ? EventKind::Head : EventKind::Page, clock_.now());
  const bool is_counted = visit.recording == Recording::Counted;
  if (!is_counted && !may_store(visit.recording, opened.kind)) return response;
  OpeningNotes notes{machine_network(opened.network), source_labels_.of(opened.network, opened.received_at),
                     owner_cookie_.is_owner(visit.request)};
  if (!is_head) {
    opened.session = wanted.ticket.session;
    notes.is_prefetch = is_prefetch(visit.request);
  }
  opened.body = to_json(notes);
  if (is_counted) {
    opened.session = wanted.ticket.session;
    visits_.begin(link, visit.message, std::move(opened));
    return response;
  }
  response.record.push_back(std::move(opened));
  return response;
}

HttpResponse Site::trap(const Visit& visit, std::string_view session) {
  HttpResponse response = not_found();
  const bool is_counted = visit.recording == Recording::Counted;
  if (!is_session_name(session) || (!is_counted && !may_store(visit.recording, EventKind::Trap))) return response;
  Event trapped = event_of(visit.request, visit.link, EventKind::Trap, clock_.now());
  trapped.session = session;
  if (is_counted) {
    visits_.add(std::move(trapped));
    return response;
  }
  response.record.push_back(std::move(trapped));
  return response;
}

HttpResponse Site::report(const Visit& visit) {
  const auto& [request, token, link, message, recording, language] = visit;
  if (!is_json(request)) return plain_answer(415, "Reports are application/json.\n");
  auto beacon = parse_beacon(request.body);
  if (!beacon) {
    log::debug("track", beacon.error().describe());
    return plain_answer(400, "The report cannot be read.\n");
  }
  if (!is_our_ticket(key_, link.id, beacon->ticket, clock_.now())) {
    return plain_answer(403, "The report does not belong to this page.\n");
  }
  if (recording == Recording::Counted) return count_report(visit, std::move(beacon->events));
  HttpResponse response{204, {{"Cache-Control", kNoStore}}, ""};
  std::erase_if(beacon->events, [&](const Event& reported) {
    bool is_refused = reported.kind == EventKind::Reaction && !message.page.takes_replies;
    return is_refused || !may_store(recording, reported.kind);
  });
  if (beacon->events.empty()) return response;
  if (auto wait = quota_.wait_or_add_report(link.id)) return too_many_requests(*wait);
  const Event sent_by = event_of(request, link, EventKind::Load, clock_.now());
  for (Event& reported : beacon->events) {
    if (reported.kind == EventKind::Load) note_network(reported, request.network);
    reported.link_id = sent_by.link_id;
    reported.received_at = sent_by.received_at;
    reported.agent = sent_by.agent;
    reported.network = sent_by.network;
    response.durable_first.push_back(stripped(std::move(reported), recording));
  }
  return response;
}

// 204 says that it was taken into memory: the ledger learns the visit's state alone, once it is over.
HttpResponse Site::count_report(const Visit& visit, std::vector<Event> reported) {
  if (auto wait = quota_.wait_or_add_report(visit.link.id)) return too_many_requests(*wait);
  for (Event& event : reported) {
    if (is_said(event.kind)) continue;  // a person's, not a visit's; the page offers none
    Event seen = event_of(visit.request, visit.link, event.kind, clock_.now());
    seen.session = std::move(event.session);
    seen.sequence = event.sequence;
    seen.body = std::move(event.body);
    if (seen.kind == EventKind::Load) note_network(seen, visit.request.network);
    visits_.add(std::move(seen));
  }
  return {204, {{"Cache-Control", kNoStore}}, ""};
}

// Only for a page that we made, so the passcode has been given; but one that has changed since is asked for again.
HttpResponse Site::media_addresses(const Visit& visit) {
  const LinkRecord& link = visit.link;
  if (!is_json(visit.request)) return plain_answer(415, "Tickets are application/json.\n");
  auto ticket = parse_ticket(visit.request.body);
  if (!ticket) return plain_answer(400, "The ticket cannot be read.\n");
  if (!is_our_ticket(key_, link.id, *ticket, clock_.now()) || !passcode_gate_.is_open(visit.request, link)) {
    return plain_answer(401, "Please open the page again.\n");
  }
  auto admitted = media_desk_.admit(link, ticket->session, visit.recording);
  if (!admitted) return failed(admitted.error());
  if (!*admitted) return views_used_up();
  std::string folder = fmt::format("../m/{}", media_desk_.grant(link.id, ticket->session));
  nlohmann::json addresses{{"video", fmt::format("{}/video.mp4", folder)},
                           {"captions", fmt::format("{}/captions.vtt", folder)}};
  return {200, {{"Content-Type", "application/json"}, {"Cache-Control", kNoStore}}, addresses.dump()};
}

HttpResponse Site::privacy(const Visit& visit) {
  if (!passcode_gate_.is_open(visit.request, visit.link)) return plain_answer(401, "Please open the page again.\n");
  if (auto stopped = ledger_.stop_tracking(visit.link.id); !stopped) return failed(stopped.error());
  if (visit.link.purpose == Purpose::Candidate) visits_.forget(visit.link.message_id);
  return back_to_page(visit.token);
}

}  // namespace candid::track
