#include "track/pages/beacon.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace candid::track {
namespace {

using nlohmann::json;

constexpr size_t kMostEvents = 50;
constexpr size_t kMostRanges = 200;
constexpr int64_t kLastSequence = 1'000'000;
constexpr double kLongestVideoSeconds = 24 * 3600;
constexpr double kLongestVisitMs = 7 * 24 * 3600 * 1000.0;
constexpr double kLargestPixels = 100'000;
constexpr double kFastestRate = 16;   // browsers' own limit
constexpr int64_t kLongestGpu = 120;  // characters

// Thrown inside this file only, so that the field checks below read as plain statements.
struct Refused {
  std::string why;
};

void require(bool holds, std::string_view why) {
  if (!holds) throw Refused{std::string(why)};
}

void require_keys(const json& object, std::initializer_list<std::string_view> keys) {
  require(object.is_object(), "an object is needed");
  require(object.size() == keys.size(), "there are keys too many or too few");
  for (std::string_view key : keys) require(object.contains(key), fmt::format("\"{}\" is missing", key));
}

void require_bool(const json& value) {
  require(value.is_boolean(), "true or false is needed");
}

double number(const json& value, double least, double most) {
  require(value.is_number(), "a number is needed");
  double given = value.get<double>();
  require(std::isfinite(given) && given >= least && given <= most, "a number is out of bounds");
  return given;
}

std::string text(const json& value) {
  require(value.is_string(), "text is needed");
  return value.get<std::string>();
}

void require_size(const json& pair) {
  require(pair.is_array() && pair.size() == 2, "a size is two numbers");
  for (const json& length : pair) number(length, 0, kLargestPixels);
}

void require_ranges(const json& ranges) {
  require(ranges.is_array() && ranges.size() <= kMostRanges, "a short list of ranges is needed");
  for (const json& range : ranges) {
    require(range.is_array() && range.size() == 2, "a range is two seconds");
    double from = number(range[0], 0, kLongestVideoSeconds);
    number(range[1], from, kLongestVideoSeconds);
  }
}

int64_t characters(const std::string& utf8) {
  return std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
}

void require_load_keys(const json& event) {
  if (!event.contains("gpu")) {
    return require_keys(event, {"sequence", "kind", "webdriver", "visible", "prerendered", "outer", "inner"});
  }
  require_keys(event, {"sequence", "kind", "webdriver", "visible", "prerendered", "outer", "inner", "gpu"});
  require(characters(text(event["gpu"])) <= kLongestGpu, "the name of what draws is too long");
}

void require_fields(EventKind kind, const json& event) {
  switch (kind) {
    case EventKind::Load:
      require_load_keys(event);
      for (const char* key : {"webdriver", "visible", "prerendered"}) require_bool(event[key]);
      for (const char* key : {"outer", "inner"}) require_size(event[key]);
      return;
    case EventKind::Input:
      require_keys(event, {"sequence", "kind", "trusted", "keyboard", "ms"});
      for (const char* key : {"trusted", "keyboard"}) require_bool(event[key]);
      number(event["ms"], 0, kLongestVisitMs);
      return;
    case EventKind::Play:
      require_keys(event, {"sequence", "kind", "trusted", "ms", "at"});
      require_bool(event["trusted"]);
      number(event["ms"], 0, kLongestVisitMs);
      number(event["at"], 0, kLongestVideoSeconds);
      return;
    case EventKind::Beat:
    case EventKind::Pause:
    case EventKind::Ended:
    case EventKind::Hide:
      require_keys(event, {"sequence", "kind", "ranges", "visible", "muted", "rate"});
      require_ranges(event["ranges"]);
      for (const char* key : {"visible", "muted"}) require_bool(event[key]);
      number(event["rate"], 0, kFastestRate);
      return;
    case EventKind::Reaction:
      require_keys(event, {"sequence", "kind", "name"});
      require(is_reaction(text(event["name"])), "the reaction is unknown");
      return;
    default:
      require(false, "a page cannot report this kind of event");
  }
}

Event read_event(const json& given, const std::string& session) {
  require(given.is_object() && given.contains("kind") && given.contains("sequence"), "an event has kind and sequence");
  auto kind = event_kind(text(given["kind"]));
  require(kind.has_value(), "the kind of event is unknown");
  require_fields(*kind, given);
  require(given["sequence"].is_number_integer(), "a sequence is a whole number");
  number(given["sequence"], 0, static_cast<double>(kLastSequence));
  json body = given;
  body.erase("sequence");
  body.erase("kind");
  Event event;
  event.session = session;
  event.sequence = given["sequence"].get<int64_t>();
  event.kind = *kind;
  event.body = body.dump();
  return event;
}

}  // namespace

bool is_reaction(std::string_view name) {
  return std::find(kReactions.begin(), kReactions.end(), name) != kReactions.end();
}

Result<Beacon> parse_beacon(std::string_view report) {
  try {
    json parsed = json::parse(report);
    require_keys(parsed, {"session", "nonce", "events"});
    Beacon beacon;
    beacon.ticket = {text(parsed["session"]), text(parsed["nonce"])};
    const json& events = parsed["events"];
    require(events.is_array() && !events.empty() && events.size() <= kMostEvents, "1 to 50 events are needed");
    for (const json& event : events) beacon.events.push_back(read_event(event, beacon.ticket.session));
    return beacon;
  } catch (const Refused& refused) {
    return fail(ErrorKind::InvalidInput, fmt::format("the report is refused: {}", refused.why));
  } catch (const json::exception&) {
    // Not the library's words: they repeat bits of the report, which may be a page's ticket.
    return fail(ErrorKind::InvalidInput, "the report is refused: it is not JSON");
  }
}

}  // namespace candid::track
