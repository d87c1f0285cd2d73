#pragma once
// Programs that name themselves: the kept list of assets/pages/agents.txt.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "track/evidence/view_state.h"

namespace candid::track {

struct KnownAgent {
  ViewState state = ViewState::MachineCrawler;
  std::string what;  // "Slack's link preview"
};

class AgentList {
 public:
  // Lines of `pattern<TAB>state<TAB>what it is`; "#" begins a comment. A pattern is found anywhere in the agent, upper
  // and lower case alike; "^" ties it to the beginning. The first match counts. The state "allow" names a word that is
  // taken out before matching (the phone "CUBOT" is no bot).
  static Result<AgentList> parse(std::string_view text);
  // The list inside the program.
  static const AgentList& built_in();

  std::optional<KnownAgent> find(std::string_view user_agent) const;

 private:
  struct Entry {
    std::string pattern;  // lower case
    bool at_start = false;
    KnownAgent agent;
  };
  std::vector<std::string> allowed_;  // lower case
  std::vector<Entry> entries_;
};

}  // namespace candid::track
