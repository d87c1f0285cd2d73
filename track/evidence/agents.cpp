#include "track/evidence/agents.h"

#include <algorithm>
#include <bitset>
#include <cassert>

#include <fmt/format.h>

#include "track/evidence/evidence_assets.h"
#include "track/evidence/kept_list.h"

namespace candid::track {
namespace {

constexpr std::string_view kAgentsFile = "agents.txt";

// Which pairs of letters an agent has. Hundreds of patterns are asked about each session, and nearly none of them has
// its first pair there.
class Pairs {
 public:
  explicit Pairs(std::string_view text) {
    for (size_t at = 0; at + 1 < text.size(); ++at) pairs_.set(index(text, at));
  }
  bool may_hold(std::string_view pattern) const {
    return pattern.size() < 2 || (pairs_[index(pattern, 0)] && pairs_[index(pattern, pattern.size() - 2)]);
  }

 private:
  static size_t index(std::string_view text, size_t at) {
    return static_cast<size_t>(static_cast<uint8_t>(text[at])) << 8 | static_cast<uint8_t>(text[at + 1]);
  }
  std::bitset<65536> pairs_;
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t";
  const size_t first = std::min(text.find_first_not_of(kSpaces), text.size());
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(kSpaces) + 1);
}

}  // namespace

bool AgentList::Pattern::matches(std::string_view agent) const {
  if (at_start && at_end) return agent == text;
  if (at_start) return agent.starts_with(text);
  if (at_end) return agent.ends_with(text);
  return agent.find(text) != std::string_view::npos;
}

AgentList::Pattern AgentList::parse_pattern(std::string_view text) {
  Pattern pattern;
  pattern.at_start = text.starts_with('^');
  if (pattern.at_start) text.remove_prefix(1);
  pattern.at_end = text.ends_with('$');
  if (pattern.at_end) text.remove_suffix(1);
  pattern.text = lower_ascii(text);
  return pattern;
}

Result<AgentList> AgentList::parse(std::string_view text) {
  AgentList list;
  for (const ListRow& row : TRY(read_list(kAgentsFile, text, 3))) {
    Pattern pattern = parse_pattern(row.columns[0]);
    if (pattern.text.empty()) {
      return fail(ErrorKind::InvalidInput, fmt::format("{}:{}: the pattern matches everything", kAgentsFile, row.line));
    }
    if (row.columns[1] == "allow") {
      list.allowed_.push_back(std::move(pattern.text));
      continue;
    }
    if (row.columns[1] == "browser") {
      list.browsers_.push_back(std::move(pattern));
      continue;
    }
    if (row.columns[1] == "mail") {
      list.mail_programs_.push_back(std::move(pattern));
      continue;
    }
    auto state = view_state(row.columns[1]);
    if (!state || !(is_machine(*state) || *state == ViewState::MailImageOnly)) {
      return fail(ErrorKind::InvalidInput,
                  fmt::format("{}:{}: \"{}\" is no machine's state", kAgentsFile, row.line, row.columns[1]));
    }
    list.entries_.push_back({std::move(pattern), {*state, std::string(row.columns[2]), false}});
  }
  return list;
}

const AgentList& AgentList::built_in() {
  static const AgentList list = [] {
    auto parsed = parse(evidence_assets().at(kAgentsFile));
    assert(parsed && "assets/evidence/agents.txt is part of the program and tested");
    return std::move(*parsed);
  }();
  return list;
}

std::string AgentList::without_allowed(std::string_view user_agent) const {
  std::string agent = lower_ascii(user_agent);
  for (const std::string& word : allowed_) {
    for (size_t at = agent.find(word); at != std::string::npos; at = agent.find(word, at)) agent.erase(at, word.size());
  }
  return agent;
}

std::optional<KnownAgent> AgentList::find(std::string_view user_agent) const {
  const std::string agent = without_allowed(trimmed(user_agent));
  const Pairs pairs(agent);
  auto holds = [&](const Pattern& pattern) { return pairs.may_hold(pattern.text) && pattern.matches(agent); };
  for (const Entry& entry : entries_) {
    if (!holds(entry.pattern)) continue;
    KnownAgent known = entry.agent;
    known.shows_mail = std::any_of(mail_programs_.begin(), mail_programs_.end(), holds);
    return known;
  }
  auto begins_it = [&](const Pattern& browser) { return browser.matches(agent); };
  if (agent.empty() || browsers_.empty() || std::any_of(browsers_.begin(), browsers_.end(), begins_it)) {
    return std::nullopt;
  }
  return KnownAgent{ViewState::MachineAutomation, "a program, and no browser, by its name", true};
}

}  // namespace candid::track
