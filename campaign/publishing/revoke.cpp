#include "campaign/publishing/revoke.h"

#include <set>
#include <vector>

#include <fmt/format.h>

#include "campaign/plan.h"
#include "campaign/publishing/link_book.h"
#include "campaign/publishing/publish_journal.h"
#include "core/digest.h"
#include "core/suggest.h"
#include "core/text.h"

namespace candid::campaign {
namespace {

constexpr size_t kMostNamed = 10;

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
  LinkFiles files{workspace.links_file(), workspace.held_links_file()};
  std::vector<BookedLink> kept;
  bool is_changed = false;
  for (auto& [message, link] : read_links(files)) {
    bool is_ended = messages.contains(message);
    is_changed = is_changed || is_ended;
    if (!is_ended) kept.push_back(link);
  }
  return is_changed ? write_links(files, kept) : Result<void>();
}

}  // namespace

Result<RevokeReport> revoke(const std::string& campaign_id, std::span<const std::string> candidate_ids,
                            const Workspace& workspace, track::Ledger& ledger) {
  std::set<std::string> messages = TRY(messages_of(campaign_id, candidate_ids, ledger));
  RevokeReport report;
  for (const std::string& message : messages) {
    report.links += TRY(ledger.revoke_links(message));
    ++report.messages;
  }
  TRY_VOID(forget(workspace, messages));
  return report;
}

Result<RevokeReport> revoke_link(const std::string& link, const Workspace* workspace, track::Ledger& ledger) {
  std::string token = link.find('/') == std::string::npos ? token_of("/v/" + link) : token_of(link);
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
  if (workspace != nullptr) {
    auto journal = TRY(PublishJournal::read(workspace->journal_file()));
    auto journaled = journal->link(record->message_id);
    auto booked = read_links({workspace->links_file(), workspace->held_links_file()});
    auto found = booked.find(record->message_id);
    bool is_theirs =
        (journaled && journaled->token == token) || (found != booked.end() && found->second.token() == token);
    if (is_theirs) TRY_VOID(forget(*workspace, {record->message_id}));
  }
  return RevokeReport{1, 1};
}

}  // namespace candid::campaign
