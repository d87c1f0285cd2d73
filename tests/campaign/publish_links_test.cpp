// The terms of links, and what becomes of them when a campaign is published again.

#include <set>

#include "campaign/publishing/revoke.h"
#include "core/csv.h"
#include "core/digest.h"
#include "tests/campaign/publish_bench.h"
#include "track/pages/passcode.h"

namespace candid::campaign {
namespace {

using test::must;
using test::SetClock;

class PublishLinksTest : public testing::Test {
 protected:
  void SetUp() override { bench.render(); }
  test::PublishBench bench;
};

TEST_F(PublishLinksTest, TermsReachTheLedgerAndTheList) {
  bench.write_publish("expires = \"30d\"\nviews = 7\ndownload = true\n");
  PublishReport report = bench.publish();
  auto record = bench.record_of(report.links[0].url);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->terms.view_limit, 7);
  EXPECT_TRUE(record->terms.may_download);
  ASSERT_TRUE(record->terms.expires_at);
  auto left = *record->terms.expires_at - Clock::system().now();
  EXPECT_LT(left, std::chrono::days(30) + std::chrono::minutes(1));
  EXPECT_GT(left, std::chrono::days(30) - std::chrono::minutes(5));
  EXPECT_EQ(bench.booked().at(report.links[0].message_id).expires, format_utc(*record->terms.expires_at));
}

TEST_F(PublishLinksTest, ChangedTermsReachTheLinkThatWasGivenOut) {
  bench.write_publish("expires = \"30d\"\n");
  PublishReport first = bench.publish();
  auto before = *bench.record_of(first.links[0].url);
  bench.write_publish("expires = \"60d\"\nviews = 3\n");
  PublishReport second = bench.publish();
  EXPECT_EQ(second.links[0].url, first.links[0].url);
  EXPECT_FALSE(second.links[0].is_new);
  auto after = *bench.record_of(first.links[0].url);
  EXPECT_EQ(after.id, before.id);
  EXPECT_EQ(after.terms.view_limit, 3);
  EXPECT_NEAR(static_cast<double>((*after.terms.expires_at - *before.terms.expires_at).count()),
              30.0 * 24 * 3600 * 1000, 60'000)
      << "days count from when the link was made";
  bench.write_publish("");
  bench.publish();
  EXPECT_EQ(bench.record_of(first.links[0].url)->terms, track::LinkTerms{});
}

TEST_F(PublishLinksTest, ALinkThatIsOverOpensAgainWhenItsTimeIsExtended) {
  bench.write_publish("expires = \"1d\"\n");
  SetClock clock;
  clock.time -= std::chrono::days(2);  // two days ago
  auto store = bench.store();
  std::string given;
  {
    auto ledger = bench.ledger(clock);
    given = must(bench.publish_to(*store, *ledger, {}, {}, clock)).links[0].url;
  }
  EXPECT_FALSE(bench.record_of(given));
  bench.write_publish("expires = \"30d\"\n");
  PublishReport report = bench.publish();
  EXPECT_EQ(report.links[0].url, given);
  EXPECT_TRUE(bench.record_of(given));
}

TEST_F(PublishLinksTest, WhoseLinkIsOverGetsANewOneWhereThatIsAskedForAlone) {
  bench.write_publish("expires = \"1d\"\n");
  SetClock clock;
  clock.time -= std::chrono::days(2);
  auto store = bench.store();
  std::string given;
  {
    auto ledger = bench.ledger(clock);
    given = must(bench.publish_to(*store, *ledger, {}, {}, clock)).links[0].url;
  }
  PublishReport report = bench.publish();
  EXPECT_EQ(report.links[0].url, given);
  EXPECT_FALSE(report.links[0].is_new);
  EXPECT_EQ(report.links_over, 2u);
  report = bench.publish({.new_links = true});
  EXPECT_NE(report.links[0].url, given);
  EXPECT_TRUE(report.links[0].is_new);
  EXPECT_EQ(report.links_over, 0u);
  EXPECT_TRUE(bench.record_of(report.links[0].url));
}

TEST_F(PublishLinksTest, ALinkStaysBesideTheNameOfWhomItWasGivenTo) {
  std::string message = bench.publish().links[0].message_id;
  std::string url = bench.booked().at(message).url;
  bench.write("candidates.csv",
              "id,name,role,email\n1,Bob Newman,Engineer,bob@example.com\n2,王小明,Designer,xm@example.com\n");
  bench.render();
  PublishReport report = bench.publish();
  ASSERT_TRUE(report.links[0].error) << "the id is somebody else's";
  EXPECT_EQ(bench.booked().at(message).name, "Jane Sample");
  EXPECT_EQ(bench.booked().at(message).email, "jane@example.com");
  EXPECT_EQ(bench.booked().at(message).url, url);
  std::filesystem::remove(bench.out() / "links.csv");
  bench.publish();
  EXPECT_EQ(bench.booked().at(message).name, "Jane Sample") << "as the ledger tells it";
  EXPECT_EQ(bench.booked().at(message).email, "jane@example.com");
}

TEST_F(PublishLinksTest, ACorrectedNameReachesTheListWithItsLink) {
  std::string message = bench.publish().links[0].message_id;
  bench.write("candidates.csv",
              "id,name,role,email\n1,Jane Sample-Roe,Engineer,jane@example.com\n2,王小明,Designer,xm@example.com\n");
  bench.publish();
  EXPECT_EQ(bench.booked().at(message).name, "Jane Sample-Roe") << "though it is to be rendered first";
}

TEST_F(PublishLinksTest, ADayThatIsOverIsRefusedBeforeAnythingIsDone) {
  bench.write_publish("expires = \"2020-01-01\"\n");
  auto store = bench.store();
  auto report = bench.publish_to(*store);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), ErrorKind::InvalidInput);
  EXPECT_FALSE(std::filesystem::exists(bench.journal()));
}

