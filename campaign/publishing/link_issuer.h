#pragma once
// Each message's link: kept where it was given out, brought up to the campaign's terms, and made only where there is
// none. Internal to campaign.

#include <map>
#include <mutex>
#include <stop_token>
#include <string>

#include "campaign/campaign_file.h"
#include "campaign/publishing/clock_proof.h"
#include "campaign/publishing/known_links.h"
#include "campaign/publishing/link_book.h"
#include "campaign/publishing/publish_journal.h"
#include "core/time.h"
#include "track/ledger/ledger.h"

namespace candid::campaign {

// What becomes of a message's link in this run.
enum class LinkFate {
  Kept,      // it was given out before, and opens on these terms
  Over,      // it was given out before, and is over by these terms
  Replaced,  // the same, and another is given out instead
  Resumed,   // an earlier run made it, and did not come to give it out
  Made,
};

struct IssuedLink {
  JournalLink link{};
  LinkFate fate = LinkFate::Made;
  bool needs_ledger = false;  // give() has something to do; false after it

  bool is_new() const { return fate == LinkFate::Resumed || fate == LinkFate::Made; }
};

// Thread-safe after learn(), but one thread a message.
class LinkIssuer {
 public:
  // Everything borrowed outlives it. With `makes_new_links` those that are over, or another ledger's, are replaced.
  LinkIssuer(const PublishChoice& publish, bool makes_new_links, PublishJournal& journal, track::Ledger& ledger,
             const std::map<std::string, BookedLink>& book, const Clock& clock)
      : publish_(publish),
        makes_new_links_(makes_new_links),
        journal_(journal),
        ledger_(ledger),
        clock_(clock),
        proof_(ledger, clock),
        known_(journal, ledger, book, clock) {}

  // Asks the ledger about all links that are known (KnownLinks::learn()). Unsupported where a wrong clock would decide
  // which of them are replaced.
  Result<void> learn(const PublishedMessages& published, LedgerUse use, const std::stop_token& stop);
  // What prepare() and give() would do, as far as it can be seen before.
  LinkFate fate_of(const std::string& message_id) const { return decide(message_id).fate; }
  // Keeps the link or makes one. A new one is in the journal then: sync that before give(). `roster_passcode` is a
  // checked one (roster_passcode.h), or empty.
  Result<IssuedLink> prepare(const std::string& message_id, const std::string& roster_passcode);
  // Tells the ledger, which has the message. Unsupported where this machine's clock makes its end a wrong one.
  Result<IssuedLink> give(const std::string& message_id, IssuedLink issued);

 private:
  IssuedLink decide(const std::string& message_id) const;
  IssuedLink new_link() const;
  IssuedLink instead_of(const JournalLink& earlier) const;
  static void take_over(const track::LinkRecord& record, IssuedLink& issued);
  UtcTime end_of(const JournalLink& link) const;
  Result<void> set_terms(IssuedLink& issued, const std::string& roster_passcode);
  Result<void> check_clock(const std::string& message_id);
  Result<void> put_new(const std::string& message_id, const JournalLink& link);
  Result<LinkFate> put_known(const std::string& message_id, const IssuedLink& issued);
  Result<IssuedLink> give_another(const std::string& message_id, const JournalLink& earlier);

  const PublishChoice& publish_;
  const bool makes_new_links_;
  PublishJournal& journal_;
  track::Ledger& ledger_;
  const Clock& clock_;
  std::mutex proof_mutex_{};
  ClockProof proof_;
  KnownLinks known_;
};

}  // namespace candid::campaign
