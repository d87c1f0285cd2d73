#pragma once
// The ledger: messages, links and events. SQLite by default, PostgreSQL at scale, or a candid server over HTTPS; one
// contract (tests/contract/ledger_contract.h).
//
// Every call is thread-safe. A write is durable when its call returns, or when its completion runs. A token is given
// out once and kept as its SHA-256 alone; it is made on this side, and only the digest travels, so that a call whose
// answer was lost can be repeated. Events are only ever added; what leaves them is the truncated address, and they
// leave with their message when it is erased.

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "core/time.h"
#include "track/api/api_token.h"
#include "track/evidence/event.h"
#include "track/evidence/view_counts.h"
#include "track/ledger/erasure.h"
#include "track/message.h"

namespace candid::track {

struct CampaignSummary {
  std::string id;
  std::string name;
  int messages = 0;
  UtcTime published_at{};  // of its latest message
};

// What a page, and each request for its media, begins with.
struct LinkedMessage {
  LinkRecord link;
  MessageRecord message;
};
// Shared, as look-ups are kept for a moment; null where there is none.
using Linked = std::shared_ptr<const LinkedMessage>;

// What history() gives of one link: of more, the first half and the newest half. A visit makes some dozens of events,
// so nobody has more but by sending them on purpose. The first prove that and when the link was opened before whatever
// flooded it, the newest what happened last; what is left out may lower what was watched, and never raises it. Without
// a bound, one link could take the memory and the time of everybody else's pages.
inline constexpr int kMostEventsOfLink = 20'000;

class Ledger {
 public:
  Ledger() = default;
  // Stores what is still queued, runs the completions, then closes.
  virtual ~Ledger() = default;
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // Adds the messages, or replaces those of the same id, all or none; their links and events stay. Whoever was erased,
  // by message or by address (find_erased()), is left out, and stays away: their links are NotFound.
  virtual Result<void> upsert_messages(const std::vector<MessageRecord>& messages) = 0;
  virtual Result<std::optional<MessageRecord>> find_message(std::string_view message_id) const = 0;
  // In the order of the roster.
  virtual Result<std::vector<MessageRecord>> messages(std::string_view campaign_id) const = 0;
  // The latest first.
  virtual Result<std::vector<CampaignSummary>> campaigns() const = 0;

  // A link by the digest of a token that the caller made (make_token). One that is there already for this message and
  // purpose gets these terms; for another message it is Exists. NotFound for an unknown message.
  virtual Result<void> put_link(const Sha256& token_digest, std::string_view message_id, Purpose purpose,
                                const LinkTerms& terms) = 0;
  // Nothing for a link that is unknown, revoked or expired: the three cannot be told apart. A link whose views are used
  // up is found; admit_view() refuses.
  virtual Result<std::optional<LinkRecord>> find_link(const Sha256& token_digest) const = 0;
  // find_link() of each, in their order, in one look; of a link that is there twice, twice.
  virtual Result<std::vector<std::optional<LinkRecord>>> find_links(const std::vector<Sha256>& token_digests) const = 0;
  // The same by its number, for signed addresses that hold no token.
  virtual Result<std::optional<LinkRecord>> find_link(int64_t link_id) const = 0;
  // Either with its message, in one look where the ledger can.
  virtual Result<Linked> find_linked(const Sha256& token_digest) const;
  virtual Result<Linked> find_linked(int64_t link_id) const;
  // What find_linked() would give, where that is known without waiting for anything; null where it is not.
  virtual Linked linked_at_hand(const Sha256&) const { return nullptr; }
  // Whether this page load may play the video: it has begun already, or the link's view limit is not reached and this
  // one is counted now. Exact under concurrency.
  virtual Result<bool> admit_view(int64_t link_id, std::string_view session) = 0;
  // NotFound when no usable link has this token.
  virtual Result<void> revoke_link(const Sha256& token_digest) = 0;
  // Ends every link of a message; how many were usable until now.
  virtual Result<int> revoke_links(std::string_view message_id) = 0;
  // Ends every link of all these messages, known or not; how many were usable until now. All or none, but for a remote
  // ledger: it ends them by the thousand.
  virtual Result<int> revoke_messages(const std::vector<std::string>& message_ids) = 0;
  // From now on no event of this link is stored, queued ones included; but for what the candidate says on purpose,
  // Reply and Reaction. It is a person who asked, so the same holds for each other link of the message and purpose,
  // also for those that are made later.
  virtual Result<void> stop_tracking(int64_t link_id) = 0;

  using Completion = std::function<void(Result<void>)>;
  // Stores all events or none, in one commit shared with whatever else is waiting. `done` runs on the ledger's own
  // thread once they are durable, or with the error; at once on the caller's, retryable, when the queue is full. An
  // event that is there already, or whose link is gone, is not an error.
  virtual void append(std::vector<Event> events, Completion done) = 0;
  // The same, waiting. Everything appended earlier is durable too, and its completion has run.
  Result<void> append_and_wait(std::vector<Event> events);

  // Every link of the message, the owner's included; of each link at most kMostEventsOfLink events.
  virtual Result<std::vector<LinkHistory>> history(std::string_view message_id) const = 0;

