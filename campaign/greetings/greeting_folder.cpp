#include "campaign/greetings/greeting_folder.h"

#include <algorithm>

#include <fmt/format.h>

#include "campaign/greetings/greeting_choice.h"
#include "campaign/greetings/sitting_journal.h"

namespace candid::campaign {
namespace {

bool is_of_take(const Finding& finding) {
  return finding.column == "take" || finding.column == "trim";
}

bool is_of_folder(const Finding& finding) {
  return finding.column == "greeting.folder";
}

// Where greetings lie, or will.
Result<GreetingFolder> named_folder(const std::filesystem::path& campaign) {
  GreetingFolder folder;
  Findings ignored;
  const Campaign read = TRY(read_campaign(campaign, ignored));
  folder.has_table = !read.greetings.empty();
  folder.greetings = folder.has_table ? read.greetings : campaign / "greetings";
  return folder;
}

// The campaign and its roster; an error among what was found fails.
Result<void> read_into(GreetingFolder& folder, const std::filesystem::path& campaign, Findings& findings) {
  Findings found;
  folder.campaign = TRY(read_campaign(campaign, found));
  std::erase_if(found, is_of_take);
  std::error_code code;
  if (!std::filesystem::exists(folder.greetings, code)) {
    // Whoever only looks makes none. What else is wrong with it is told after that.
    const auto missing = std::find_if(found.begin(), found.end(), is_of_folder);
    if (missing != found.end()) found.erase(missing);
  }
  if (std::filesystem::is_regular_file(folder.campaign.roster, code))
    folder.roster = read_roster(folder.campaign, found);
  findings = std::move(found);
  if (!has_errors(findings)) return {};
  return fail(ErrorKind::InvalidInput, fmt::format("{} cannot be used as it is; nothing was done", campaign.string()),
              "mend the lines above");
}

}  // namespace

Result<GreetingFolder> look_into_greetings(const std::filesystem::path& campaign, Findings& findings) {
  GreetingFolder folder = TRY(named_folder(campaign));
  TRY_VOID(read_into(folder, campaign, findings));
  return folder;
}

Result<GreetingFolder> open_greetings(const std::filesystem::path& campaign, Findings& findings) {
  GreetingFolder folder = TRY(named_folder(campaign));
  std::error_code code;
  const bool is_new = !std::filesystem::exists(folder.greetings, code);
  if (is_new) TRY_VOID(make_folder(folder.greetings));
  if (auto read = read_into(folder, campaign, findings); !read) {
    if (is_new) std::filesystem::remove(folder.greetings, code);
    return tl::unexpected(read.error());
  }
  return folder;
}

Result<FileLock> lock_greetings(const GreetingFolder& folder) {
  TRY_VOID(make_folder(sittings_folder(folder.greetings)));
  auto lock = FileLock::try_acquire(sittings_folder(folder.greetings) / ".lock");
  if (lock || lock.error().kind() != ErrorKind::Exists) return lock;
  return fail(ErrorKind::Exists, fmt::format("another candid greet works in {}", folder.greetings.string()),
              "wait until it has ended");
}

Result<std::vector<GreetingCut>> cut_pending(const GreetingFolder& folder, const CutProgress& progress,
                                             std::stop_token stop) {
  GreetingBook book = TRY(GreetingBook::read(folder.greetings));
  return cut_pending(folder.greetings, book, folder.roster, progress, std::move(stop));
}

Result<bool> accept_greeting(const GreetingFolder& folder, const std::string& id) {
  const Candidate* candidate = TRY(candidate_of(folder.roster, id));
  GreetingBook book = TRY(GreetingBook::read(folder.greetings));
  return accept_greeting(book, *candidate, folder.campaign.greeting_script);
}

Result<GreetingOverview> overview_of(const GreetingFolder& folder) {
  GreetingBook book = TRY(GreetingBook::read(folder.greetings));
  GreetingOverview overview;
  for (const Candidate& candidate : folder.roster.candidates)
    overview.standing.push_back({&candidate, TRY(book.status_of(candidate))});
  overview.orphans = book.orphans(folder.roster);
  return overview;
}

}  // namespace candid::campaign
