#include "track/evidence/agents.h"

#include <cassert>

#include <fmt/format.h>

#include "core/text.h"
#include "track/pages/page_assets.h"

namespace candid::track {

Result<AgentList> AgentList::parse(std::string_view text) {
  AgentList list;
  int number = 0;
  while (!text.empty()) {
    ++number;
    size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;

    auto wrong = [&](std::string_view what) {
      return fail(ErrorKind::InvalidInput, fmt::format("agents.txt:{}: {}", number, what),
                  "a line reads: pattern, tab, state, tab, what it is");
    };
    size_t first = line.find('\t');
    size_t second = first == std::string_view::npos ? first : line.find('\t', first + 1);
    if (first == 0 || second == std::string_view::npos) return wrong("three columns are needed");
    std::string pattern = to_lower(line.substr(0, first));
    std::string_view state_name = line.substr(first + 1, second - first - 1);
    if (state_name == "allow") {
      list.allowed_.push_back(std::move(pattern));
      continue;
    }
    auto state = view_state(state_name);
    if (!state || !(is_machine(*state) || *state == ViewState::MailImageOnly)) {
      return wrong(fmt::format("\"{}\" is no machine's state", state_name));
    }
    bool at_start = pattern.front() == '^';
    if (at_start) pattern.erase(0, 1);
    list.entries_.push_back({std::move(pattern), at_start, {*state, std::string(line.substr(second + 1))}});
  }
  return list;
}

const AgentList& AgentList::built_in() {
  static const AgentList list = [] {
    auto parsed = parse(page_assets().at("agents.txt"));
    assert(parsed && "assets/pages/agents.txt is part of the program and tested");
    return std::move(*parsed);
  }();
  return list;
}

std::optional<KnownAgent> AgentList::find(std::string_view user_agent) const {
  std::string agent = to_lower(user_agent);
  for (const std::string& word : allowed_) {
    for (size_t at = agent.find(word); at != std::string::npos; at = agent.find(word, at)) agent.erase(at, word.size());
  }
  for (const Entry& entry : entries_) {
    size_t at = agent.find(entry.pattern);
    if (at == 0 || (at != std::string::npos && !entry.at_start)) return entry.agent;
  }
  return std::nullopt;
}

}  // namespace candid::track
