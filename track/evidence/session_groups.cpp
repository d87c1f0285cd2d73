#include "track/evidence/session_groups.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace candid::track {
namespace {

using Groups = std::map<std::string, std::vector<Event>>;

// The page loads of one agent, in the order they began.
using Begun = std::vector<std::pair<UtcTime, const std::string*>>;

std::map<std::string, Begun> page_loads_by_agent(const Groups& sessions) {
  std::map<std::string, Begun> loads;
  for (const auto& [name, events] : sessions) {
    UtcTime began = events.front().received_at;
    std::set<std::string> agents;
    for (const Event& event : events) {
      began = std::min(began, event.received_at);
      agents.insert(event.agent);
    }
    for (const std::string& agent : agents) loads[agent].emplace_back(began, &name);
  }
  // Of those that began at one moment the first by name comes last, as the last is looked for.
  for (auto& [agent, begun] : loads) {
    std::sort(begun.begin(), begun.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first < b.first : *b.second < *a.second;
    });
  }
  return loads;
}

const std::string* home_of(const Event& event, const std::map<std::string, Begun>& loads) {
  // What is kept without a browser belongs to none.
  if (is_said(event.kind) && event.agent.empty()) return nullptr;
  auto found = loads.find(event.agent);
  if (found == loads.end()) return nullptr;
  const Begun& begun = found->second;
  auto after = std::upper_bound(begun.begin(), begun.end(), event.received_at,
                                [](UtcTime moment, const auto& load) { return moment < load.first; });
  return after == begun.begin() ? nullptr : std::prev(after)->second;
}

}  // namespace

std::map<std::string, std::vector<Event>> group_by_session(const std::vector<Event>& events) {
  Groups groups;
  for (const Event& event : events) {
    if (!event.session.empty()) groups[event.session].push_back(event);
  }
  const auto loads = page_loads_by_agent(groups);
  for (const Event& event : events) {
    if (!event.session.empty()) continue;
    const std::string* home = home_of(event, loads);
    if (home == nullptr && is_said(event.kind)) continue;
    groups[home != nullptr ? *home : fmt::format("{}\n", event.agent)].push_back(event);
  }
  return groups;
}

}  // namespace candid::track
