#pragma once
// What the ledger is told of messages: whose they are, what their pages say, and which links open them. Internal to
// campaign.

#include <map>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/publishing/link_book.h"
#include "campaign/publishing/link_issuer.h"
#include "campaign/publishing/outgoing.h"
#include "campaign/publishing/publish.h"
#include "campaign/publishing/publish_journal.h"
#include "core/time.h"
#include "track/ledger/ledger.h"

namespace candid::campaign {

// Thread-safe after learn(), but one thread a message.
class Registrar {
 public:
  // Everything borrowed outlives it.
  Registrar(const PublishJob& work, PublishJournal& journal, track::Ledger& ledger,
            const std::map<std::string, BookedLink>& book, const PublishOptions& options, const Clock& clock)
      : work_(work),
        ledger_(ledger),
        clock_(clock),
        issuer_(work.job.campaign.publish, options.new_links, journal, ledger, book, clock) {}

  // Asks what is published, and which links open. Some questions for all, and the first ones: a ledger that does not
  // let us in says so before anything is sent.
  Result<void> learn(const std::stop_token& stop);
  // What the ledger had of a message when it was asked; null: nothing.
  const track::MessageRecord* published(const std::string& message_id) const;
  // How many of these messages the ledger has as erased.
  Result<size_t> count_erased(const std::vector<std::string>& message_ids) const;
  // Fills in what the ledger will be told of a checked message. A new link is in the journal then: sync that.
  Result<void> prepare(OutgoingMessage& message);
  // Whether the ledger and all who ask it know the message as it is now, and its link on these terms.
  bool is_up_to_date(const OutgoingMessage& message) const;
  // Those without an error, in batches, each all or none. Whoever was erased while this ran gets an error.
  Result<void> put_messages(std::span<OutgoingMessage> messages, const std::stop_token& stop);
  // Opens the link of a message that the ledger has. An error of the message where the candidate was erased since.
  Result<void> give_link(OutgoingMessage& message);

 private:
  bool is_known(const OutgoingMessage& message) const;
  Result<void> mark_erased(const std::vector<OutgoingMessage*>& messages) const;

  const PublishJob& work_;
  track::Ledger& ledger_;
  const Clock& clock_;
  LinkIssuer issuer_;
  PublishedMessages published_{};
};

}  // namespace candid::campaign
