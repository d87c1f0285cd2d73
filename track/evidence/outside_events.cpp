#include "track/evidence/outside_events.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <initializer_list>

#include <nlohmann/json.hpp>

#include "track/evidence/kept_list.h"

namespace candid::track {
namespace {

using nlohmann::json;

constexpr double kLongestVisitMs = kLongestVisitSeconds * 1000;
constexpr double kMostBytes = 1e15;
constexpr double kFastestRate = 16;
constexpr uint64_t kProbeBytes = 2;  // Safari asks for bytes 0-1 to learn the size
constexpr double kSomeSize = 1e6;    // of a video of which only a probe is told
constexpr const char* kSession = "session";

enum class Asked { Page, Media, Headers, Trap, Other };

bool holds_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

// A word of ours ("page", "media", …), or a path.
Asked asked_for(const OutsideFields& request) {
  auto given = request.text("kind");
  for (const char* key : {"path kind", "path_kind", "path"}) {
    if (!given) given = request.text(key);
  }
  const std::string what = lower_ascii(given.value_or("page"));
  if (what == "head") return Asked::Headers;
  if (holds_any(what, {"trap", "/contents/", "honeypot", "hidden"})) return Asked::Trap;
  if (holds_any(what, {"media", "video", ".mp4", ".webm"})) return Asked::Media;
  if (holds_any(what, {"image", "poster", "asset", "script", "style", "caption", "event", "beacon", "favicon",
                       "robots.txt", "other", ".jpg", ".png", ".gif", ".webp", ".css", ".js", ".vtt", ".ico"})) {
    return Asked::Other;
  }
  return Asked::Page;
}

struct ByteRange {
  uint64_t first = 0;
  std::optional<uint64_t> length{};  // none: to the end
};

// "bytes=0-1", "0-", "bytes=100-"; anything else is all of it.
ByteRange range_of(std::string_view text) {
  if (size_t equals = text.find('='); equals != std::string_view::npos) text.remove_prefix(equals + 1);
  ByteRange range;
  const char* end = text.data() + text.size();
  auto [dash, status] = std::from_chars(text.data(), end, range.first);
  if (status != std::errc{} || dash == end || *dash != '-') return {};
  uint64_t last = 0;
  if (std::from_chars(dash + 1, end, last).ec == std::errc{} && last >= range.first && last < 1'000'000'000'000'000) {
    range.length = last - range.first + 1;
  }
  return range;
}

void add_media(EventMaker& events, const OutsideFields& request, double at) {
  ByteRange range = range_of(request.text("range").value_or(""));
  auto size = request.number("size", 0, kMostBytes);
  auto sent = request.number("sent", 0, kMostBytes);
  bool probe = range.length && range.first + *range.length <= kProbeBytes;
  if (!sent && range.length && (size || probe)) sent = static_cast<double>(*range.length);
  if (!size && probe) size = kSomeSize;
  events.request(EventKind::Media, at,
                 {{"first", range.first}, {"length", range.length.value_or(0)}, {"size", size.value_or(0)}});
  if (sent) events.request(EventKind::MediaEnd, at, {{"sent", *sent}});
}

json report_body(EventKind kind, const OutsideFields& event) {
  switch (kind) {
    case EventKind::Load:
      return load_body(event);
    case EventKind::Input:
      return input_body(event);
    case EventKind::Play:
      return play_body(event, std::nullopt);
    case EventKind::Beat:
    case EventKind::Pause:
    case EventKind::Ended:
    case EventKind::Hide:
      return progress_body(event, "ranges");
    case EventKind::Reaction:
    case EventKind::Reply:
    case EventKind::Consent:
      return {{"trusted", event.flag("trusted").value_or(true)}};
    default:
      throw BadField{"\"events\": a page cannot report this kind"};
  }
}

}  // namespace

std::chrono::milliseconds milliseconds_of(double seconds) {
  return std::chrono::milliseconds(std::llround(seconds * 1000));
}

void EventMaker::request(EventKind kind, double at, const json& body) {
  add(kind, at, body, std::nullopt);
}

void EventMaker::report(EventKind kind, double at, const json& body, std::optional<int64_t> sequence) {
  int64_t number = sequence.value_or(next_);
  next_ = std::max(next_, number + 1);
  add(kind, at, body, number);
}

void EventMaker::add(EventKind kind, double at, const json& body, std::optional<int64_t> sequence) {
  Event event;
  event.link_id = history_.link.id;
  event.session = kSession;
  event.sequence = sequence;
  event.received_at = began_ + milliseconds_of(at);
  event.kind = kind;
  event.body = body.dump();
  event.agent = agent_;
  event.network = network_;
  history_.events.push_back(std::move(event));
}

AddedRequest add_request(EventMaker& events, const OutsideFields& request) {
  const std::string method = lower_ascii(request.text("method").value_or("get"));
  const Asked asked = asked_for(request);
  double at = request.number("at", -kLongestVisitSeconds, kLongestVisitSeconds).value_or(0);
  bool prefetch = request.flag("prefetch").value_or(false);
  if (asked == Asked::Headers || (method != "get" && method != "post")) {
    events.request(EventKind::Head, at, json::object());
  } else if (asked == Asked::Trap) {
    events.request(EventKind::Trap, at, json::object());
  } else if (asked == Asked::Media && method == "get") {
    add_media(events, request, at);
    return {.page = false, .video = true};
  } else if (asked == Asked::Page && method == "get") {
    events.request(EventKind::Page, at, {{"prefetch", prefetch}});
    return {.page = true, .video = false};
  } else {
    // A picture or a form: something was asked for, and neither the page nor the video.
    events.request(EventKind::Media, at, {{"first", 0}, {"length", 0}, {"size", 0}});
    events.request(EventKind::MediaEnd, at, {{"sent", 0}});
  }
  return {};
}

json load_body(const OutsideFields& from) {
  auto outer = from.pair("outer", 0, 1e6).value_or(std::pair(1280.0, 800.0));
  json body = {{"webdriver", from.flag("webdriver").value_or(false)},
               {"visible", from.flag("visible").value_or(true)},
               {"prerendered", from.flag("prerendered").value_or(false)},
               {"outer", {outer.first, outer.second}},
               {"inner", {outer.first, outer.second}}};
  if (auto gpu = from.text("gpu")) body["gpu"] = *gpu;
  return body;
}

json input_body(const OutsideFields& from) {
  auto ms = from.number("ms", 0, kLongestVisitMs);
  if (!ms) throw BadField{"an input has no \"ms\" (since load)"};
  return {{"trusted", from.flag("trusted").value_or(true)},
          {"keyboard", from.flag("keyboard").value_or(false)},
          {"ms", *ms}};
}

json play_body(const OutsideFields& from, std::optional<double> ms) {
  if (auto own = from.number("ms", 0, kLongestVisitMs)) ms = own;
  if (!ms) throw BadField{"a play has no \"ms\" (since load)"};
  return {{"trusted", from.flag("trusted").value_or(true)}, {"ms", *ms}, {"at", 0}};
}

json progress_body(const OutsideFields& from, const char* ranges_key) {
  json ranges = json::array();
  for (auto [first, last] : from.pairs(ranges_key, -kLongestVideoSeconds, kLongestVideoSeconds))
    ranges.push_back({first, last});
  return {{"ranges", std::move(ranges)},
          {"visible", from.flag("visible").value_or(true)},
          {"muted", from.flag("muted").value_or(false)},
          {"rate", from.number("rate", 0, kFastestRate).value_or(1)}};
}

void add_reports(EventMaker& events, const OutsideFields& line) {
  double latest = 0;
  for (const OutsideFields& event : line.objects("events")) {
    auto name = event.text("kind");
    auto kind = event_kind(name.value_or(""));
    if (!kind) throw BadField{"\"events\": the kind is missing or unknown"};
    auto sequence = event.number("sequence", 0, 1e9);
    latest = event.number("at", -kLongestVisitSeconds, kLongestVisitSeconds).value_or(latest);
    events.report(*kind, latest, report_body(*kind, event),
                  sequence ? std::optional(static_cast<int64_t>(*sequence)) : std::nullopt);
  }
}

}  // namespace candid::track
