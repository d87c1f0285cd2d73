#include "track/evidence/evidence.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/suggest.h"
#include "track/evidence/session_facts.h"

namespace candid::track {
namespace {

constexpr auto kScannerWindow = std::chrono::seconds(60);
constexpr double kHumanDelayMs = 1000;
constexpr double kConfirmingFraction = 0.5;
constexpr double kViewedSeconds = 5;
constexpr double kRounding = 1e-9;

struct Ruling {
  ViewState state = ViewState::PageUnverified;
  std::string reason;
  double watched_seconds = 0;
};

// Rule 2.
std::optional<Ruling> decisive_machine(const SessionFacts& facts, const AgentList& agents) {
  if (auto known = agents.find(facts.agent)) return Ruling{known->state, known->what};
  if (facts.agent.empty()) return Ruling{ViewState::MachineAutomation, "a program that does not name itself"};
  if (facts.trapped) return Ruling{ViewState::MachineScanner, "followed a link that people cannot see"};
  if (facts.webdriver) return Ruling{ViewState::MachineAutomation, "a browser driven by a program"};
  if (facts.without_window) return Ruling{ViewState::MachineAutomation, "a browser without a window"};
  if (facts.only_head) return Ruling{ViewState::MachineScanner, "asked for the headers alone, as link checkers do"};
  if ((facts.prefetched || facts.prerendered) && !facts.shown) {
    return Ruling{ViewState::Prefetch, "fetched in advance and never shown"};
  }
  return std::nullopt;
}

// Rule 3, in words; empty when nothing speaks for a machine.
std::vector<std::string> machine_signs(const SessionFacts& facts, const ViewContext& context) {
  std::vector<std::string> signs;
  if (context.mail_accepted_at && facts.first >= *context.mail_accepted_at &&
      facts.first - *context.mail_accepted_at < kScannerWindow) {
    signs.emplace_back("under a minute after the mail arrived");
  }
  if (facts.first_input_ms && !facts.first_input_trusted) {
    signs.emplace_back("the first input came from a script");
  } else if (facts.first_input_ms && *facts.first_input_ms < kHumanDelayMs) {
    signs.emplace_back("the first input came within a second");
  }
  return signs;
}

// Rule 6.
ViewState watched_state(double seconds, double duration) {
  constexpr std::array<std::pair<double, ViewState>, 4> kSteps = {{{0.95, ViewState::Watched95},
                                                                   {0.75, ViewState::Watched75},
                                                                   {0.50, ViewState::Watched50},
                                                                   {0.25, ViewState::Watched25}}};
  if (seconds + kRounding < std::min(kViewedSeconds, duration / 2)) return ViewState::Played;
  for (const auto& [fraction, state] : kSteps) {
    if (seconds / duration + kRounding >= fraction) return state;
  }
  return ViewState::Viewed;
}

// Rules 1 and 4: a session in which nothing was played.
Ruling unplayed(const SessionFacts& facts) {
  if (!facts.scripted && !facts.page_requested)
    return {ViewState::PageUnverified, "a file was asked for, not the page"};
  if (!facts.scripted) return {ViewState::PageUnverified, "the page was asked for, but its script reported nothing"};
  if (!facts.shown) return {ViewState::PageUnverified, "opened, but never visible"};
  if (!facts.human_input) return {ViewState::PageUnverified, "opened and visible, but nobody touched it"};
  if (!facts.started_by_itself) return {ViewState::PageHuman, "visible, and touched by a person"};
  return {ViewState::PageHuman, "visible, and touched by a person; but nobody started the video"};
}

// How much of the video the server sent over this link, 0..1: nobody watched more. While a transfer is under way its
// bytes are not known, and all of it is allowed.
double served_fraction(const LinkHistory& history) {
  size_t begun = 0;
  size_t ended = 0;
  double sent = 0;
  double size = 0;
  for (const Event& event : history.events) {
    if (event.kind != EventKind::Media && event.kind != EventKind::MediaEnd) continue;
    nlohmann::json body = nlohmann::json::parse(event.body, nullptr, false);
    if (event.kind == EventKind::Media) {
      ++begun;
      if (body.is_object()) size = std::max(size, body.value("size", 0.0));
    } else {
      ++ended;
      if (body.is_object()) sent += body.value("sent", 0.0);
    }
  }
  if (begun == 0) return 0;
  return ended < begun || size <= 0 ? 1 : std::min(1.0, sent / size);
}

Ruling weigh(const SessionFacts& facts, Purpose purpose, const ViewContext& context, double served,
             const AgentList& agents) {
  if (purpose == Purpose::Owner) return {ViewState::OwnerExcluded, "the recruiter's own link"};
  if (auto machine = decisive_machine(facts, agents)) return *machine;
  if (facts.impossible) {
    return {ViewState::InvalidEvent, "reports what cannot be, such as seconds that the video does not have"};
  }
  double duration = std::chrono::duration<double>(context.duration).count();
  double seconds = std::min(facts.played_seconds, facts.allowed_seconds);
  bool played = facts.shown && facts.started_by_gesture && seconds > 0;
  if (played && context.media_served_here) {
    if (served == 0) return {ViewState::PageUnverified, "reports a played video that was never fetched"};
    // Bytes and seconds do not run quite alike; a tenth more and a second are forgiven.
    seconds = std::min(seconds, 1.1 * served * duration + 1);
  }

  auto signs = machine_signs(facts, context);
  if (!signs.empty() && !(facts.human_input && played && seconds >= kConfirmingFraction * duration)) {  // rule 7
    return {ViewState::PageUnverified, fmt::format("opened, not confirmed: {}", join(signs))};
  }
  if (!played) return unplayed(facts);
  std::string reason =
      fmt::format("watched {:.0f} of {:.0f} s ({:.0f} %)", seconds, duration, 100 * seconds / duration);
  return {watched_state(seconds, duration), std::move(reason), seconds};
}

using Group = std::vector<Event>;

bool same_source(const Event& a, const Event& b) {
  return a.agent == b.agent && a.network == b.network;
}

// Requests outside any page load (the video, a HEAD) belong to the page load of the same source that began last before
// them; those of a source that never asked for the page stand together, by source.
std::map<std::string, Group> group_by_session(const std::vector<Event>& events) {
  std::map<std::string, Group> sessions;
  for (const Event& event : events) {
    if (!event.session.empty()) sessions[event.session].push_back(event);
  }
  std::map<std::string, Group> groups = sessions;
  for (const Event& event : events) {
    if (!event.session.empty()) continue;
    const std::string* home = nullptr;
    UtcTime home_began{};
    for (const auto& [name, session] : sessions) {
      auto began = std::min_element(session.begin(), session.end(), [](const Event& a, const Event& b) {
                     return a.received_at < b.received_at;
                   })->received_at;
      bool from_here =
          std::any_of(session.begin(), session.end(), [&](const Event& other) { return same_source(other, event); });
      if (!from_here || began > event.received_at || (home != nullptr && began <= home_began)) continue;
      home = &name;
      home_began = began;
    }
    // A line break stands in no header and no session's name, so these keys are apart from all others.
    groups[home != nullptr ? *home : fmt::format("{}\n{}", event.agent, event.network)].push_back(event);
  }
  return groups;
}

bool counts_for_candidate(const SessionVerdict& verdict) {
  return verdict.state < ViewState::OwnerExcluded;
}

bool weaker(const SessionVerdict& a, const SessionVerdict& b) {
  return std::tie(a.state, a.watched_seconds, b.first) < std::tie(b.state, b.watched_seconds, a.first);
}

}  // namespace

std::vector<SessionVerdict> judge_sessions(const LinkHistory& history, const ViewContext& context,
                                           const AgentList& agents) {
  double served = served_fraction(history);
  std::vector<SessionVerdict> verdicts;
  for (const auto& [name, events] : group_by_session(history.events)) {
    SessionFacts facts = gather_facts(events, context.duration);
    Ruling ruling = weigh(facts, history.link.purpose, context, served, agents);
    SessionVerdict verdict;
    verdict.link_id = history.link.id;
    if (name.find('\n') == std::string::npos) verdict.session = name;
    verdict.state = ruling.state;
    verdict.reason = std::move(ruling.reason);
    verdict.watched_seconds = ruling.watched_seconds;
    verdict.watched_fraction = ruling.watched_seconds / std::chrono::duration<double>(context.duration).count();
    verdict.first = facts.first;
    verdict.last = facts.last;
    verdicts.push_back(std::move(verdict));
  }
  std::stable_sort(verdicts.begin(), verdicts.end(),
                   [](const SessionVerdict& a, const SessionVerdict& b) { return a.first < b.first; });
  return verdicts;
}

CandidateView judge(std::span<const LinkHistory> histories, const ViewContext& context, const AgentList& agents) {
  CandidateView view;
  view.reason = "no link has been made yet";
  for (const LinkHistory& history : histories) {
    if (history.link.purpose == Purpose::Candidate) {
      view.reason = fmt::format("link made {}, not opened yet", format_utc(history.link.created_at));
      view.do_not_track |= history.link.do_not_track;
    }
    auto verdicts = judge_sessions(history, context, agents);
    std::move(verdicts.begin(), verdicts.end(), std::back_inserter(view.sessions));
  }
  std::stable_sort(view.sessions.begin(), view.sessions.end(),
                   [](const SessionVerdict& a, const SessionVerdict& b) { return a.first < b.first; });
  if (view.do_not_track) view.reason = "the candidate asked not to be tracked";

  const SessionVerdict* best = nullptr;
  for (const SessionVerdict& verdict : view.sessions) {
    if (!counts_for_candidate(verdict)) continue;
    if (best == nullptr || weaker(*best, verdict)) best = &verdict;
    if (verdict.state < ViewState::PageUnverified) continue;
    view.first_seen = std::min(view.first_seen.value_or(verdict.first), verdict.first);
    view.last_seen = std::max(view.last_seen.value_or(verdict.last), verdict.last);
  }
  if (best == nullptr) return view;
  view.state = best->state;
  view.reason =
      best->state < ViewState::PageUnverified ? fmt::format("only machines so far: {}", best->reason) : best->reason;
  view.watched_seconds = best->watched_seconds;
  view.watched_fraction = best->watched_fraction;
  return view;
}

}  // namespace candid::track