  // Adds to the counters of a campaign whose visits are counted without persons. They hold no link and no date, as a
  // date beside a mail's date would name a person; a campaign without messages has none, which is not an error, and
  // they go with its last message. InvalidInput for less than one, and for more than kMostCountedAtOnce. After an error
  // of kind Network that is not retryable nobody knows whether they were added; after another one they were not.
  virtual Result<void> add_counts(std::string_view campaign_id, const ViewCounts& counts) = 0;
  // A remote ledger tells them from kFewestCountedMessages on (counted_visits.h), and nothing below.
  virtual Result<ViewCounts> counts(std::string_view campaign_id) const = 0;

  // Empties the truncated address of events received before this moment.
  virtual Result<void> drop_networks_before(UtcTime moment) = 0;

  // Removes these messages, known or not, and all that hangs on them, keeps a record without personal data, and marks
  // the identities as erased, all or none; events that are queued find their link gone. A repeat under the same receipt
  // removes what has come since, and counts it in the same record. InvalidInput for a receipt that make_receipt() would
  // not make, and for more than kMostErasedAtOnce messages.
  virtual Result<Erasure> erase(const ErasureOrder& order) = 0;
  virtual Result<std::optional<Erasure>> find_erasure(std::string_view receipt) const = 0;
  // For each identity the receipt of its latest erasure; nothing where there is none, or it was readmitted since.
  virtual Result<std::vector<std::optional<std::string>>> find_erased(
      const std::vector<std::string>& identities) const = 0;
  // From now on they count as never erased; how many did until now. The receipts' records stay.
  virtual Result<int> readmit(const std::vector<std::string>& identities) = 0;

  // Exists when the name is taken.
  virtual Result<void> add_api_token(const Sha256& token_digest, const ApiToken& token) = 0;
  // Nothing when it is unknown or expired.
  virtual Result<std::optional<ApiToken>> find_api_token(const Sha256& token_digest) const = 0;
  virtual Result<std::vector<ApiToken>> api_tokens() const = 0;
  // NotFound when there is none of this name.
  virtual Result<void> remove_api_token(std::string_view name) = 0;

  // 32 hexadecimal digits, made at random with the ledger: tells this one from every other. A backup has its ledger's.
  virtual Result<std::string> id() const = 0;
  // 32 bytes, made with the ledger and the same for all servers that share it: signs page tickets and media addresses.
  // A remote ledger keeps them: Unsupported.
  virtual Result<std::vector<uint8_t>> server_key() const = 0;
  // Commits of queued events so far: with groups, fewer than events.
  virtual uint64_t group_commits() const = 0;
  // Cheap to ask for. Two that are equal: nothing was committed in between, by whatever program. Of this object alone,
  // and while it lives. Empty where it cannot be told.
  virtual Result<std::string> change_mark() const { return std::string(); }
  // The same of erasures alone: two that are equal, and no message was erased in between.
  virtual Result<std::string> erasure_mark() const { return std::string(); }
  // Writes everything, as of one moment, into a new SQLite ledger, whatever this one is. Exists for a file that is
  // there.
  virtual Result<void> back_up(const std::filesystem::path& file) const = 0;
  // "ledger /srv/candid/ledger.db", for messages to people; never a password.
  virtual std::string describe() const = 0;
};

// What a remote ledger tells in place of LinkTerms::passcode_hash, so that whoever knows the hash can compare it and
// nobody can guess passcodes: "sha256:" and its digest. Of no hash it is empty, and a fingerprint's own is itself. As
// the hash of a link's terms a fingerprint is InvalidInput.
std::string passcode_fingerprint(std::string_view passcode_hash);

// A link's token: 160 random bits as 27 characters. An API token: the same after "cnd_".
std::string make_token();
std::string make_api_token();

// Makes the file (mode 0600) where it is missing and brings an older one up to date; a newer program's ledger is
// Unsupported. Several programs may have it open at once: one of them moves what all have committed from the WAL into
// the file, when it writes and at this interval, so that the WAL does not grow without bound.
Result<std::unique_ptr<Ledger>> open_sqlite_ledger(
    const std::filesystem::path& file, const Clock& clock = Clock::system(),
    std::chrono::milliseconds checkpoint_interval = std::chrono::seconds(30));
// "postgresql://user@host:port/database?…" (libpq's form); a password comes from $PGPASSWORD, ~/.pgpass or the secrets
// file's PGPASSWORD, and one in the address is InvalidInput. Makes the tables where they are missing.
Result<std::unique_ptr<Ledger>> open_postgres_ledger(const std::string& address, const Clock& clock = Clock::system());

// Only to look into: nothing is made or brought up to date, and what would write is refused (PermissionDenied). Where
// there is no ledger yet, it is one with nothing in it. Unsupported for a newer program's, and for an older one's whose
// tables must be brought up to date before they can be read.
Result<std::unique_ptr<Ledger>> look_into_sqlite_ledger(const std::filesystem::path& file,
                                                        const Clock& clock = Clock::system());
Result<std::unique_ptr<Ledger>> look_into_postgres_ledger(const std::string& address,
                                                          const Clock& clock = Clock::system());

}  // namespace candid::track
