#include "track/evidence/outside_events.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/text.h"
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
  const std::string what = lower_ascii(request.text(keys::kKind).value_or("page"));
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
  ByteRange range = range_of(request.text(keys::kRange).value_or(""));
  auto size = request.number(keys::kSize, 0, kMostBytes);
  auto sent = request.number(keys::kSent, 0, kMostBytes);
  bool probe = range.length && range.first + *range.length <= kProbeBytes;
  if (!sent && range.length && (size || probe)) sent = static_cast<double>(*range.length);
  if (!size && probe) size = kSomeSize;
  events.request(EventKind::Media, at,
                 {{"first", range.first}, {"length", range.length.value_or(0)}, {"size", size.value_or(0)}});
  if (sent) events.request(EventKind::MediaEnd, at, {{"sent", *sent}});
}

// What browsers say of it, in a header of its own or told apart.
bool is_prefetch(const OutsideFields& request) {
  static constexpr FieldKey kPurposes{"sec-purpose", {"purpose", "xmoz"}};
  auto headers = request.object(keys::kHeaders);
  std::string purpose = request.text(keys::kSecPurpose).value_or("");
  if (purpose.empty() && headers) purpose = headers->text(kPurposes).value_or("");
  return request.flag(keys::kPrefetch).value_or(false) || holds_any(lower_ascii(purpose), {"prefetch", "prerender"});
}

bool is_visible(const OutsideFields& from) {
  return from.flag(keys::kVisible).value_or(!from.flag(keys::kHidden).value_or(false));
}

constexpr const char* kReportKinds = "load, input, play, beat, pause, ended, hide, reaction, reply, consent";

// By the page's own words, or those of browsers' events.
std::optional<EventKind> report_named(const std::string& name) {
  static const std::map<std::string, EventKind, std::less<>> kOthers = {
      {"pageload", EventKind::Load},     {"loaded", EventKind::Load},     {"click", EventKind::Input},
      {"tap", EventKind::Input},         {"touch", EventKind::Input},     {"touchend", EventKind::Input},
      {"pointerdown", EventKind::Input}, {"mousedown", EventKind::Input}, {"keydown", EventKind::Input},
      {"key", EventKind::Input},         {"playing", EventKind::Play},    {"heartbeat", EventKind::Beat},
      {"progress", EventKind::Beat},     {"timeupdate", EventKind::Beat}, {"paused", EventKind::Pause},
      {"end", EventKind::Ended},         {"hidden", EventKind::Hide},     {"pagehide", EventKind::Hide}};
  const std::string form = form_of_key(name);
  auto other = kOthers.find(form);
  return other != kOthers.end() ? std::optional(other->second) : event_kind(form);
}

EventKind kind_of_report(const OutsideFields& event) {
  auto name = event.text(keys::kInputKind);
  if (!name) throw BadField{"an event has no \"kind\"", fmt::format("one of {}", kReportKinds)};
  auto kind = report_named(*name);
  if (!kind || *kind < EventKind::Load) {
    throw BadField{fmt::format("\"{}\" is nothing that a page reports", shorten(*name, 40)),
                   fmt::format("one of {}", kReportKinds)};
  }
  return *kind;
}

