#include "campaign/publishing/revoke.h"

#include <set>
#include <vector>

#include <fmt/format.h>

#include "campaign/plan.h"
#include "campaign/publishing/link_book.h"
#include "campaign/publishing/publish_journal.h"
#include "campaign/workspace.h"
#include "core/digest.h"
#include "core/suggest.h"
#include "core/text.h"

namespace candid::campaign {
namespace {

constexpr size_t kMostNamed = 10;
// What a remote ledger ends at once.
constexpr size_t kMessagesAtOnce = 1000;

// The messages meant, of those that the ledger has.
Result<std::set<std::string>> messages_of(const std::string& campaign_id, std::span<const std::string> candidate_ids,
                                          const track::Ledger& ledger) {
  std::set<std::string> published;
  for (const track::MessageRecord& message : TRY(ledger.messages(campaign_id))) published.insert(message.message_id);
  if (published.empty()) {
    return fail(ErrorKind::NotFound, fmt::format("nothing of the campaign \"{}\" is published there", campaign_id),
                "--data and --ledger say where its ledger is");
  }
  if (candidate_ids.empty()) return published;
  std::set<std::string> wanted;
  std::vector<std::string> unknown;
  for (const std::string& id : candidate_ids) {
    std::string message = message_id(campaign_id, id);
    wanted.insert(message);
    if (!published.contains(message) && unknown.size() < kMostNamed) unknown.push_back(shorten(id, 40));
  }
  if (unknown.empty()) return wanted;
  return fail(ErrorKind::NotFound, fmt::format("nothing is published of: {}; no link was ended", join(unknown)),
              "ids are in the first column of out/links.csv");
}

Result<void> forget(const Workspace& workspace, const std::set<std::string>& messages) {
  auto journal = TRY(PublishJournal::open(workspace.journal_file()));
  for (const std::string& message : messages) TRY_VOID(journal->drop_link(message));
  TRY_VOID(journal->sync());
  LinkFiles files = link_files(workspace);
  std::vector<BookedLink> kept;
  bool is_changed = false;
  for (auto& [message, link] : read_links(files)) {
    bool is_ended = messages.contains(message);
    is_changed = is_changed || is_ended;
    if (!is_ended) kept.push_back(link);
  }
  return is_changed ? write_links(files, kept) : Result<void>();
}

std::optional<Error> forget_in(const std::filesystem::path& campaign_folder, const std::set<std::string>& messages) {
  if (messages.empty()) return std::nullopt;
  auto workspace = Workspace::open(campaign_folder);
  auto forgotten = workspace ? forget(*workspace, messages) : tl::unexpected(workspace.error());
  return forgotten ? std::nullopt : std::optional(forgotten.error());
}

// The lists, if this link is what they have of the message.
Result<void> forget_link(const std::filesystem::path& campaign_folder, const std::string& message,
                         const std::string& token) {
  auto workspace = TRY(Workspace::open(campaign_folder));
  auto journal = TRY(PublishJournal::read(workspace.journal_file()));
  auto journaled = journal->link(message);
  auto booked = read_links(link_files(workspace));
  auto found = booked.find(message);
  bool is_theirs =
      (journaled && journaled->token == token) || (found != booked.end() && found->second.token() == token);
  return is_theirs ? forget(workspace, {message}) : Result<void>();
}

}  // namespace

Result<RevokeReport> revoke(const std::string& campaign_id, std::span<const std::string> candidate_ids,
                            const std::filesystem::path& campaign_folder, track::Ledger& ledger) {
  std::set<std::string> messages = TRY(messages_of(campaign_id, candidate_ids, ledger));
  RevokeReport report;
  std::set<std::string> ended;
  std::optional<Error> failure;
  for (auto next = messages.begin(); next != messages.end() && !failure;) {
    std::vector<std::string> batch;
    for (; next != messages.end() && batch.size() < kMessagesAtOnce; ++next) batch.push_back(*next);
    auto links = ledger.revoke_messages(batch);
    if (!links) failure = links.error();
    if (links) report.links += *links;
    if (links) ended.insert(batch.begin(), batch.end());
  }
  report.messages = ended.size();
  report.lists = forget_in(campaign_folder, ended);
  if (!failure) return report;
  if (ended.empty()) return tl::unexpected(*failure);
  return tl::unexpected(
      failure->wrapped(fmt::format("the links of {} of {} videos are ended", ended.size(), messages.size())));
}

Result<RevokeReport> revoke_link(const std::string& link, const std::filesystem::path& campaign_folder,
                                 track::Ledger& ledger) {
  bool is_token = link.substr(0, link.find_first_of("?#")).find('/') == std::string::npos;
  std::string token = token_of(is_token ? link_url("", link) : link);
  if (token.empty()) {
    return fail(ErrorKind::InvalidInput, "--link: this is no link of candid's",
                "the whole address, as in out/links.csv: https://video.example.com/v/…");
  }
  Sha256 digest = sha256(token);
  std::optional<track::LinkRecord> record = TRY(ledger.find_link(digest));
  if (!record) {
    return fail(ErrorKind::NotFound, "this link opens nothing: it was ended before, is over, or another ledger has it",
                "--data and --ledger say where the ledger is");
  }
  TRY_VOID(ledger.revoke_link(digest));
  RevokeReport report{1, 1, {}};
  if (campaign_folder.empty()) return report;
  auto forgotten = forget_link(campaign_folder, record->message_id, token);
  if (!forgotten) report.lists = forgotten.error();
  return report;
}

}  // namespace candid::campaign
