// Sessions as `candid judge` reads them, and the rules over them. A line that is no JSON object is an agent's name and
// a network's.

#include <algorithm>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/fuzz/target.h"
#include "track/evidence/agents.h"
#include "track/evidence/evidence.h"
#include "track/evidence/judge_lines.h"
#include "track/evidence/networks.h"
#include "track/evidence/outside_session.h"

namespace candid::track {
namespace {

using fuzz::claim;
using nlohmann::json;

bool is_human(ViewState state) {
  return state >= ViewState::PageHuman && state < ViewState::OwnerExcluded;
}

bool has_trusted_input(const std::vector<Event>& events) {
  return std::any_of(events.begin(), events.end(), [](const Event& event) {
    if (event.kind != EventKind::Input && event.kind != EventKind::Play) return false;
    return json::parse(event.body).value("trusted", false);
  });
}

// Reports once more, an hour later; then all of it in another order.
std::vector<Event> replayed(const std::vector<Event>& events) {
  std::vector<Event> all = events;
  for (const Event& event : events) {
    if (!event.sequence) continue;
    all.push_back(event);
    all.push_back(event);
    all.back().received_at += std::chrono::hours(1);
  }
  std::shuffle(all.begin(), all.end(), std::mt19937_64(all.size()));
  return all;
}

void check_alike(const CandidateView& a, const CandidateView& b) {
  claim(a.sessions.size() == b.sessions.size(), "what comes twice makes no session");
  claim(a.state == b.state && a.reason == b.reason, "a verdict stays, in whatever order and however often events come");
  claim(a.watched_seconds == b.watched_seconds, "so do the seconds that were watched");
}

void check_session(const OutsideSession& session) {
  const std::vector<Event>& events = session.history.events;
  const CandidateView view = judge(std::span(&session.history, 1), session.context);
  const double duration = std::chrono::duration<double>(session.context.duration).count();
  claim(view.watched_seconds >= 0 && view.watched_seconds <= duration, "nobody watches more than there is");
  if (is_human(view.state)) {
    claim(has_trusted_input(events), "without trusted input nothing goes above page_unverified");
    for (const Event& event : events) {
      const bool is_file = event.kind == EventKind::Media || event.kind == EventKind::MediaEnd ||
                           event.kind == EventKind::Head;  // players call themselves otherwise
      claim(is_file || !AgentList::built_in().find(event.agent), "a program that names itself is no person");
    }
  }
  LinkHistory again = session.history;
  again.events = replayed(events);
  check_alike(view, judge(std::span(&again, 1), session.context));
}

void check_verdict(const std::string& text) {
  const json verdict = json::parse(text);
  claim(text.find('\n') == std::string::npos, "a verdict is one line");
  claim(view_state(verdict.at("state").get<std::string>()).has_value(), "a verdict names a state");
  auto fraction = verdict.at("watched_fraction").get<double>();
  claim(fraction >= 0 && fraction <= 1, "a fraction is one");
}

// The verdicts of all lines, in their order.
std::vector<std::string> judged(const std::string& lines) {
  std::istringstream input(lines);
  std::vector<std::string> verdicts;
  size_t refused = 0;
  auto count = judge_lines(
      input, [&](const std::string& verdict) { verdicts.push_back(verdict); },
      [&](size_t, const Error& error) {
        ++refused;
        claim(!error.message().empty(), "a refusal says why");
      });
  claim(count && count->judged == verdicts.size() && count->refused == refused, "every line is judged or refused");
  return verdicts;
}

// Lines that name themselves, the last first: each gets the verdict that it had.
void check_order_of_lines(const std::vector<std::string_view>& lines, std::vector<std::string> verdicts) {
  std::string all;
  for (std::string_view line : lines) {
    auto session = read_outside_session(line);
    if (session && session->id.empty()) return;
    all.insert(0, "\n").insert(0, line);
  }
  std::vector<std::string> others = judged(all);
  std::sort(verdicts.begin(), verdicts.end());
  std::sort(others.begin(), others.end());
  claim(others == verdicts, "the order of lines changes no verdict");
}

void check_names(std::string_view line) {
  AgentList::built_in().find(line);
  NetworkList::built_in().find(line);
  const std::string kept = truncated_network(line);
  claim(truncated_network(kept) == kept, "what was cut of an address stays cut");
  claim(machine_network(kept) == machine_network(line), "an address's network is known when it was cut, too");
}

}  // namespace
}  // namespace candid::track

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace candid;
  std::string_view text = fuzz::text_of(data, size);
  const std::string all(text);
  std::vector<std::string_view> lines;
  while (!text.empty()) lines.push_back(fuzz::take_line(text));
  for (std::string_view line : lines) {
    if (!line.starts_with('{')) track::check_names(line);
    if (auto session = track::read_outside_session(line)) track::check_session(*session);
  }
  const std::vector<std::string> verdicts = track::judged(all);
  for (const std::string& verdict : verdicts) track::check_verdict(verdict);
  track::check_order_of_lines(lines, verdicts);
  return 0;
}
