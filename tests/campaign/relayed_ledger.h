#pragma once
// A ledger that hands everything on to another one, for tests that change or count one call.

#include "track/ledger/ledger.h"

namespace candid::test {

class RelayedLedger : public track::Ledger {
 public:
  explicit RelayedLedger(track::Ledger& inner) : inner_(inner) {}

  Result<void> upsert_messages(const std::vector<track::MessageRecord>& m) override {
    return inner_.upsert_messages(m);
  }
  Result<std::optional<track::MessageRecord>> find_message(std::string_view id) const override {
    return inner_.find_message(id);
  }
  Result<std::vector<track::MessageRecord>> messages(std::string_view id) const override { return inner_.messages(id); }
  Result<std::vector<track::CampaignSummary>> campaigns() const override { return inner_.campaigns(); }
  Result<void> put_link(const Sha256& digest, std::string_view message, track::Purpose purpose,
                        const track::LinkTerms& terms) override {
    return inner_.put_link(digest, message, purpose, terms);
  }
  Result<std::optional<track::LinkRecord>> find_link(const Sha256& digest) const override {
    return inner_.find_link(digest);
  }
  Result<std::vector<std::optional<track::LinkRecord>>> find_links(const std::vector<Sha256>& d) const override {
    return inner_.find_links(d);
  }
  Result<std::optional<track::LinkRecord>> find_link(int64_t id) const override { return inner_.find_link(id); }
  Result<bool> admit_view(int64_t id, std::string_view session) override { return inner_.admit_view(id, session); }
  Result<void> revoke_link(const Sha256& digest) override { return inner_.revoke_link(digest); }
  Result<int> revoke_links(std::string_view id) override { return inner_.revoke_links(id); }
  Result<int> revoke_messages(const std::vector<std::string>& ids) override { return inner_.revoke_messages(ids); }
  Result<void> stop_tracking(int64_t id) override { return inner_.stop_tracking(id); }
  void append(std::vector<track::Event> events, Completion done) override {
    inner_.append(std::move(events), std::move(done));
  }
  Result<std::vector<track::LinkHistory>> history(std::string_view id) const override { return inner_.history(id); }
  Result<void> add_counts(std::string_view id, const track::ViewCounts& c) override { return inner_.add_counts(id, c); }
  Result<track::ViewCounts> counts(std::string_view id) const override { return inner_.counts(id); }
  Result<void> drop_networks_before(UtcTime moment) override { return inner_.drop_networks_before(moment); }
  Result<track::Erasure> erase(const track::ErasureOrder& order) override { return inner_.erase(order); }
  Result<std::optional<track::Erasure>> find_erasure(std::string_view r) const override {
    return inner_.find_erasure(r);
  }
  Result<std::vector<std::optional<std::string>>> find_erased(const std::vector<std::string>& i) const override {
    return inner_.find_erased(i);
  }
  Result<int> readmit(const std::vector<std::string>& i) override { return inner_.readmit(i); }
  Result<void> add_api_token(const Sha256& d, const track::ApiToken& t) override { return inner_.add_api_token(d, t); }
  Result<std::optional<track::ApiToken>> find_api_token(const Sha256& d) const override {
    return inner_.find_api_token(d);
  }
  Result<std::vector<track::ApiToken>> api_tokens() const override { return inner_.api_tokens(); }
  Result<void> remove_api_token(std::string_view name) override { return inner_.remove_api_token(name); }
  Result<std::string> id() const override { return inner_.id(); }
  Result<std::vector<uint8_t>> server_key() const override { return inner_.server_key(); }
  uint64_t group_commits() const override { return inner_.group_commits(); }
  Result<void> back_up(const std::filesystem::path& file) const override { return inner_.back_up(file); }
  std::string describe() const override { return inner_.describe(); }

 private:
  track::Ledger& inner_;
};

}  // namespace candid::test
