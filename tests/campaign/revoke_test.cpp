#include "campaign/publishing/revoke.h"

#include <fmt/format.h>

#include "tests/campaign/publish_bench.h"
#include "tests/campaign/relayed_ledger.h"

namespace candid::campaign {
namespace {

using test::must;

class RevokeTest : public testing::Test {
 protected:
  void SetUp() override {
    bench.render();
    published = bench.publish();
  }
  Result<RevokeReport> revoke_ids(const std::vector<std::string>& ids) {
    auto ledger = bench.ledger();
    return revoke("test_campaign", ids, bench.folder(), *ledger);
  }
  test::PublishBench bench;
  PublishReport published;
};

TEST_F(RevokeTest, AllMeansEveryLinkOfTheCampaign) {
  RevokeReport report = must(revoke_ids({}));
  EXPECT_EQ(report.messages, 2u);
  EXPECT_EQ(report.links, 2);
  for (const PublishedLink& link : published.links) EXPECT_FALSE(bench.record_of(link.url));
  EXPECT_TRUE(bench.booked().empty());
  EXPECT_EQ(must(revoke_ids({})).links, 0) << "there is nothing left to end";
}

TEST_F(RevokeTest, AnUnknownIdEndsNothingAndIsNamed) {
  auto report = revoke_ids({"1", "nobody"});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), ErrorKind::NotFound);
  EXPECT_THAT(report.error().message(), testing::HasSubstr("nobody"));
  EXPECT_TRUE(bench.record_of(published.links[0].url));
}

TEST_F(RevokeTest, AnotherCampaignsLinksAreLeftAlone) {
  auto ledger = bench.ledger();
  auto report = revoke("another", std::vector<std::string>{}, bench.folder(), *ledger);
  EXPECT_FALSE(report);
  EXPECT_TRUE(bench.record_of(published.links[0].url));
}

TEST_F(RevokeTest, OneLinkEndsByItsAddressOrItsToken) {
  auto ledger = bench.ledger();
  must(revoke_link(published.links[0].url, {}, *ledger));
  must(revoke_link(token_of(published.links[1].url), {}, *ledger));
  for (const PublishedLink& link : published.links) EXPECT_FALSE(bench.record_of(link.url));
}

TEST_F(RevokeTest, OneLinkEndsInTheCampaignsListToo) {
  EXPECT_FALSE(must(revoke_link(published.links[0].url, bench.folder(), *bench.ledger())).lists);
  auto booked = bench.booked();
  EXPECT_FALSE(booked.contains(published.links[0].message_id));
  EXPECT_TRUE(booked.contains(published.links[1].message_id));
}

TEST_F(RevokeTest, ALinkIsKnownWithWhatAMailerAddedToIt) {
  auto ledger = bench.ledger();
  must(revoke_link(published.links[0].url + "?utm_source=mail&back=https://example.com/", {}, *ledger));
  must(revoke_link(published.links[1].url + "/", {}, *ledger));
  for (const PublishedLink& link : published.links) EXPECT_FALSE(bench.record_of(link.url));
}

// Fails with its second batch.
class FailingLedger final : public test::RelayedLedger {
 public:
  using RelayedLedger::RelayedLedger;
  int batches = 0;
  bool fails = true;
  Result<int> revoke_messages(const std::vector<std::string>& ids) override {
    if (++batches > 1 && fails) return fail(ErrorKind::Network, "the line is gone");
    return RelayedLedger::revoke_messages(ids);
  }
};

TEST_F(RevokeTest, ManyLinksEndInFewCallsAndWhatEndedIsForgottenEvenWhenOneFails) {
  constexpr size_t kMessages = 2500;
  auto ledger = bench.ledger();
  track::MessageRecord sample = must(ledger->messages("test_campaign")).at(0);
  std::vector<track::MessageRecord> messages;
  std::vector<BookedLink> booked;
  for (size_t i = 0; i < kMessages; ++i) {
    sample.message_id = fmt::format("m{:020x}", i);
    sample.candidate_id = fmt::format("s{}", i);
    messages.push_back(sample);
    BookedLink link;
    link.message_id = sample.message_id;
    link.url = link_url("https://v.example.com", track::make_token());
    booked.push_back(link);
  }
  must(ledger->upsert_messages(messages));
  must(write_links({bench.out() / "links.csv", bench.out() / "links-held.csv"}, booked));
  FailingLedger failing(*ledger);
  std::vector<std::string> all;
  auto report = revoke("test_campaign", all, bench.folder(), failing);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), ErrorKind::Network);
  EXPECT_THAT(report.error().message(), testing::HasSubstr("1000 of 2502"));
  EXPECT_EQ(bench.booked().size(), kMessages - 1000);
  failing.fails = false;
  failing.batches = 0;
  EXPECT_EQ(must(revoke("test_campaign", all, bench.folder(), failing)).messages, kMessages + 2);
  EXPECT_EQ(failing.batches, 3);
  EXPECT_TRUE(bench.booked().empty());
}

TEST_F(RevokeTest, ErrorsDoNotRepeatTheLink) {
  auto ledger = bench.ledger();
  std::string other = "http://127.0.0.1:8080/v/" + track::make_token();
  for (const std::string& link : {other, std::string("https://me:secret@example.com/x")}) {
    auto report = revoke_link(link, {}, *ledger);
    ASSERT_FALSE(report);
    std::string said = report.error().describe() + report.error().hint();
    EXPECT_THAT(said, testing::Not(testing::HasSubstr(link.substr(link.size() - 8))));
    EXPECT_THAT(said, testing::Not(testing::HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace candid::campaign
