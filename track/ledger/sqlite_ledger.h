#pragma once
// The ledger in one SQLite file. Internal to track.
//
// Several connections: reading never waits for a commit's fsync, and looking something up never for a history. Each has
// its mutex, for SQLite's statements are not shared between threads.

#include <filesystem>
#include <mutex>
#include <optional>

#include "track/ledger/checkpoint_timer.h"
#include "track/ledger/event_writer.h"
#include "track/ledger/ledger.h"
#include "track/ledger/ledger_identity.h"
#include "track/ledger/ledger_revision.h"
#include "track/ledger/linked_cache.h"
#include "track/ledger/sqlite_connection.h"
#include "track/ledger/sqlite_readers.h"

namespace candid::track {

class SqliteLedger final : public Ledger {
 public:
  static Result<std::unique_ptr<Ledger>> open(const std::filesystem::path& file, const Clock& clock,
                                              std::chrono::milliseconds checkpoint_interval);
  // look_into_sqlite_ledger().
  static Result<std::unique_ptr<Ledger>> look_into(const std::filesystem::path& file, const Clock& clock);

  Result<void> upsert_messages(const std::vector<MessageRecord>& messages) override;
  Result<std::optional<MessageRecord>> find_message(std::string_view message_id) const override;
  Result<std::vector<MessageRecord>> messages(std::string_view campaign_id) const override;
  Result<std::vector<CampaignSummary>> campaigns() const override;

  Result<void> put_link(const Sha256& token_digest, std::string_view message_id, Purpose purpose,
                        const LinkTerms& terms) override;
  Result<std::optional<LinkRecord>> find_link(const Sha256& token_digest) const override;
  Result<std::optional<LinkRecord>> find_link(int64_t link_id) const override;
  Result<std::vector<std::optional<LinkRecord>>> find_links(const std::vector<Sha256>& token_digests) const override;
  Result<Linked> find_linked(const Sha256& token_digest) const override;
  Result<Linked> find_linked(int64_t link_id) const override;
  Linked linked_at_hand(const Sha256& token_digest) const override;
  Result<bool> admit_view(int64_t link_id, std::string_view session) override;
  Result<void> revoke_link(const Sha256& token_digest) override;
  Result<int> revoke_links(std::string_view message_id) override;
  Result<int> revoke_messages(const std::vector<std::string>& message_ids) override;
  Result<void> stop_tracking(int64_t link_id) override;

  void append(std::vector<Event> events, Completion done) override;
  Result<std::vector<LinkHistory>> history(std::string_view message_id) const override;
  Result<void> drop_networks_before(UtcTime moment) override;

  Result<void> add_counts(std::string_view campaign_id, const ViewCounts& counts) override;
  Result<ViewCounts> counts(std::string_view campaign_id) const override;

  Result<Erasure> erase(const ErasureOrder& order) override;
  Result<std::optional<Erasure>> find_erasure(std::string_view receipt) const override;
  Result<std::vector<std::optional<std::string>>> find_erased(
      const std::vector<std::string>& identities) const override;
  Result<int> readmit(const std::vector<std::string>& identities) override;

  Result<void> add_api_token(const Sha256& token_digest, const ApiToken& token) override;
  Result<std::optional<ApiToken>> find_api_token(const Sha256& token_digest) const override;
  Result<std::vector<ApiToken>> api_tokens() const override;
  Result<void> remove_api_token(std::string_view name) override;

  Result<std::string> id() const override { return identity_.id; }
  Result<std::vector<uint8_t>> server_key() const override { return identity_.server_key; }
  uint64_t group_commits() const override { return events_.commits(); }
  Result<std::string> change_mark() const override;
  Result<std::string> erasure_mark() const override;
  Result<void> back_up(const std::filesystem::path& file) const override;
  std::string describe() const override;

 private:
  struct Connections {
    SQLite::Database writer;
    std::vector<SQLite::Database> readers;
    SQLite::Database history_reader;
  };
  // Without an interval it is only looked into.
  SqliteLedger(std::filesystem::path file, Connections connections, CheckpointDuty duty, LedgerIdentity identity,
               const Clock& clock, std::optional<std::chrono::milliseconds> checkpoint_interval);

  // Runs `work(database)`; what it throws or returns ends as a Result.
  template <typename Work>
  auto write(std::string_view doing, Work&& work) {
    std::lock_guard lock(writer_mutex_);
    if (checkpoint_interval_) duty_.take_if_free(writer_);
    return guarded(doing, [&] { return work(writer_); });
  }
  // The same for what pages show: when it returns no server, of this program or another, shows what was before.
  template <typename Work>
  auto write_shown(std::string_view doing, Work&& work) {
    const LedgerRevision::Change change(revision_);
    return write(doing, std::forward<Work>(work));
  }
  template <typename Work>
  auto read(std::string_view doing, Work&& work) const {
    const auto reader = readers_.take();
    return guarded(doing, [&] { return work(*reader); });
  }
  Result<void> store(const std::vector<Event>& group);
  template <typename Key, typename Bind>
  Result<Linked> find_linked(LinkedCache<Key>& kept, const Key& key, const std::string& sql, Bind bind) const;
  // By itself or, where it has ended since, as none.
  Linked if_usable(Linked linked) const;
  // What was looked up too long ago, or all of it.
  void drop_old_look_ups();
  void forget_linked();
  void checkpoint();
  // Takes the bytes of erased rows out of the files, where this program may.
  void clear_erased();
  int64_t now() const;

  const std::filesystem::path file_;
  mutable std::mutex writer_mutex_;
  mutable std::mutex history_mutex_;
  CheckpointDuty duty_;  // outlives the writer, which checkpoints once more when it closes
  SQLite::Database writer_;
  mutable SqliteReaders readers_;
  mutable SQLite::Database history_reader_;
  const LedgerIdentity identity_;
  mutable LedgerRevision revision_;
  mutable LinkedCache<Sha256> linked_by_token_;
  mutable LinkedCache<int64_t> linked_by_number_;
  const Clock& clock_;
  const std::optional<std::chrono::milliseconds> checkpoint_interval_;
  EventWriter events_;
  std::optional<CheckpointTimer> checkpoints_;  // last, so that it ends first
};

}  // namespace candid::track
