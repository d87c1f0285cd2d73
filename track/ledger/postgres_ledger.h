#pragma once
// The ledger in PostgreSQL. Internal to track.
//
// Events have a connection of their own, everything else shares a few: a page never waits for a commit of events.

#include "track/ledger/event_writer.h"
#include "track/ledger/ledger.h"
#include "track/ledger/ledger_identity.h"
#include "track/ledger/postgres_pool.h"

namespace candid::track {

class PostgresLedger final : public Ledger {
 public:
  static Result<std::unique_ptr<Ledger>> open(const std::string& address, const Clock& clock);
  // look_into_postgres_ledger().
  static Result<std::unique_ptr<Ledger>> look_into(const std::string& address, const Clock& clock);

  Result<void> upsert_messages(const std::vector<MessageRecord>& messages) override;
  Result<std::optional<MessageRecord>> find_message(std::string_view message_id) const override;
  Result<std::vector<MessageRecord>> messages(std::string_view campaign_id) const override;
  Result<std::vector<CampaignSummary>> campaigns() const override;

  Result<void> put_link(const Sha256& token_digest, std::string_view message_id, Purpose purpose,
                        const LinkTerms& terms) override;
  Result<std::optional<LinkRecord>> find_link(const Sha256& token_digest) const override;
  Result<std::optional<LinkRecord>> find_link(int64_t link_id) const override;
  Result<std::vector<std::optional<LinkRecord>>> find_links(const std::vector<Sha256>& token_digests) const override;
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
  PostgresLedger(std::unique_ptr<PostgresPool> pool, LedgerIdentity identity, const Clock& clock);
  Result<void> store(const std::vector<Event>& group);
  int64_t now() const;

  const std::unique_ptr<PostgresPool> pool_;
  PostgresSession event_session_;  // the event writer's thread alone uses it
  const LedgerIdentity identity_;
  const Clock& clock_;
  EventWriter events_;  // last, so that it ends first
};

}  // namespace candid::track
