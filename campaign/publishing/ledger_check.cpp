#include "campaign/publishing/ledger_check.h"

#include <fmt/format.h>

namespace candid::campaign {
namespace {

// "60 days", "3 hours", "12 minutes"
std::string in_words(std::chrono::milliseconds span) {
  auto minutes = std::chrono::duration_cast<std::chrono::minutes>(span).count();
  auto [number, unit] = minutes >= 2 * 24 * 60 ? std::pair(minutes / (24 * 60), "days")
                        : minutes >= 2 * 60    ? std::pair(minutes / 60, "hours")
                                               : std::pair(minutes, "minutes");
  return fmt::format("{} {}", number, unit);
}

}  // namespace

Result<void> check_ledger(PublishJournal& journal, const track::Ledger& ledger, bool has_links, bool knows_messages) {
  JournalLedger now{TRY(ledger.id()), ledger.describe()};
  JournalLedger before = journal.ledger();
  bool is_another = before.id.empty() ? !knows_messages : before.id != now.id;
  if (!has_links || !is_another) return journal.bind_to_ledger(now);
  std::string named = before.name.empty() ? "another ledger" : fmt::format("another ledger, {}", before.name);
  return fail(
      ErrorKind::InvalidInput,
      fmt::format("these links were given out from {}, and this is {}: all would get new ones", named, now.name),
      "--data DIR, CANDID_DATA, or ledger in [publish] say which ledger it is; --new-links makes new links here");
}

Result<void> accept_ledger(const Workspace& workspace, const track::Ledger& ledger) {
  auto journal = TRY(PublishJournal::open(workspace.journal_file()));
  TRY_VOID(journal->bind_to_ledger({TRY(ledger.id()), ledger.describe()}));
  return journal->sync();
}

bool clocks_agree(UtcTime ours, UtcTime ledgers) {
  return ours - ledgers <= kClockTolerance && ledgers - ours <= kClockTolerance;
}

Error wrong_clock(UtcTime ours, UtcTime ledgers) {
  bool is_behind = ours < ledgers;
  return {ErrorKind::Unsupported,
          fmt::format("this machine's clock is {} {} the ledger's ({} here, {} there): links would end at a wrong time",
                      in_words(is_behind ? ledgers - ours : ours - ledgers), is_behind ? "behind" : "ahead of",
                      format_utc(ours), format_utc(ledgers)),
          "set the clock that is wrong (timedatectl), and run the same command again"};
}

}  // namespace candid::campaign
