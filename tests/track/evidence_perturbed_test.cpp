// Thousands of sessions, each a little different: machines are never viewed, people are found, and neither order nor
// repetition nor clocks change a total. All are seeded, so a failure comes again.

#include <algorithm>
#include <cmath>
#include <iostream>
#include <random>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/files.h"
#include "tests/support/results.h"
#include "tests/track/visit.h"
#include "track/evidence/evidence.h"
#include "track/evidence/networks.h"
#include "track/evidence/outside_session.h"

namespace candid::track {
namespace {

using candid::test::must;
using nlohmann::json;
using test::Visit;

std::vector<std::string> lines_of(const char* name) {
  std::istringstream input(must(read_text_file(std::filesystem::path(CANDID_SOURCE_DIR) / "tests/evidence" / name)));
  std::vector<std::string> lines;
  for (std::string line; std::getline(input, line);) {
    if (!line.empty() && line.front() != '#') lines.push_back(line);
  }
  return lines;
}

class Chance {
 public:
  explicit Chance(uint32_t seed) : random_(seed) {}
  bool in(int of) { return random_() % static_cast<uint32_t>(of) == 0; }
  double between(double least, double most) { return std::uniform_real_distribution<double>(least, most)(random_); }
  template <typename T>
  const T& one_of(const std::vector<T>& choices) {
    return choices[random_() % choices.size()];
  }
  std::mt19937& engine() { return random_; }

