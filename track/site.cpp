#include "track/site.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/log.h"
#include "core/random.h"
#include "core/text.h"
#include "track/beacon.h"
#include "track/nonce.h"
#include "track/page.h"

namespace candid::track {
namespace {

constexpr const char* kHtml = "text/html; charset=utf-8";
constexpr const char* kNoStore = "private, no-store";
constexpr const char* kMediaCaching = "private, max-age=3600";
constexpr size_t kLongestAgent = 512;  // what is stored of a User-Agent header

std::string content_policy(std::string_view style_source, std::string_view script_source) {
  return fmt::format(
      "default-src 'none'; style-src {}; script-src {}; img-src 'self' data:; media-src 'self'; connect-src 'self'; "
      "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      style_source, script_source);
}

HttpResponse not_found() {
  return {404,
          {{"Content-Type", kHtml},
           {"Cache-Control", kNoStore},
           {"Content-Security-Policy", content_policy(not_found_style_source(), "'none'")}},
          not_found_page()};
}

HttpResponse failed(const Error& error) {
  log::error("track", error.describe());
  return plain_answer(503, "Something is wrong here; please try again in a minute.\n");
}

bool is_reading(Method method) {
  return method == Method::Get || method == Method::Head;
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

bool names_etag(std::string_view if_none_match, std::string_view quoted_etag) {
  return if_none_match == "*" || if_none_match.find(quoted_etag) != std::string_view::npos;
}

std::string_view media_ref(const MessageRecord& message, std::string_view name) {
  if (name == "video.mp4") return message.video_ref;
  if (name == "poster.jpg") return message.poster_ref;
  if (name == "captions.vtt") return message.captions_ref;
  return {};
}

HttpResponse media_answer(const HttpRequest& request, const MediaFile& file, RequestedRange* served) {
  std::string etag = fmt::format("\"{}\"", file.etag);
  HttpResponse response;
  response.headers = {{"Content-Type", file.content_type},
                      {"Accept-Ranges", "bytes"},
                      {"ETag", etag},
                      {"Cache-Control", kMediaCaching}};
  if (names_etag(request.header("if-none-match"), etag)) {
    response.status = 304;
    return response;
  }
  RequestedRange range{RangeAnswer::Whole, {0, file.size}};
  if (request.method == Method::Get && if_range_allows(request.header("if-range"), etag)) {
    range = parse_range(request.header("range"), file.size);
  }
  if (range.answer == RangeAnswer::Unsatisfiable) {
    response.status = 416;
    response.headers.emplace_back("Content-Range", fmt::format("bytes */{}", file.size));
    return response;
  }
  if (range.answer == RangeAnswer::Part) {
    response.status = 206;
    uint64_t last = range.range.first + range.range.length - 1;
    response.headers.emplace_back("Content-Range", fmt::format("bytes {}-{}/{}", range.range.first, last, file.size));
  }
  response.body = MediaBody{slice(file.extents, range.range), range.range.length};
  *served = range;
  return response;
}

}  // namespace

const std::vector<std::pair<std::string, std::string>>& security_headers() {
  static const std::vector<std::pair<std::string, std::string>> headers = {
      {"Referrer-Policy", "no-referrer"},
      {"X-Robots-Tag", "noindex, nofollow, noarchive"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Permissions-Policy", "camera=(), microphone=(), geolocation=()"},
  };
  return headers;
}

HttpResponse plain_answer(int status, std::string_view text) {
  return {status,
          {{"Content-Type", "text/plain; charset=utf-8"},
           {"Cache-Control", kNoStore},
           {"Content-Security-Policy", content_policy("'none'", "'none'")}},
          std::string(text)};
}

HttpResponse Site::answer(const HttpRequest& request) const {
  std::string_view path = request.path;
  if (path == "/healthz" && is_reading(request.method)) return plain_answer(200, "ok\n");
  constexpr std::string_view kLinks = "/v/";
  if (!path.starts_with(kLinks)) return not_found();
  path.remove_prefix(kLinks.size());
  size_t slash = path.find('/');
  std::string_view token = path.substr(0, slash);
  std::string_view rest = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  if (token.empty() || (slash != std::string_view::npos && rest.empty())) return not_found();

  auto link = ledger_.find_link(token);
  if (!link) return failed(link.error());
  if (!*link) return not_found();
  constexpr std::string_view kTrap = "contents/";
  if (is_reading(request.method)) {
    if (rest.empty()) return page(request, token, **link);
    if (rest.starts_with(kTrap)) return trap(request, **link, rest.substr(kTrap.size()));
    return media(request, **link, rest);
  }
  if (request.method == Method::Post && rest == "events") return report(request, **link);
  if (request.method == Method::Post && rest == "privacy") return privacy(token, **link);
  return not_found();
}

HttpResponse Site::page(const HttpRequest& request, std::string_view token, const LinkRecord& link) const {
  auto message = ledger_.find_message(link.message_id);
  if (!message) return failed(message.error());
  if (!*message) return not_found();
  PageRequest wanted;
  wanted.token = token;
  wanted.public_url = public_url_;
  wanted.style_nonce = random_token(128);
  wanted.ticket = issue_ticket(ledger_.server_key(), link.id, clock_.now());
  wanted.tracked = !link.do_not_track;
  auto html = render_message_page(**message, wanted);
  if (!html) return failed(html.error());

  std::string source = fmt::format("'nonce-{}'", wanted.style_nonce);
  HttpResponse response{200,
                        {{"Content-Type", kHtml},
                         {"Cache-Control", kNoStore},
                         {"Content-Security-Policy", content_policy(source, source)}},
                        std::move(*html)};
  if (request.method == Method::Head) {
    response.record.push_back(event(request, link, EventKind::Head));
  } else {
    Event opened = event(request, link, EventKind::Page);
    opened.session = wanted.ticket.session;
    opened.body = nlohmann::json{{"prefetch", is_prefetch(request)}}.dump();
    response.record.push_back(std::move(opened));
  }
  return response;
}

HttpResponse Site::media(const HttpRequest& request, const LinkRecord& link, std::string_view name) const {
  auto message = ledger_.find_message(link.message_id);
  if (!message) return failed(message.error());
  if (!*message) return not_found();
  std::string_view ref = media_ref(**message, name);
  if (ref.empty()) return not_found();
  auto file = media_.find(ref);
  if (!file && file.error().kind() != ErrorKind::NotFound) return failed(file.error());
  if (!file) {
    log::warning("track", fmt::format("message {}: {} is not in the store", link.message_id, name));
    return not_found();
  }
  RequestedRange served;
  HttpResponse response = media_answer(request, *file, &served);
  if (name != "video.mp4") return response;  // no open pixel: a fetched poster is not an event
  if (request.method == Method::Head) {
    response.record.push_back(event(request, link, EventKind::Head));
  } else if (served.range.length > 0) {
    Event begun = event(request, link, EventKind::Media);
    begun.body =
        nlohmann::json{{"first", served.range.first}, {"length", served.range.length}, {"size", file->size}}.dump();
    response.record.push_back(std::move(begun));
    response.record_after_body.push_back(event(request, link, EventKind::MediaEnd));
  }
  return response;
}

HttpResponse Site::trap(const HttpRequest& request, const LinkRecord& link, std::string_view session) const {
  if (!is_session_name(session)) return not_found();
  HttpResponse response = not_found();
  Event trapped = event(request, link, EventKind::Trap);
  trapped.session = session;
  response.record.push_back(std::move(trapped));
  return response;
}

HttpResponse Site::report(const HttpRequest& request, const LinkRecord& link) const {
  std::string type = to_lower(request.header("content-type"));
  if (!type.starts_with("application/json")) return plain_answer(415, "Reports are application/json.\n");
  auto beacon = parse_beacon(request.body);
  if (!beacon) {
    log::debug("track", beacon.error().describe());
    return plain_answer(400, "The report cannot be read.\n");
  }
  if (!is_our_ticket(ledger_.server_key(), link.id, beacon->ticket, clock_.now())) {
    return plain_answer(403, "The report does not belong to this page.\n");
  }
  HttpResponse response{204, {{"Cache-Control", kNoStore}}, ""};
  if (link.do_not_track) return response;
  const Event sent_by = event(request, link, EventKind::Load);
  for (Event& reported : beacon->events) {
    reported.link_id = sent_by.link_id;
    reported.received_at = sent_by.received_at;
    reported.agent = sent_by.agent;
    reported.network = sent_by.network;
    response.durable_first.push_back(std::move(reported));
  }
  return response;
}

HttpResponse Site::privacy(std::string_view token, const LinkRecord& link) const {
  if (auto stopped = ledger_.stop_tracking(link.id); !stopped) return failed(stopped.error());
  // 303: the browser comes back to the page with GET, and reloading it posts nothing.
  return {303, {{"Location", fmt::format("../{}", token)}, {"Cache-Control", kNoStore}}, ""};
}

Event Site::event(const HttpRequest& request, const LinkRecord& link, EventKind kind) const {
  Event event;
  event.link_id = link.id;
  event.received_at = clock_.now();
  event.kind = kind;
  event.agent = request.header("user-agent").substr(0, kLongestAgent);
  event.network = request.network;
  return event;
}

}  // namespace candid::track