TEST_F(PublishLinksTest, PasscodesAreTheRostersOrMadeAndToldInTheListAlone) {
  bench.write("candidates.csv",
              "id,name,role,email,passcode\n1,Jane Sample,Engineer,jane@example.com, 4711 "
              "\n2,王小明,Designer,xm@example.com,\n");
  bench.render();
  bench.write_publish("passcode = true\n");
  PublishReport report = bench.publish();
  auto booked = bench.booked();
  EXPECT_EQ(booked.at(report.links[0].message_id).passcode, "4711");
  std::string made = booked.at(report.links[1].message_id).passcode;
  EXPECT_EQ(made.size(), 8u);
  EXPECT_EQ(made.find_first_not_of("abcdefghjkmnpqrstuvwxyz23456789"), std::string::npos) << made;
  for (size_t i = 0; i < 2; ++i) {
    auto record = bench.record_of(report.links[i].url);
    ASSERT_TRUE(record);
    EXPECT_TRUE(track::passcode_matches(booked.at(report.links[i].message_id).passcode, record->terms.passcode_hash));
    EXPECT_FALSE(track::passcode_matches("0000", record->terms.passcode_hash));
  }
  EXPECT_THAT(must(read_text_file(bench.folder() / "campaign.toml")), testing::Not(testing::HasSubstr(made)));
  // Again: the same ones, hashed once.
  auto before = bench.record_of(report.links[1].url)->terms;
  bench.publish();
  EXPECT_EQ(bench.booked().at(report.links[1].message_id).passcode, made);
  EXPECT_EQ(bench.record_of(report.links[1].url)->terms, before);
  // Even where the journal was lost.
  std::filesystem::remove(bench.journal());
  EXPECT_EQ(bench.publish().links[1].url, report.links[1].url);
  EXPECT_EQ(bench.booked().at(report.links[1].message_id).passcode, made);
  EXPECT_TRUE(track::passcode_matches(made, bench.record_of(report.links[1].url)->terms.passcode_hash));
}