 private:
  std::mt19937 random_;
};

// Versions and builds change from day to day.
std::string other_digits(std::string text, Chance& chance) {
  for (char& letter : text) {
    if (letter >= '1' && letter <= '9' && chance.in(6)) letter = static_cast<char>('1' + chance.engine()() % 9);
  }
  return text;
}

SessionVerdict verdict_of(const OutsideSession& session) {
  CandidateRecord record = examine(std::span(&session.history, 1), session.context);
  record.sessions.at(0).shared = session.told;
  return judge_session(record.sessions.at(0), session.context);
}

// What scanners and sandboxes do once they are there: look, click at any time, with or without a real pointer, and let
// the video run. Those that only are probably machines stay below half of it, as those that were seen do.
json perturbed_machine(json told, Chance& chance) {
  bool decided = told["expect"].get<std::string>().starts_with("machine") || told["expect"] == "prefetch" ||
                 told["expect"] == "mail_image_only";
  double duration = chance.between(8, 180);
  told["duration"] = duration;
  if (chance.in(2)) told["seconds_since_mail"] = chance.between(0, 59);
  // Not where the digits are what names it.
  const std::string agent = told["agent"];
  if (decided && agent != "Mozilla/5.0" && agent.find("Edge/12.246") == std::string::npos) {
    told["agent"] = other_digits(agent, chance);
  }
  // What is decided by requests alone stays requests alone.
  const bool by_requests = told["expect"] == "prefetch" || told["id"] == "scanner-head-only" ||
                           told.contains("head_only") || told["id"].get<std::string>().starts_with("mail-picture");
  if (by_requests) return told;
  if (chance.in(2)) {
    json inputs = json::array();
    for (int i = 0; i < 3; ++i) {
      inputs.push_back({{"trusted", chance.in(2)}, {"ms", chance.between(0, 9000)}, {"keyboard", chance.in(8)}});
    }
    told["inputs"] = inputs;
  }
  if (chance.in(2)) {
    double most = decided ? duration : duration * 0.49;
    double to = chance.between(0, most);
    told["played"] = {{0, to}};
    told["wall_seconds"] = to * chance.between(0.1, 1.2);
  } else if (!decided) {
    told.erase("played");
  }
  return told;
}

TEST(PerturbedMachines, AreNeverViewed) {
  std::vector<json> machines;
  for (const std::string& line : lines_of("cases.jsonl")) {
    json told = json::parse(line);
    std::string id = told["id"];
    std::string expect = told["expect"];
    // Of those that nothing decides, the ones whose sign stands in the line itself.
    bool is_machine = expect.starts_with("machine") || expect == "prefetch" || expect == "mail_image_only";
    const json network = told.value("network", json());
    bool is_from_machines =
        !network.is_string() ? !network.is_null() : !machine_network(network.get<std::string>()).empty();
    // What events tell cannot be changed as what the line does.
    bool has_sign = expect == "page_unverified" && !told.contains("events") &&
                    (is_from_machines || told.contains("gpu") || told.contains("candidates_of_source_in_2min"));
    bool by_itself = !told.contains("mail");
    if ((is_machine || has_sign) && by_itself) machines.push_back(told);
  }
  ASSERT_GE(machines.size(), 100u);
  Chance chance(41);
  for (int round = 0; round < 4000; ++round) {
    json told = perturbed_machine(chance.one_of(machines), chance);
    auto session = must(read_outside_session(told.dump()));
    SessionVerdict verdict = verdict_of(session);
    ASSERT_LT(verdict.state, ViewState::PageHuman) << to_string(verdict.state) << ": " << verdict.reason << "\n"
                                                   << told;
  }
}

// A person with a browser of today, watching a part in pieces, pausing, going back, at their own speed, with a network
// that loses a report in fifty (the page sends it again some seconds later).
struct Person {
  std::vector<Event> events;
  double watched = 0;  // different seconds, played visibly or audibly after the start
  double duration = 0;
};

Person person(const std::string& agent, Chance& chance) {
  Person person;
  person.duration = std::floor(chance.between(15, 150));
  Visit visit("s1", agent);
  double now = 0;
  auto arrives = [&](double moment) { visit.at(moment + (chance.in(50) ? 2.5 : 0.1)); };
  visit.at(0).page(chance.in(20));
  arrives(0.5);
  visit.load();
  double first_ms = chance.between(1000, 20'000);
  now = 0.5 + first_ms / 1000;
  arrives(now);
  visit.input(first_ms, true, chance.in(5));
  visit.play(true, first_ms);
  visit.media();
  std::vector<bool> seen(static_cast<size_t>(person.duration * 10), false);
  double position = 0;
  double rate = chance.one_of(std::vector<double>{1, 1, 1, 1.25, 1.5, 2});
  double goal = chance.between(0.35, 1) * person.duration;
  double played = 0;
  while (played < goal && position < person.duration - 0.01) {
    double step = std::min({5 * rate, person.duration - position, goal - played});
    step = std::floor(step * 10) / 10;
    if (step <= 0) break;
    now += step / rate;
    arrives(now);
    bool hidden = chance.in(25);
    bool muted = chance.in(8);
    visit.played(position, position + step, {.visible = !hidden, .muted = muted});
    if (!hidden || !muted) {
      auto end = static_cast<size_t>(std::lround((position + step) * 10));
      for (auto cell = static_cast<size_t>(std::lround(position * 10)); cell < end; ++cell) {
        if (cell < seen.size()) seen[cell] = true;
      }
    }
    position += step;
    played += step;
    if (chance.in(12)) now += chance.between(1, 60);                        // a pause
    if (chance.in(15)) position = std::floor(chance.between(0, position));  // back
  }
  person.watched = static_cast<double>(std::count(seen.begin(), seen.end(), true)) / 10;
  person.events = visit.events();
  return person;
}

CandidateView view_of(std::vector<Event> events, double duration, std::optional<UtcTime> mail = {}) {
  LinkHistory history;
  history.link.id = 1;
  history.events = std::move(events);
  ViewContext context;
  context.duration = std::chrono::milliseconds(static_cast<int64_t>(duration * 1000));
  context.mail_accepted_at = mail;
  return judge(std::span(&history, 1), context);
}

TEST(PerturbedPeople, AreFound) {
  const auto browsers = lines_of("browsers.txt");
  Chance chance(42);
  int viewers = 0;
  int found = 0;
  int exact = 0;
  constexpr int kPeople = 2000;
  for (int round = 0; round < kPeople; ++round) {
    const std::string agent = other_digits(chance.one_of(browsers), chance);
    Person someone = person(agent, chance);
    auto view = view_of(someone.events, someone.duration, test::kNoon - std::chrono::minutes(30));
    exact += std::abs(view.watched_seconds - someone.watched) <= 2 ? 1 : 0;
    if (someone.watched < std::min(5.0, someone.duration / 2)) continue;  // a person, and no viewer
    ++viewers;
    bool is_found = view.state >= ViewState::Viewed && view.state <= ViewState::Watched95;
    found += is_found ? 1 : 0;
    if (!is_found) {
      std::cout << agent << ": " << to_string(view.state) << ", " << view.reason << "; watched " << someone.watched
                << " of " << someone.duration << "\n";
    }
  }
  EXPECT_GE(viewers, 1000);
  EXPECT_GE(found, viewers * 99 / 100.0);
  EXPECT_GE(exact, kPeople * 99 / 100.0);
}

TEST(PerturbedPeople, NeitherOrderNorRepetitionNorClocksChangeATotal) {
  const auto browsers = lines_of("browsers.txt");
  Chance chance(43);
  for (int round = 0; round < 300; ++round) {
    Person someone = person(chance.one_of(browsers), chance);
    auto expected = view_of(someone.events, someone.duration);
    // The browser's clock is in no event. What arrives again does so up to three days later.
    std::vector<Event> thrice = someone.events;
    for (int copy = 0; copy < 2; ++copy) {
      for (Event event : someone.events) {
        if (!event.sequence) continue;
        event.received_at += std::chrono::seconds(static_cast<int64_t>(chance.between(0, 3 * 24 * 3600)));
        thrice.push_back(event);
      }
    }
    std::shuffle(thrice.begin(), thrice.end(), chance.engine());
    auto view = view_of(thrice, someone.duration);
    ASSERT_EQ(view.state, expected.state);
    ASSERT_EQ(view.watched_seconds, expected.watched_seconds);
    ASSERT_EQ(view.reason, expected.reason);
  }
}

}  // namespace
}  // namespace candid::track
