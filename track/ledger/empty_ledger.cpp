#include "track/ledger/empty_ledger.h"

#include <fmt/format.h>

#include "core/encoding.h"
#include "core/random.h"
#include "track/ledger/ledger_identity.h"

namespace candid::track {
namespace {

class EmptyLedger final : public Ledger {
 public:
  explicit EmptyLedger(std::string name) : name_(std::move(name)) {}

  Result<std::optional<MessageRecord>> find_message(std::string_view) const override { return std::nullopt; }
  Result<std::vector<MessageRecord>> messages(std::string_view) const override { return std::vector<MessageRecord>(); }
  Result<std::vector<CampaignSummary>> campaigns() const override { return std::vector<CampaignSummary>(); }
  Result<std::optional<LinkRecord>> find_link(const Sha256&) const override { return std::nullopt; }
  Result<std::optional<LinkRecord>> find_link(int64_t) const override { return std::nullopt; }
  Result<std::vector<std::optional<LinkRecord>>> find_links(const std::vector<Sha256>& digests) const override {
    return std::vector<std::optional<LinkRecord>>(digests.size());
  }
  Result<std::vector<LinkHistory>> history(std::string_view) const override { return std::vector<LinkHistory>(); }
  Result<ViewCounts> counts(std::string_view) const override { return ViewCounts(); }
  Result<std::optional<Erasure>> find_erasure(std::string_view) const override { return std::nullopt; }
  Result<std::vector<std::optional<std::string>>> find_erased(const std::vector<std::string>& all) const override {
    return std::vector<std::optional<std::string>>(all.size());
  }
  Result<std::optional<ApiToken>> find_api_token(const Sha256&) const override { return std::nullopt; }
  Result<std::vector<ApiToken>> api_tokens() const override { return std::vector<ApiToken>(); }
  Result<std::string> id() const override { return id_; }
  uint64_t group_commits() const override { return 0; }
  std::string describe() const override { return name_; }

  Result<void> upsert_messages(const std::vector<MessageRecord>&) override { return refused(); }
  Result<void> put_link(const Sha256&, std::string_view, Purpose, const LinkTerms&) override { return refused(); }
  Result<bool> admit_view(int64_t, std::string_view) override { return refused(); }
  Result<void> revoke_link(const Sha256&) override { return refused(); }
  Result<int> revoke_links(std::string_view) override { return refused(); }
  Result<int> revoke_messages(const std::vector<std::string>&) override { return refused(); }
  Result<void> stop_tracking(int64_t) override { return refused(); }
  void append(std::vector<Event>, Completion done) override { done(refused()); }
  Result<void> add_counts(std::string_view, const ViewCounts&) override { return refused(); }
  Result<void> drop_networks_before(UtcTime) override { return refused(); }
  Result<Erasure> erase(const ErasureOrder&) override { return refused(); }
  Result<int> readmit(const std::vector<std::string>&) override { return refused(); }
  Result<void> add_api_token(const Sha256&, const ApiToken&) override { return refused(); }
  Result<void> remove_api_token(std::string_view) override { return refused(); }
  Result<std::vector<uint8_t>> server_key() const override { return refused(); }
  Result<void> back_up(const std::filesystem::path&) const override { return refused(); }

 private:
  tl::unexpected<Error> refused() const {
    return fail(ErrorKind::PermissionDenied, fmt::format("{} is not made yet, and only looked into", name_));
  }

  const std::string name_;
  const std::string id_ = to_hex(random_bytes(kLedgerIdBytes));
};

}  // namespace

std::unique_ptr<Ledger> make_empty_ledger(std::string name) {
  return std::make_unique<EmptyLedger>(std::move(name));
}

}  // namespace candid::track
