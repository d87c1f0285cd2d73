#pragma once
// What publishing has done so far: out/work/publish.jsonl, mode 0600, as it holds links. A line of JSON a fact, added
// in groups, each group fsynced; rewritten when most of it is out of date; a line that a power cut broke off is
// ignored. File format: docs/formats.md. Internal to campaign.

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/time.h"
#include "track/evidence/event.h"

namespace candid::campaign {

// A link of a message. It is written down before the ledger hears of it, so that none that was given out is ever lost.
struct JournalLink {
  std::string token{};
  UtcTime made_at{};
  std::string passcode{};         // empty: none
  std::string former_passcode{};  // of a time when the campaign asked for one, for when it does so again
  track::LinkTerms terms{};
  bool is_given = false;     // the ledger has it, on these terms
  bool is_restored = false;  // the ledger may have lost it: made_at counts, and not since when the ledger has it
};

// Which ledger the links were given out from; empty: nobody knows.
struct JournalLedger {
  std::string id{};
  std::string name{};  // for people
};

// Thread-safe. What is added reaches the disk with sync(), and on its own every second; what is asked holds it at once.
class PublishJournal {
 public:
  // Makes the file where it is missing. The caller holds the campaign's lock (workspace.h).
  static Result<std::unique_ptr<PublishJournal>> open(const std::filesystem::path& file);
  // For a look: writes nothing, now or later.
  static Result<std::unique_ptr<PublishJournal>> read(const std::filesystem::path& file);
  // Brings nothing more to the disk: what counts was synced.
  ~PublishJournal();

  // Forgets what another store has, when the id is not that of the last run.
  Result<void> bind_to_store(std::string_view store_id);
  // Whether the store is known to hold this object; `fingerprint` tells versions of one name apart.
  bool has_object(std::string_view name, std::string_view fingerprint) const;
  Result<void> add_object(std::string_view name, std::string_view fingerprint);

  JournalLedger ledger() const;
  Result<void> bind_to_ledger(const JournalLedger& ledger);

  std::optional<JournalLink> link(std::string_view message_id) const;
  std::map<std::string, JournalLink> links() const;
  Result<void> put_link(std::string_view message_id, const JournalLink& link);
  // When it was revoked. What links.csv still says of the message's link counts no more, until another one is put.
  Result<void> drop_link(std::string_view message_id);
  bool has_dropped(std::string_view message_id) const;

  // Bytes a second that the last larger upload reached; 0 when there was none.
  double upload_rate() const;
  Result<void> set_upload_rate(double bytes_per_second);

  // After a failure to write every call that adds fails, too, but for a look: nobody knows what is on the disk.
  Result<void> sync();

 private:
  struct State;
  explicit PublishJournal(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace candid::campaign
