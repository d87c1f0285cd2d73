#pragma once
// Each message's link: kept where it still opens, brought up to the campaign's terms, and made only where there is
// none. Internal to campaign.

#include <map>
#include <string>

#include "campaign/campaign_file.h"
#include "campaign/publishing/link_book.h"
#include "campaign/publishing/publish_journal.h"
#include "core/time.h"
#include "track/ledger/ledger.h"

namespace candid::campaign {

struct IssuedLink {
  JournalLink link{};
  bool is_new = false;
  bool needs_ledger = false;  // give() has something to do
  bool has_lapsed = false;    // it was over by its own terms, and opens again on these
};

// Thread-safe, but one thread a message.
class LinkIssuer {
 public:
  // Everything borrowed outlives it. `book` has the links of links.csv, for where the journal was lost.
  LinkIssuer(const PublishChoice& publish, PublishJournal& journal, track::Ledger& ledger,
             const std::map<std::string, BookedLink>& book, const Clock& clock)
      : publish_(publish), journal_(journal), ledger_(ledger), book_(book), clock_(clock) {}

  // Asks the ledger about the link that was given out, and makes one where it opens no more. A new one is in the
  // journal then: sync that before give(). InvalidInput for a passcode that cannot be one.
  Result<IssuedLink> prepare(const std::string& message_id, const std::string& roster_passcode) const;
  // Tells the ledger, which has the message.
  Result<IssuedLink> give(const std::string& message_id, IssuedLink issued) const;

 private:
  Result<IssuedLink> known_link(const std::string& message_id) const;
  IssuedLink new_link() const;
  Result<void> set_terms(IssuedLink& issued, const std::string& roster_passcode, const std::string& known_hash) const;

  const PublishChoice& publish_;
  PublishJournal& journal_;
  track::Ledger& ledger_;
  const std::map<std::string, BookedLink>& book_;
  const Clock& clock_;
};

// Eight characters that cannot be taken for one another: 39 bits.
std::string make_passcode();

}  // namespace candid::campaign
