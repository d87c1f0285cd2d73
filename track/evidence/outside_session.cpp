#include "track/evidence/outside_session.h"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

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
  if (auto script = line.flag(keys::kScript)) return *script;
  bool did_something = !line.objects(keys::kInputs).empty() || !line.ranges(keys::kPlayed, kLowest, kHighest).empty() ||
                       line.has(keys::kPlay) || line.flag(keys::kAutoplay).value_or(false) ||
                       line.flag(keys::kWebdriver).value_or(false) || line.flag(keys::kPrerendered).value_or(false);
  if (did_something) return true;
  bool tells_of_browser = line.has(keys::kOuter) || line.has(keys::kOuterWidth) || line.has(keys::kVisible) ||
                          line.has(keys::kHidden) || line.has(keys::kGpu);
  return asked_for_page && tells_of_browser;
}

// Of the inputs, the first that a person can have made: it started the video, unless the line says otherwise.
struct FirstTrusted {
  std::optional<double> ms{};
};

FirstTrusted add_inputs(EventMaker& events, const OutsideFields& line) {
  FirstTrusted first;
  for (const OutsideFields& input : line.objects(keys::kInputs)) {
    json body = input_body(input, since_load(input));
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
  json progress = progress_body(line, keys::kPlayed);
  auto play = line.object(keys::kPlay);
  if (progress["ranges"].empty() && !play) return;
  bool by_gesture = gesture.ms.has_value() && !line.flag(keys::kAutoplay).value_or(false);
  json start = {{"trusted", by_gesture}, {"ms", gesture.ms.value_or(0)}, {"at", 0}};
  if (play) start = play_body(*play, since_load(*play).value_or(gesture.ms.value_or(0)));
  double began = kLoadAfterPage + start["ms"].get<double>() / 1000;
  events.report(EventKind::Play, began, start);
  double rate = std::max(0.0625, progress["rate"].get<double>());
  double wall = line.seconds(keys::kWall, 0, kLongestVisitSeconds).value_or(length_of(progress["ranges"]) / rate);
  if (!progress["ranges"].empty()) events.report(EventKind::Beat, began + wall, progress);
}

void add_higher_level(EventMaker& events, const OutsideFields& line, bool asked_for_page) {
  if (!tells_of_script(line, asked_for_page)) return;
  events.report(EventKind::Load, kLoadAfterPage, load_body(line));
  add_playing(events, line, add_inputs(events, line));
}

AddedRequest add_requests(EventMaker& events, const OutsideFields& line) {
  if (!line.has(keys::kRequests)) {
    events.request(EventKind::Page, 0, {{"prefetch", false}});
    return {.page = true, .video = false};
  }
  AddedRequest all;
  for (const OutsideFields& request : line.objects(keys::kRequests, request_from_text)) {
    AddedRequest added = add_request(events, request);
    all.page |= added.page;
    all.video |= added.video;
  }
  return all;
}

// The line's; else that of the first request that tells one.
std::string agent_of(const OutsideFields& line) {
  if (auto agent = line.text(keys::kAgent)) return *agent;
  for (const OutsideFields& request : line.objects(keys::kRequests, request_from_text)) {
    if (auto agent = request.text(keys::kAgent)) return *agent;
    auto headers = request.object(keys::kHeaders);
    auto agent = headers ? headers->text(keys::kAgent) : std::nullopt;
    if (agent) return *agent;
  }
  return {};
}

// Of several things that are told of it, the first of which something is known.
std::string network_of(const OutsideFields& line) {
  const std::vector<std::string> told = line.texts(keys::kNetwork);
  for (const std::string& network : told) {
    if (NetworkList::built_in().find(truncated_network(network)) != nullptr) return truncated_network(network);
  }
  return told.empty() ? std::string() : truncated_network(told.front());
}

SharedSigns told_signs(const OutsideFields& line) {
  SharedSigns told;
  auto candidates = static_cast<int>(line.number(keys::kCandidatesIn2min, 0, 1e6).value_or(0));
  auto links = static_cast<int>(line.number(keys::kLinksIn10s, 0, 1e6).value_or(0));
  if (candidates >= 3) told.candidates = candidates;
  if (links >= 2) told.links = links;
  return told;
}

Arrival arrival_of(const OutsideFields& line, const OutsideSession& session, const std::string& network) {
  Arrival arrival;
  arrival.mail = line.name_or_number(keys::kMail).value_or("");
  arrival.link = line.name_or_number(keys::kLink).value_or(session.id);
  auto source = line.name_or_number(keys::kSourceGroup);
  if (!source && arrival.mail.empty()) return arrival;
  arrival.agent = agent_of(line);
  if (source) {
    arrival.candidate =
        line.name_or_number(keys::kCandidate).value_or(arrival.mail.empty() ? session.id : arrival.mail);
    arrival.sources.insert(*source);
  } else if (!network.empty()) {
    arrival.sources.insert(network);
  }
  return arrival;
}

// Of parts that hold many alike, the first tells.
std::vector<std::string> slips_in(const OutsideFields& line) {
  std::vector<std::string> slips = line.unknown(keys_of_line());
  auto add = [&](const std::vector<OutsideFields>& items, std::span<const FieldKey* const> known) {
    if (items.empty()) return;
    for (std::string& slip : items.front().unknown(known)) slips.push_back(std::move(slip));
  };
  add(line.objects(keys::kRequests, request_from_text), keys_of_request());
  add(line.objects(keys::kInputs), keys_of_input());
  add(line.objects(keys::kEvents), keys_of_report());
  if (auto play = line.object(keys::kPlay)) add({*play}, keys_of_play());
  return slips;
}

OutsideSession read(const json& parsed) {
  const OutsideFields line(parsed, "");
  OutsideSession session;
  session.slips = slips_in(line);
  session.id = line.name_or_number(keys::kId).value_or("");
  double duration = line.seconds(keys::kDuration, 0.1, kLongestVideoSeconds).value_or(kDefaultDuration);
  session.context.duration = std::chrono::duration_cast<Microseconds>(std::chrono::duration<double>(duration));
  session.history.link.id = 1;
  bool owner = line.flag(keys::kOwner).value_or(false) || line.text(keys::kPurpose).value_or("") == "owner";
  session.history.link.purpose = owner ? Purpose::Owner : Purpose::Candidate;

  const std::string network = network_of(line);
  auto since_mail = line.seconds(keys::kSinceMail, -kLongestVisitSeconds, kLongestVisitSeconds);
  double starts_at =
      line.seconds(keys::kStartsAt, -kLongestVisitSeconds, kLongestVisitSeconds).value_or(since_mail.value_or(0));
  const UtcTime began = kStart + milliseconds_of(starts_at);
  EventMaker events(session.history, began, agent_of(line), network);
  AddedRequest asked = add_requests(events, line);
  add_reports(events, line);
  add_higher_level(events, line, asked.page);

  session.context.media_served_here = line.flag(keys::kServedHere).value_or(asked.video);
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
  if (parsed.is_discarded()) return fail(ErrorKind::InvalidInput, "it is not JSON", "one JSON object on one line");
  try {
    return read(parsed);
  } catch (const BadField& bad) {
    return fail(ErrorKind::InvalidInput, bad.why, bad.hint);
  }
}

}  // namespace candid::track
