#pragma once
// The links that were given out before, and what the ledger says of them now. Internal to campaign.

#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/publishing/link_book.h"
#include "campaign/publishing/publish_journal.h"
#include "core/time.h"
#include "track/ledger/ledger.h"

namespace candid::campaign {

// Questions to a ledger that is far away wait for the line, not for each other.
inline constexpr int kLedgerQuestions = 16;

using PublishedMessages = std::map<std::string, track::MessageRecord>;  // by message id
Result<PublishedMessages> published_messages(const track::Ledger& ledger, const std::string& campaign_id);

// Whether a ledger is only asked, as for a look at what publishing would do, or also told.
enum class LedgerUse { Asked, Told };

// On one thread until learn() is done; then thread-safe.
class KnownLinks {
 public:
  // Everything borrowed outlives it. `book` has the links of links.csv, for where the journal was lost or damaged.
  KnownLinks(PublishJournal& journal, track::Ledger& ledger, const std::map<std::string, BookedLink>& book,
             const Clock& clock)
      : journal_(journal), ledger_(ledger), book_(book), clock_(clock) {}

  // Asks the ledger about all of them, in batches. Afterwards the journal holds those that open, those that are over by
  // their own terms, and those whose message the ledger lost. One that was revoked is dropped, whoever did it; one that
  // the ledger lost (it is a backup from before) is given out again. No link is dropped by this machine's clock.
  // InvalidInput where they are of another ledger; with `accepts_another` all that do not open there are dropped.
  Result<void> learn(const PublishedMessages& published, LedgerUse use, bool accepts_another,
                     const std::stop_token& stop);
  // The record of a message's link, where it opens.
  const track::LinkRecord* record_of(const std::string& message_id) const;

 private:
  struct Known {
    std::string message_id;
    JournalLink link;
    bool is_journaled = false;
  };
  std::vector<Known> all_known() const;
  Result<void> keep_open_ones(const std::vector<Known>& known);
  bool is_missing(const Known& known) const;
  bool is_over(const Known& known) const;
  Result<void> drop(const std::vector<Known>& missing);
  Result<void> restore(const std::vector<Known>& missing, const PublishedMessages& published,
                       const std::stop_token& stop);
  Result<void> forget_revoked(const std::vector<Known>& missing, const PublishedMessages& published);
  Result<void> judge_booked(const Known& missing);

  PublishJournal& journal_;
  track::Ledger& ledger_;
  const std::map<std::string, BookedLink>& book_;
  const Clock& clock_;
  std::map<std::string, track::LinkRecord> records_{};  // of links that open, by message
};

}  // namespace candid::campaign
