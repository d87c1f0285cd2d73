#include "track/evidence/outside_session.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "track/evidence/kept_list.h"
#include "track/evidence/networks.h"
#include "track/evidence/outside_events.h"
#include "track/evidence/outside_fields.h"
#include "track/evidence/outside_kinds.h"
#include "track/evidence/outside_short.h"

namespace candid::track {
namespace {

using nlohmann::json;

constexpr double kDefaultDuration = 60;
constexpr double kMostSinceMail = 1e12;
constexpr size_t kMostGuesses = 40;  // at what unknown keys may mean: each is compared with all that there are
constexpr UtcTime kStart{std::chrono::hours(24 * 365 * 50)};  // any moment; only distances matter

// Parts of a line that others put into objects of their own: {"navigator": {"webdriver": true}}.
constexpr std::string_view kParts[] = {"navigator", "browser", "client",  "page",     "document", "window",
                                       "load",      "screen",  "env",     "signals",  "player",   "playback",
                                       "video",     "script",  "headers", "context",  "behavior", "behaviour",
                                       "beacon",    "mail",    "link",    "candidate"};

void spread_parts(OutsideFields& line) {
  static constexpr FieldKey kWindow{"window"};
  for (std::string_view part : kParts) {
    const json* window = part == "window" ? line.raw(kWindow) : nullptr;
    // A size is what it is, and not a part.
    if (window != nullptr && window->is_object() && window->contains("width")) continue;
    line.spread(part);
  }
}

// The line's; else those of the first request that tells one.
std::vector<std::string> agents_of(const OutsideFields& line) {
  std::vector<std::string> agents = agents_in(line);
  for (const OutsideFields& request : line.objects(keys::kRequests, request_from_text)) {
    if (agents.empty()) agents = agents_in(request);
  }
  const std::vector<std::string> hints = line.texts(keys::kClientHints);
  auto is_headless = [](const std::string& brand) { return lower_ascii(brand).find("headless") != std::string::npos; };
  if (std::any_of(hints.begin(), hints.end(), is_headless)) agents.emplace_back("Mozilla/5.0 HeadlessChrome");
  return agents;
}

// What is told of it, and of what it is.
std::vector<std::string> network_texts(const OutsideFields& line) {
  std::vector<std::string> told = line.texts(keys::kNetwork);
  for (const auto& [key, name] :
       {std::pair(&keys::kDataCentre, "data centre"), std::pair(&keys::kMailSecurity, "mail security")}) {
    const json* is_one = line.raw(*key);
    if (is_one == nullptr) continue;
    if (is_one->is_string()) told.push_back(line.text(*key).value_or(""));
    if (*is_one == true || *is_one == 1) told.emplace_back(name);
  }
  return told;
}

// Of several things that are told of it: a proxy or gateway of people; else the first of which something is known.
std::string network_of(const OutsideFields& line) {
  const std::vector<std::string> told = network_texts(line);
  std::string known;
  for (const std::string& network : told) {
    const std::string kept = truncated_network(network);
    if (is_of_people(kept)) return kept;
    if (known.empty() && NetworkList::built_in().find(kept) != nullptr) known = kept;
  }
  if (!known.empty() || told.empty()) return known;
  return truncated_network(told.front());
}

// The first that is an address, or a range.
std::string address_of(const OutsideFields& line) {
  for (const std::string& network : line.texts(keys::kNetwork)) {
    if (is_address(network)) return truncated_network(network);
  }
  return {};
}

SharedSigns told_signs(const OutsideFields& line) {
  SharedSigns told;
  auto candidates = static_cast<int>(line.number(keys::kCandidatesIn2min, 0, 1e6).value_or(0));
  auto links = static_cast<int>(line.number(keys::kLinksIn10s, 0, 1e6).value_or(0));
  if (candidates >= 3) told.candidates = candidates;
  if (links >= 2) told.links = links;
  return told;
}

// What is told of when it began, and where its clock begins.
struct Began {
  ArrivalClock clock = ArrivalClock::None;
  double seconds = 0;  // to be added to what requests and reports tell
};

Began began_of(const OutsideFields& line, const std::optional<double>& since_mail) {
  bool told = false;
  for (const OutsideFields& request : line.objects(keys::kRequests, request_from_text)) {
    auto at = request.moment(keys::kAt);
    if (at && std::abs(*at) >= kEpochLike) return {ArrivalClock::Shared, 0};
    told |= at.has_value();
  }
  if (auto starts_at = line.moment(keys::kStartsAt)) return {ArrivalClock::Shared, *starts_at};
  if (since_mail) return {ArrivalClock::SinceMail, *since_mail};
  return {told ? ArrivalClock::Line : ArrivalClock::None, 0};
}

std::string link_in_path(const OutsideFields& line) {
  const std::string path = line.text_if_any(keys::kPath).value_or("");
  return !path.empty() && asked_for(path) == Asked::Page ? link_in(path).token : std::string();
}

Arrival arrival_of(const OutsideFields& line, const OutsideSession& session, const AddedRequests& asked) {
  Arrival arrival;
  if (session.clock == ArrivalClock::None || session.history.link.purpose == Purpose::Owner) return arrival;
  arrival.mail = line.name_or_number(keys::kMail).value_or("");
  arrival.candidate = line.name_or_number(keys::kCandidate).value_or(arrival.mail);
  arrival.link = line.name_or_number(keys::kLink).value_or(asked.token);
  if (arrival.link.empty()) arrival.link = link_in_path(line);
  if (auto source = line.name_or_number(keys::kSourceGroup)) {
    if (arrival.candidate.empty()) arrival.candidate = session.id;
    arrival.sources.insert(*source);
  } else if (!arrival.candidate.empty() && session.clock == ArrivalClock::Shared) {
    if (std::string network = address_of(line); !network.empty()) arrival.sources.insert(network);
  }
  if (is_shared_by_people(network_of(line))) arrival.sources.clear();  // as the server keeps no label of it
  if (arrival.link.empty()) arrival.mail.clear();                      // lines that name no link may be visits of one
  return arrival;
}

// What is ignored, each once.
std::vector<std::string> slips_in(const OutsideFields& line) {
  std::vector<std::string> slips;
  size_t guesses = kMostGuesses;
  // Each key once in each list, however many items have it.
  auto add = [&](const std::vector<OutsideFields>& items, const KeyList& known) {
    std::set<std::string> told;
    for (const OutsideFields& item : items) {
      for (std::string& slip : item.unknown(known, guesses, told)) slips.push_back(std::move(slip));
    }
  };
  add({line}, keys_of_line());
  add(line.objects(keys::kRequests, request_from_text), keys_of_request());
  add(inputs_of(line), keys_of_input());
  add(events_of(line), keys_of_report());
  add(beats_of(line), keys_of_report());
  const json* play = line.raw(keys::kPlay);
  if (play != nullptr && play->is_object()) add({*line.object(keys::kPlay)}, keys_of_play());
  return slips;
}

bool is_owner(const OutsideFields& line) {
  if (is_by_owner(line)) return true;
  if (line.name_or_number(keys::kLink).value_or("") == "owner") return true;
  const json* purpose = line.raw(keys::kPurpose);
  if (purpose == nullptr || !purpose->is_string()) return false;
  const std::string who = lower_ascii(purpose->get_ref<const std::string&>());
  return who == "owner" || who == "recruiter";
}

void set_mail_time(OutsideSession& session, const OutsideFields& line, const std::optional<double>& since_mail,
                   const AddedRequests& asked, UtcTime began) {
  if (since_mail) {
    UtcTime first = began + milliseconds_of(asked.first);
    for (const Event& event : session.history.events) first = std::min(first, event.received_at);
    session.context.mail_accepted_at = first - milliseconds_of(*since_mail);
  } else if (auto accepted = line.moment(keys::kMailAt)) {
    // By a clock that the line's own times are of: one that all lines share, or one that its requests tell.
    const bool is_of_requests = session.clock == ArrivalClock::Line && std::abs(*accepted) < kEpochLike;
    if (is_of_requests || session.clock == ArrivalClock::Shared) {
      session.context.mail_accepted_at = kStart + milliseconds_of(*accepted);
    } else {
      session.slips.emplace_back("\"mail_accepted_at\" is ignored: nothing tells by the same clock when the visit was");
    }
  }
}

void set_duration(OutsideSession& session, const OutsideFields& line, bool& impossible) {
  double duration = kDefaultDuration;
  try {
    duration = line.seconds(keys::kDuration, 0.1, kLongestVideoSeconds).value_or(kDefaultDuration);
  } catch (const BadField& bad) {
    if (!bad.impossible) throw;
    impossible = true;
  }
  session.context.duration = std::chrono::duration_cast<Microseconds>(std::chrono::duration<double>(duration));
}

std::optional<double> wall_of(const OutsideFields& line) {
  try {
    return line.seconds(keys::kWall, 0, kLongestVisitSeconds);
  } catch (const BadField& bad) {
    if (!bad.impossible) throw;
    return std::nullopt;  // told where the playing is
  }
}

// What the page's script reported, in whichever of the two ways it is told.
void add_script(EventMaker& events, const OutsideFields& line, const AddedRequests& asked,
                std::vector<std::string>& slips) {
  const LineContext context{line, asked.page_at, was_seen(line, asked), wall_of(line),
                            first_start_of(line, asked.page_at)};
  ToldEvents told = read_reports(context, slips);
  add_short_form(events, line, asked, told, slips);
  for (ToldReport& report : told.reports) events.report(std::move(report));
}

OutsideSession read(const json& parsed) {
  OutsideFields line(parsed, "");
  spread_parts(line);
  OutsideSession session;
  session.slips = slips_in(line);
  session.id = line.name_or_number(keys::kId).value_or("");
  bool impossible = false;
  set_duration(session, line, impossible);
  session.history.link.id = 1;
  session.history.link.purpose = is_owner(line) ? Purpose::Owner : Purpose::Candidate;

  auto since_mail = line.seconds(keys::kSinceMail, -kMostSinceMail, kMostSinceMail);
  const Began start = began_of(line, since_mail);
  const UtcTime began = kStart + milliseconds_of(start.seconds);
  session.clock = start.clock;
  const std::vector<std::string> agents = agents_of(line);
  EventMaker events(session.history, began, agents.empty() ? "" : agents.front(), network_of(line));
  const AddedRequests asked = add_requests(events, line);
  session.first_at = asked.first;
  add_script(events, line, asked, session.slips);
  if (impossible) {
    events.impossible(asked.first);
    events.forget_playing();
  }
  events.finish();
  for (const std::string& agent : agents) {
    if (agent != agents.front()) events.also_under(agent);
  }

  session.context.media_served_here = line.flag(keys::kServedHere).value_or(asked.video);
  set_mail_time(session, line, since_mail, asked, began);
  session.told = told_signs(line);
  session.told.links = std::max(session.told.links, asked.links);
  session.arrival = arrival_of(line, session, asked);
  session.arrival.at = began + milliseconds_of(asked.first);
  return session;
}

}  // namespace

Result<OutsideSession> read_outside_session(std::string_view line) {
  const json parsed = json::parse(line, nullptr, false);
  if (parsed.is_discarded()) return fail(ErrorKind::InvalidInput, "it is not JSON", "one JSON object on one line");
  try {
    return read(parsed);
  } catch (const BadField& bad) {
    return fail(ErrorKind::InvalidInput, bad.why, bad.hint);
  }
}

}  // namespace candid::track