TEST_F(PublishLinksTest, WhoDeletesTheWorkFolderKeepsLinksAndPasscodes) {
  bench.write_publish("passcode = true\nexpires = \"30d\"\n");
  bench.write("decisions.csv", "id,decision\n");
  PublishReport first = bench.publish();
  auto before = bench.booked();
  bench.write("decisions.csv", "id,decision\n2,hold\n");  // a held link is in a list of its own
  bench.publish();
  for (bool is_held : {true, false}) {
    std::filesystem::remove_all(bench.out() / "work");
    if (!is_held) bench.write("decisions.csv", "id,decision\n");
    bench.render();
    PublishReport second = bench.publish();
    ASSERT_EQ(second.links.size(), is_held ? 1u : 2u);
    auto after = bench.booked();
    for (const PublishedLink& link : second.links) EXPECT_FALSE(link.is_new);
    for (const PublishedLink& link : first.links) {
      const BookedLink& was = before.at(link.message_id);
      const BookedLink& is = after.at(link.message_id);
      EXPECT_EQ(is.url, was.url);
      EXPECT_EQ(is.passcode, was.passcode);
      EXPECT_EQ(is.expires, was.expires);
      auto record = bench.record_of(is.url);
      ASSERT_TRUE(record);
      EXPECT_EQ(record->message_id, link.message_id);
      EXPECT_TRUE(track::passcode_matches(was.passcode, record->terms.passcode_hash));
    }
  }
  for (const auto& message : must(bench.ledger()->messages("test_campaign")))
    EXPECT_EQ(must(bench.ledger()->history(message.message_id)).size(), 1u) << "no second link";
}

TEST_F(PublishLinksTest, APasscodeThatCannotBeOneFailsItsRowBeforeItIsStored) {
  bench.write(
      "candidates.csv",
      "id,name,role,email,passcode\n1,Jane Sample,Engineer,jane@example.com,12\n2,王小明,Designer,xm@example.com,\n");
  bench.render();
  bench.write_publish("passcode = true\n");
  bench.write("decisions.csv", "id,decision\n1,approve\n");  // what preflight finds would hold it
  PublishReport report = bench.publish();
  ASSERT_TRUE(report.links[0].error);
  EXPECT_THAT(report.links[0].error->describe(), testing::HasSubstr("passcode"));
  EXPECT_FALSE(report.links[1].error);
  EXPECT_FALSE(must(bench.ledger()->find_message(report.links[0].message_id)));
}

TEST_F(PublishLinksTest, ARevokedLinkIsGoneFromTheListAndThePublishAfterMakesANewOne) {
  PublishReport first = bench.publish();
  {
    auto ledger = bench.ledger();
    std::vector<std::string> ids = {"1"};
    RevokeReport ended = must(revoke("test_campaign", ids, bench.folder(), *ledger));
    EXPECT_EQ(ended.links, 1);
  }
  EXPECT_FALSE(bench.record_of(first.links[0].url));
  EXPECT_TRUE(bench.record_of(first.links[1].url));
  EXPECT_THAT(bench.links(), testing::Not(testing::HasSubstr(first.links[0].url)));
  EXPECT_THAT(bench.links(), testing::HasSubstr(first.links[1].url));
  PublishReport second = bench.publish();
  EXPECT_NE(second.links[0].url, first.links[0].url);
  EXPECT_TRUE(second.links[0].is_new);
  EXPECT_EQ(second.links[1].url, first.links[1].url);
  EXPECT_FALSE(bench.record_of(first.links[0].url)) << "what was revoked stays so";
}

TEST_F(PublishLinksTest, ALinkThatSomebodyElseRevokedIsReplacedToo) {
  PublishReport first = bench.publish();
  must(bench.ledger()->revoke_link(sha256(token_of(first.links[0].url))));
  PublishReport second = bench.publish();
  EXPECT_NE(second.links[0].url, first.links[0].url);
  EXPECT_TRUE(bench.record_of(second.links[0].url));
}

}  // namespace
}  // namespace candid::campaign
