#pragma once
// Each message's link: kept where it still opens, brought up to the campaign's terms, and made only where there is
// none. Internal to campaign.

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "campaign/campaign_file.h"
#include "campaign/publishing/link_book.h"
#include "campaign/publishing/publish_journal.h"
#include "core/time.h"
#include "track/ledger/ledger.h"

namespace candid::campaign {

struct IssuedLink {
  JournalLink link{};
  bool is_new = false;
  bool is_fresh = false;      // made in this run: no ledger heard of it
  bool needs_ledger = false;  // give() has something to do
  bool has_lapsed = false;    // it was over by its own terms, and opens again on these
};

// Thread-safe after learn(), but one thread a message.
class LinkIssuer {
 public:
  // Everything borrowed outlives it. `book` has the links of links.csv, for where the journal was lost or damaged.
  LinkIssuer(const PublishChoice& publish, PublishJournal& journal, track::Ledger& ledger,
             const std::map<std::string, BookedLink>& book, const Clock& clock)
      : publish_(publish), journal_(journal), ledger_(ledger), book_(book), clock_(clock) {}

  // Asks the ledger about all links that are known, in batches. Afterwards the journal holds those that open and those
  // that are over by their own terms, and no other that was given out: whoever ended it, it counts no more.
  // InvalidInput where they are of another ledger (ledger_check.h); `published` has the campaign's messages there.
  Result<void> learn(const std::map<std::string, track::MessageRecord>& published);
  // Whether prepare() would make one.
  bool lacks_link(const std::string& message_id) const;
  // Keeps the link or makes one. A new one is in the journal then: sync that before give(). InvalidInput for a passcode
  // that cannot be one.
  Result<IssuedLink> prepare(const std::string& message_id, const std::string& roster_passcode) const;
  // Tells the ledger, which has the message. Unsupported where this machine's clock makes its end a wrong one.
  Result<IssuedLink> give(const std::string& message_id, IssuedLink issued) const;

 private:
  struct Known {
    std::string message_id;
    JournalLink link;
    bool is_journaled = false;
  };
  std::vector<Known> all_known() const;
  Result<void> keep_open_ones(const std::vector<Known>& known,
                              const std::vector<std::optional<track::LinkRecord>>& records);
  IssuedLink known_link(const std::string& message_id) const;
  IssuedLink new_link() const;
  Result<void> set_terms(IssuedLink& issued, const std::string& roster_passcode) const;
  UtcTime end_of(const JournalLink& link) const;
  Result<bool> put(const std::string& message_id, const IssuedLink& issued) const;
  Result<bool> put_first(const std::string& message_id, const IssuedLink& issued) const;
  Error clock_failure(const std::string& message_id, const JournalLink& link, UtcTime now,
                      const std::optional<track::LinkRecord>& record) const;

  const PublishChoice& publish_;
  PublishJournal& journal_;
  track::Ledger& ledger_;
  const std::map<std::string, BookedLink>& book_;
  const Clock& clock_;
  std::map<std::string, track::LinkRecord> records_{};  // of links that open, by message
  mutable std::mutex clock_mutex_{};
  mutable bool is_clock_right_ = false;  // as a link that was just put has shown
};

}  // namespace candid::campaign
