#include "track/evidence/outside_session.h"

#include <algorithm>
#include <initializer_list>

#include <nlohmann/json.hpp>

#include "track/evidence/networks.h"
#include "track/evidence/outside_events.h"
#include "track/evidence/outside_fields.h"

namespace candid::track {
namespace {

using nlohmann::json;

constexpr double kDefaultDuration = 60;
constexpr double kLowest = -kLongestVideoSeconds;
constexpr double kHighest = kLongestVideoSeconds;
constexpr double kLoadAfterPage = 0.5;  // seconds, where only the higher-level form tells of a script
constexpr UtcTime kStart{std::chrono::hours(24 * 365 * 50)};  // any moment; only distances matter

// A script runs only in a page that was fetched. What says nothing by itself (a size, a false) does not tell of one.
bool tells_of_script(const OutsideFields& line, bool asked_for_page) {
  if (auto script = line.flag("script")) return *script;
  bool did_something = !line.objects("inputs").empty() || !line.pairs("played", kLowest, kHighest).empty() ||
                       line.has("play") || line.flag("autoplay").value_or(false) ||
                       line.flag("webdriver").value_or(false) || line.flag("prerendered").value_or(false);
  if (did_something) return true;
  return asked_for_page && (line.has("outer") || line.has("visible") || line.has("gpu"));
}

// Of the inputs, the first that a person can have made: it started the video, unless the line says otherwise.
struct FirstTrusted {
  std::optional<double> ms{};
};

FirstTrusted add_inputs(EventMaker& events, const OutsideFields& line) {
  FirstTrusted first;
  for (const OutsideFields& input : line.objects("inputs")) {
    json body = input_body(input);
    auto ms = body["ms"].get<double>();
    if (body["trusted"].get<bool>()) first.ms = std::min(first.ms.value_or(ms), ms);
    events.report(EventKind::Input, kLoadAfterPage + ms / 1000, body);
  }
  return first;
}

double length_of(const json& ranges) {
  double sum = 0;
  for (const json& range : ranges) sum += std::max(0.0, range[1].get<double>() - range[0].get<double>());
  return sum;
}

void add_playing(EventMaker& events, const OutsideFields& line, const FirstTrusted& gesture) {
  json progress = progress_body(line, "played");
  auto play = line.object("play");
  if (progress["ranges"].empty() && !play) return;
  bool by_gesture = gesture.ms.has_value() && !line.flag("autoplay").value_or(false);
  json start = {{"trusted", by_gesture}, {"ms", gesture.ms.value_or(0)}, {"at", 0}};
  if (play) start = play_body(*play, gesture.ms.value_or(0));
  double began = kLoadAfterPage + start["ms"].get<double>() / 1000;
  events.report(EventKind::Play, began, start);
  double rate = std::max(0.0625, progress["rate"].get<double>());
  double wall = line.number("wall_seconds", 0, kLongestVisitSeconds).value_or(length_of(progress["ranges"]) / rate);
  if (!progress["ranges"].empty()) events.report(EventKind::Beat, began + wall, progress);
}

void add_higher_level(EventMaker& events, const OutsideFields& line, bool asked_for_page) {
  if (!tells_of_script(line, asked_for_page)) return;
  events.report(EventKind::Load, kLoadAfterPage, load_body(line));
  add_playing(events, line, add_inputs(events, line));
}

AddedRequest add_requests(EventMaker& events, const OutsideFields& line) {
  if (!line.has("requests")) {
    events.request(EventKind::Page, 0, {{"prefetch", false}});
    return {.page = true, .video = false};
  }
  AddedRequest all;
  for (const OutsideFields& request : line.objects("requests")) {
    AddedRequest added = add_request(events, request);
    all.page |= added.page;
    all.video |= added.video;
  }
  return all;
}

std::string first_text(const OutsideFields& line, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    if (auto text = line.text(key)) return *text;
  }
  return {};
}

SharedSigns told_signs(const OutsideFields& line) {
  SharedSigns told;
  auto candidates = static_cast<int>(line.number("candidates_of_source_in_2min", 0, 1e6).value_or(0));
  auto links = static_cast<int>(line.number("links_of_mail_in_10s", 0, 1e6).value_or(0));
  if (candidates >= 3) told.candidates = candidates;
  if (links >= 2) told.links = links;
  return told;
}

Arrival arrival_of(const OutsideFields& line, const OutsideSession& session, const std::string& network) {
  Arrival arrival;
  arrival.mail = line.text("mail").value_or("");
  arrival.link = line.text("link").value_or(session.id);
  auto source = line.text("source_group");
  if (!source && arrival.mail.empty()) return arrival;
  arrival.agent = first_text(line, {"agent", "user_agent"});
  if (source) {
    arrival.candidate = line.text("candidate").value_or(arrival.mail.empty() ? session.id : arrival.mail);
    arrival.sources.insert(*source);
  } else if (!network.empty()) {
    arrival.sources.insert(network);
  }
  return arrival;
}

OutsideSession read(const json& parsed) {
  const OutsideFields line(parsed, "");
  OutsideSession session;
  session.id = line.text("id").value_or("");
  double duration = line.number("duration", 0.1, kLongestVideoSeconds).value_or(kDefaultDuration);
  session.context.duration = std::chrono::duration_cast<Microseconds>(std::chrono::duration<double>(duration));
  session.history.link.id = 1;
  bool owner = line.flag("owner").value_or(false) || line.text("purpose").value_or("") == "owner";
  session.history.link.purpose = owner ? Purpose::Owner : Purpose::Candidate;

  const std::string network = truncated_network(first_text(line, {"network", "ip"}));
  auto since_mail = line.number("seconds_since_mail", -kLongestVisitSeconds, kLongestVisitSeconds);
  double starts_at =
      line.number("starts_at", -kLongestVisitSeconds, kLongestVisitSeconds).value_or(since_mail.value_or(0));
  const UtcTime began = kStart + milliseconds_of(starts_at);
  EventMaker events(session.history, began, first_text(line, {"agent", "user_agent"}), network);
  AddedRequest asked = add_requests(events, line);
  add_reports(events, line);
  add_higher_level(events, line, asked.page);

  session.context.media_served_here = line.flag("media_served_here").value_or(asked.video);
  if (since_mail) {
    UtcTime first = began;
    for (const Event& event : session.history.events) first = std::min(first, event.received_at);
    session.context.mail_accepted_at = first - milliseconds_of(*since_mail);
  }
  session.told = told_signs(line);
  session.arrival = arrival_of(line, session, network);
  session.arrival.at = began;
  return session;
}

}  // namespace

Result<OutsideSession> read_outside_session(std::string_view line) {
  json parsed = json::parse(line, nullptr, false);
  if (parsed.is_discarded()) return fail(ErrorKind::InvalidInput, "it is not JSON");
  try {
    return read(parsed);
  } catch (const BadField& bad) {
    return fail(ErrorKind::InvalidInput, bad.why);
  }
}

}  // namespace candid::track
