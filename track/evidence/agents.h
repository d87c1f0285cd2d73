#pragma once
// Programs that name themselves: the kept list of assets/evidence/agents.txt.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "track/evidence/view_state.h"

namespace candid::track {

struct KnownAgent {
  ViewState state = ViewState::MachineCrawler;
  std::string what;         // "Slack's link preview"
  bool shows_mail = false;  // a mail program, or one of which nothing is known: pictures alone are those of a mail
};

class AgentList {
 public:
  // Lines of `pattern<TAB>state<TAB>what it is`. A pattern is found anywhere in the agent, upper and lower case alike;
  // "^" ties it to the beginning, "$" to the end. The first match counts. The state "allow" names a word that is taken
  // out before matching (the phone "CUBOT" is no bot); "browser" a beginning: where the list has any, an agent that
  // begins with none of them is a program; "mail" a mail program, beside what else it is.
  static Result<AgentList> parse(std::string_view text);
  // The list inside the program.
  static const AgentList& built_in();

  // Spaces around it do not count.
  std::optional<KnownAgent> find(std::string_view user_agent) const;

 private:
  struct Pattern {
    std::string text;  // lower case
    bool at_start = false;
    bool at_end = false;
    bool matches(std::string_view agent) const;
  };
  struct Entry {
    Pattern pattern;
    KnownAgent agent;
  };
  static Pattern parse_pattern(std::string_view text);
  std::string without_allowed(std::string_view user_agent) const;

  std::vector<std::string> allowed_;  // lower case
  std::vector<Pattern> browsers_;
  std::vector<Pattern> mail_programs_;
  std::vector<Entry> entries_;
};

}  // namespace candid::track
