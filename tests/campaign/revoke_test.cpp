#include "campaign/publishing/revoke.h"

#include "tests/campaign/publish_bench.h"

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
    auto workspace = must(Workspace::open(bench.folder()));
    auto ledger = bench.ledger();
    return revoke("test_campaign", ids, workspace, *ledger);
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
  auto workspace = must(Workspace::open(bench.folder()));
  auto ledger = bench.ledger();
  auto report = revoke("another", std::vector<std::string>{}, workspace, *ledger);
  EXPECT_FALSE(report);
  EXPECT_TRUE(bench.record_of(published.links[0].url));
}

TEST_F(RevokeTest, OneLinkEndsByItsAddressOrItsToken) {
  auto ledger = bench.ledger();
  must(revoke_link(published.links[0].url, nullptr, *ledger));
  must(revoke_link(token_of(published.links[1].url), nullptr, *ledger));
  for (const PublishedLink& link : published.links) EXPECT_FALSE(bench.record_of(link.url));
}

TEST_F(RevokeTest, OneLinkEndsInTheCampaignsListToo) {
  {
    auto workspace = must(Workspace::open(bench.folder()));
    auto ledger = bench.ledger();
    must(revoke_link(published.links[0].url, &workspace, *ledger));
  }
  auto booked = bench.booked();
  EXPECT_FALSE(booked.contains(published.links[0].message_id));
  EXPECT_TRUE(booked.contains(published.links[1].message_id));
}

TEST_F(RevokeTest, ErrorsDoNotRepeatTheLink) {
  auto ledger = bench.ledger();
  std::string other = "http://127.0.0.1:8080/v/" + track::make_token();
  for (const std::string& link : {other, std::string("https://me:secret@example.com/x")}) {
    auto report = revoke_link(link, nullptr, *ledger);
    ASSERT_FALSE(report);
    std::string said = report.error().describe() + report.error().hint();
    EXPECT_THAT(said, testing::Not(testing::HasSubstr(link.substr(link.size() - 8))));
    EXPECT_THAT(said, testing::Not(testing::HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace candid::campaign
