#include "track/evidence/rules.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "core/suggest.h"

namespace candid::track {
namespace {

constexpr auto kScannerWindow = std::chrono::seconds(60);
constexpr double kHumanDelayMs = 1000;
constexpr double kConfirmingFraction = 0.5;
constexpr double kViewedSeconds = 5;
constexpr double kSecondsRounding = 1e-6;  // seconds: durations are kept in microseconds

Ruling ruled(ViewState state, std::string_view reason) {
  Ruling ruling;
  ruling.state = state;
  ruling.reason = reason;
  return ruling;
}

double duration_of(const SessionCase& session) {
  return std::chrono::duration<double>(session.context.duration).count();
}

// What a known program came to, by what it fetched: a mail program that shows pictures is no scanner, and a proxy for
// pictures that plays the video, or runs scripts, is no proxy for pictures.
Ruling known_program(const KnownAgent& known, const SessionFacts& facts) {
  if (is_only_images(facts) && known.shows_mail) return ruled(ViewState::MailImageOnly, known.what);
  const bool does_more = facts.media_requested || facts.scripted || facts.trapped;
  if (known.state == ViewState::MailImageOnly && does_more) {
    return ruled(ViewState::MachineAutomation, fmt::format("{}, which fetched more than pictures", known.what));
  }
  return ruled(known.state, known.what);
}

// A browser that a program drives fetches its videos under the name that it has; other names are players', or of those
// who fetch a second time.
bool is_scripted_browser(const std::string& agent, const KnownAgent& known) {
  return known.state == ViewState::MachineAutomation && agent.starts_with("Mozilla/");
}

std::optional<Ruling> named_program(const SessionFacts& facts, const AgentList& agents) {
  for (const std::string& agent : facts.agents) {
    if (auto known = agents.find(agent)) return known_program(*known, facts);
  }
  for (const std::string& agent : facts.fetchers) {
    auto known = agents.find(agent);
    if (known && is_scripted_browser(agent, *known)) return ruled(known->state, known->what);
  }
  auto is_blank = [](const std::string& agent) { return agent.find_first_not_of(" \t") == std::string::npos; };
  if (std::any_of(facts.agents.begin(), facts.agents.end(), is_blank)) {
    return ruled(ViewState::MachineAutomation, "a program that does not name itself");
  }
  return std::nullopt;
}

// Rule 2.
std::optional<Ruling> decisive_machine(const SessionCase& session, const AgentList& agents) {
  const SessionFacts& facts = session.facts;
  if (auto named = named_program(facts, agents)) return named;
  if (is_only_images(facts)) return ruled(ViewState::MailImageOnly, "a mail's pictures were fetched, and nothing else");
  if (facts.trapped) return ruled(ViewState::MachineScanner, "followed a link that people cannot see");
  if (session.shared.links > 0) {
    return ruled(ViewState::MachineScanner,
                 fmt::format("opened {} links of one mail within ten seconds", session.shared.links));
  }
  if (facts.webdriver) return ruled(ViewState::MachineAutomation, "a browser driven by a program");
  if (facts.without_window) return ruled(ViewState::MachineAutomation, "a browser without a window");
  if (facts.only_head) return ruled(ViewState::MachineScanner, "asked for the headers alone, as link checkers do");
  if ((facts.prefetched || facts.prerendered) && !facts.shown) {
    return ruled(ViewState::Prefetch, "fetched in advance and never shown");
  }
  return std::nullopt;
}

bool is_right_after_mail(const SessionCase& session) {
  if (!session.context.mail_accepted_at) return false;
  // Gateways also look at a mail before they accept it.
  return std::chrono::abs(session.facts.first - *session.context.mail_accepted_at) < kScannerWindow;
}

// Rule 3, in words; empty when nothing speaks for a machine.
std::vector<std::string> machine_signs(const SessionCase& session) {
  const SessionFacts& facts = session.facts;
  std::vector<std::string> signs;
  if (!facts.machine_network.empty()) signs.push_back(fmt::format("came from {}", facts.machine_network));
  if (is_right_after_mail(session)) signs.emplace_back("under a minute after the mail arrived");
  if (session.shared.candidates > 0) {
    signs.push_back(
        fmt::format("the same source opened {} candidates' links within two minutes", session.shared.candidates));
  }
  if (!facts.software_gpu.empty()) {
    signs.push_back(fmt::format("no graphics card, as on servers ({})", facts.software_gpu));
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
  if (seconds + kSecondsRounding < std::min(kViewedSeconds, duration / 2)) return ViewState::Played;
  for (const auto& [fraction, state] : kSteps) {
    if (seconds + kSecondsRounding >= fraction * duration) return state;
  }
  return ViewState::Viewed;
}

// Rules 1 and 4: a session in which nothing was played.
Ruling unplayed(const SessionFacts& facts) {
  if (!facts.scripted && !facts.page_requested) {
    return ruled(ViewState::PageUnverified, "a file was asked for, not the page");
  }
  if (!facts.scripted) {
    return ruled(ViewState::PageUnverified, "the page was asked for, but its script reported nothing");
  }
  // Who has answered saw the page, whatever report was lost; scanners send forms, too, so an answer alone is nothing.
  bool answered = facts.answered && facts.human_input;
  if (!facts.shown && !answered) return ruled(ViewState::PageUnverified, "opened, but never visible");
  if (!facts.human_input) return ruled(ViewState::PageUnverified, "opened and visible, but nobody touched it");
  std::string reason = answered ? "touched and answered by a person" : "visible, and touched by a person";
  if (facts.started_by_itself) reason += "; but nobody started the video";
  return ruled(ViewState::PageHuman, reason);
}

// Whole numbers as they are, others cut to tenths: rounded up, they would tell more than was watched.
std::string in_words(double seconds) {
  const double tenths = std::floor(seconds * 10 + kSecondsRounding) / 10;
  return tenths == std::floor(tenths) ? fmt::format("{:.0f}", tenths) : fmt::format("{:.1f}", tenths);
}

Ruling watched(double seconds, double duration) {
  const double percent = std::floor(100 * (seconds + kSecondsRounding) / duration);
  Ruling ruling = ruled(watched_state(seconds, duration),
                        fmt::format("watched {} of {} s ({:.0f} %)", in_words(seconds), in_words(duration), percent));
  ruling.watched_seconds = seconds;
  return ruling;
}

// Bytes and seconds do not run quite alike: a tenth more than was sent and a second are forgiven. Who tells of more has
// seen no more than was sent.
double within_bytes(double seconds, double sent) {
  return seconds > 1.1 * sent + 1 ? sent : seconds;
}

}  // namespace

bool is_only_images(const SessionFacts& facts) {
  return facts.images_requested && !facts.page_requested && !facts.media_requested && !facts.others_requested &&
         !facts.headers_requested && !facts.scripted && !facts.trapped;
}

Ruling weigh(const SessionCase& session, const AgentList& agents) {
  const SessionFacts& facts = session.facts;
  if (session.purpose == Purpose::Owner) return ruled(ViewState::OwnerExcluded, "the recruiter's own link");
  if (facts.by_owner) return ruled(ViewState::OwnerExcluded, "a browser that has signed in to the dashboard");
  if (auto machine = decisive_machine(session, agents)) return *machine;
  double duration = duration_of(session);
  double seconds = std::min(facts.played_seconds, facts.allowed_seconds);
  bool played = facts.started_by_gesture && seconds > 0;
  // What cannot be is left out; where nothing is left that was watched, it is all that the session tells.
  if (facts.impossible > 0 && !played) {
    return ruled(ViewState::InvalidEvent, "reports what cannot be, such as seconds that the video does not have");
  }
  const bool unfetched = played && session.context.media_served_here && session.served == 0;
  played &= !unfetched;
  if (session.context.media_served_here) seconds = within_bytes(seconds, session.served * duration);

  std::vector<std::string> signs = machine_signs(session);
  bool confirmed = facts.human_input && played && seconds + kSecondsRounding >= kConfirmingFraction * duration;
  Ruling ruling;
  if (!signs.empty() && !confirmed) {  // rule 7
    ruling = ruled(ViewState::PageUnverified, fmt::format("opened, not confirmed: {}", join(signs)));
  } else if (!played) {
    ruling = unplayed(facts);
  } else {
    ruling = watched(seconds, duration);
  }
  if (unfetched) ruling.reason += "; reports a played video that was never fetched";
  if (facts.impossible > 0) ruling.reason += "; reports of what cannot be were left out";
  ruling.machine_signs = std::move(signs);
  return ruling;
}

}  // namespace candid::track
