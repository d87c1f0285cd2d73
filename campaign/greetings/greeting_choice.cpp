#include "campaign/greetings/greeting_choice.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "campaign/greetings/greeting_words.h"
#include "core/suggest.h"
#include "core/text.h"

namespace candid::campaign {

Result<const Candidate*> candidate_of(const Roster& roster, const std::string& id) {
  std::vector<std::string> ids;
  for (const Candidate& candidate : roster.candidates) {
    if (candidate.id == id) return &candidate;
    ids.push_back(candidate.id);
  }
  std::string near = closest(id, ids);
  return fail(ErrorKind::InvalidInput, fmt::format("no candidate has the id \"{}\"", shorten(id, 40)),
              near.empty() ? "candid proof lists the ids" : fmt::format("did you mean \"{}\"?", near));
}

Result<std::vector<const Candidate*>> choose_greeted(const GreetingFolder& folder, const GreetingChoice& choice) {
  GreetingBook book = TRY(GreetingBook::read(folder.greetings));
  std::set<const Candidate*> named;
  for (const std::string& id : choice.only) named.insert(TRY(candidate_of(folder.roster, id)));
  std::vector<const Candidate*> chosen;
  for (const Candidate& candidate : folder.roster.candidates) {
    GreetingState state = TRY(book.status_of(candidate)).state;
    bool lacks = state == GreetingState::Missing || state == GreetingState::OtherName ||
                 state == GreetingState::Changed || (state == GreetingState::Flawed && choice.redo_flagged);
    if (named.empty() ? lacks : named.contains(&candidate)) chosen.push_back(&candidate);
  }
  if (choice.count > 0 && chosen.size() > choice.count) chosen.resize(choice.count);
  return chosen;
}

Result<void> check_clip_names(const GreetingFolder& folder, const std::vector<const Candidate*>& chosen,
                              Findings& findings) {
  size_t wrong = 0;
  std::map<std::string, const Candidate*> folded;
  auto report = [&](const Candidate& candidate, std::string message, std::string hint) {
    ++wrong;
    findings.push_back(
        {Severity::Error, folder.campaign.roster.string(), candidate.line, "id", std::move(message), std::move(hint)});
  };
  for (const Candidate& candidate : folder.roster.candidates) {
    auto [first, is_new] = folded.emplace(to_lower(candidate.id), &candidate);
    bool is_asked = std::find(chosen.begin(), chosen.end(), &candidate) != chosen.end() ||
                    std::find(chosen.begin(), chosen.end(), first->second) != chosen.end();
    if (!is_new && is_asked) {
      report(candidate,
             fmt::format("\"{}\" and \"{}\" are one file name on some disks", first->second->id, candidate.id),
             "give them ids that differ in more than their letter case");
    }
  }
  for (const Candidate* candidate : chosen) {
    auto path = clip_path(folder.greetings, candidate->id);
    if (!path) report(*candidate, path.error().message(), path.error().hint());
  }
  if (wrong == 0) return {};
  return fail(ErrorKind::InvalidInput,
              fmt::format("{} {} cannot be a clip's name; nothing was recorded", wrong, wrong == 1 ? "id" : "ids"),
              "mend the lines above");
}

Result<std::vector<Sitting::Turn>> turns_for(const GreetingFolder& folder,
                                             const std::vector<const Candidate*>& chosen) {
  std::vector<Sitting::Turn> turns;
  for (const Candidate* candidate : chosen)
    turns.push_back({candidate, TRY(words_for(*candidate, folder.campaign.greeting_script))});
  return turns;
}

}  // namespace candid::campaign