json report_body(EventKind kind, const OutsideFields& event, std::optional<double> ms) {
  switch (kind) {
    case EventKind::Load:
      return load_body(event);
    case EventKind::Input:
      return input_body(event, ms);
    case EventKind::Play:
      return play_body(event, ms);
    case EventKind::Beat:
    case EventKind::Pause:
    case EventKind::Ended:
    case EventKind::Hide:
      return progress_body(event, keys::kRanges);
    case EventKind::Reaction:
    case EventKind::Reply:
    default:  // what is said; kind_of_report() lets no request through
      return {{"trusted", event.flag(keys::kTrusted).value_or(true)}};
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
  const std::string method = lower_ascii(request.text(keys::kMethod).value_or("get"));
  const Asked asked = asked_for(request);
  double at = request.seconds(keys::kAt, -kLongestVisitSeconds, kLongestVisitSeconds).value_or(0);
  bool prefetch = is_prefetch(request);
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

json request_from_text(const std::string& text) {
  size_t space = text.find(' ');
  const std::string first = lower_ascii(std::string_view(text).substr(0, space));
  if (space != std::string::npos) return {{"method", first}, {"kind", text.substr(space + 1)}};
  bool is_method = first == "get" || first == "head" || first == "post" || first == "options";
  return is_method ? json{{"method", first}} : json{{"kind", text}};
}

std::optional<double> since_load(const OutsideFields& from) {
  if (auto ms = from.number(keys::kMs, 0, kLongestVisitMs)) return ms;
  auto seconds = from.seconds(keys::kSinceLoad, 0, kLongestVisitSeconds);
  return seconds ? std::optional(*seconds * 1000) : std::nullopt;
}

json load_body(const OutsideFields& from) {
  auto outer = from.size(keys::kOuter, 0, 1e6)
                   .value_or(std::pair(from.number(keys::kOuterWidth, 0, 1e6).value_or(1280.0),
                                       from.number(keys::kOuterHeight, 0, 1e6).value_or(800.0)));
  json body = {{"webdriver", from.flag(keys::kWebdriver).value_or(false)},
               {"visible", is_visible(from)},
               {"prerendered", from.flag(keys::kPrerendered).value_or(false)},
               {"outer", {outer.first, outer.second}},
               {"inner", {outer.first, outer.second}}};
  if (auto gpu = from.text(keys::kGpu)) body["gpu"] = *gpu;
  return body;
}

json input_body(const OutsideFields& from, std::optional<double> ms) {
  if (!ms)
    throw BadField{"an input has no \"ms\"", "milliseconds since the page was loaded, or \"at\", the same in seconds"};
  const std::string kind = lower_ascii(from.text(keys::kInputKind).value_or(""));
  return {{"trusted", from.flag(keys::kTrusted).value_or(true)},
          {"keyboard", from.flag(keys::kKeyboard).value_or(holds_any(kind, {"key"}))},
          {"ms", *ms}};
}

json play_body(const OutsideFields& from, std::optional<double> ms) {
  if (!ms) throw BadField{"a play has no \"ms\"", "milliseconds since the page was loaded"};
  return {{"trusted", from.flag(keys::kTrusted).value_or(true)}, {"ms", *ms}, {"at", 0}};
}

json progress_body(const OutsideFields& from, const FieldKey& ranges_key) {
  json ranges = json::array();
  for (auto [first, last] : from.ranges(ranges_key, -kLongestVideoSeconds, kLongestVideoSeconds))
    ranges.push_back({first, last});
  return {{"ranges", std::move(ranges)},
          {"visible", is_visible(from)},
          {"muted", from.flag(keys::kMuted).value_or(false)},
          {"rate", from.number(keys::kRate, 0, kFastestRate).value_or(1)}};
}

void add_reports(EventMaker& events, const OutsideFields& line) {
  double latest = 0;
  double loaded = 0;
  for (const OutsideFields& event : line.objects(keys::kEvents)) {
    const EventKind kind = kind_of_report(event);
    auto sequence = event.number(keys::kSequence, 0, 1e9);
    auto at = event.seconds(keys::kAt, -kLongestVisitSeconds, kLongestVisitSeconds);
    latest = at.value_or(latest);
    if (kind == EventKind::Load) loaded = latest;
    // Who tells when it happened, and not how long after load, has told both.
    auto ms = event.number(keys::kMs, 0, kLongestVisitMs);
    if (!ms && at) ms = std::max(0.0, (*at - loaded) * 1000);
    events.report(kind, latest, report_body(kind, event, ms),
                  sequence ? std::optional(static_cast<int64_t>(*sequence)) : std::nullopt);
  }
}

}  // namespace candid::track
