// What becomes of links as time goes by: terms that make them be over, clocks that are wrong, and ledgers that are
// backups from before.

#include <algorithm>

#include "campaign/publishing/clock_proof.h"
#include "campaign/publishing/publish_journal.h"
#include "core/digest.h"
#include "core/files.h"
#include "tests/campaign/publish_bench.h"
#include "tests/campaign/relayed_ledger.h"

namespace candid::campaign {
namespace {

using std::chrono::days;
using test::must;
using test::SetClock;

class PublishTermsTest : public testing::Test {
 protected:
  void SetUp() override { bench.render(); }

  PublishReport publish(const PublishOptions& options = {}) {
    return must(bench.publish_to(*bench.store(), *bench.ledger(clock), options, {}, clock));
  }
  PublishPreview preview(const PublishOptions& options = {}) {
    return must(bench.preview(bench.store().get(), bench.ledger(clock).get(), options, clock));
  }
  bool opens(const std::string& url) const {
    return must(bench.ledger(clock)->find_link(sha256(token_of(url)))).has_value();
  }
  // Of all the campaign's messages; revoked or over or not.
  std::vector<track::LinkRecord> candidates_links() const {
    std::vector<track::LinkRecord> links;
    auto ledger = bench.ledger(clock);
    for (const auto& message : must(ledger->messages("test_campaign"))) {
      for (const auto& history : must(ledger->history(message.message_id))) {
        if (history.link.purpose == track::Purpose::Candidate) links.push_back(history.link);
      }
    }
    return links;
  }
  size_t open_links() const {
    auto links = candidates_links();
    return static_cast<size_t>(std::count_if(links.begin(), links.end(), [&](const track::LinkRecord& link) {
      return !link.revoked_at && (!link.terms.expires_at || *link.terms.expires_at > clock.time);
    }));
  }
  // Every link that opens is in the list.
  void expect_no_stray_link() const {
    size_t listed = 0;
    for (const auto& [message, link] : bench.booked()) listed += opens(link.url) ? 1 : 0;
    EXPECT_EQ(open_links(), listed);
  }
  void restore(const std::filesystem::path& backup) const {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(bench.data().ledger().string() + end);
    std::filesystem::copy_file(backup, bench.data().ledger());
  }

  test::PublishBench bench;
  SetClock clock;
};

TEST_F(PublishTermsTest, ShorterTermsEndTheLinksThatWereGivenOutAndMakeNoOthers) {
  bench.write_publish("expires = \"60d\"\n");
  PublishReport first = publish();
  clock.time += days(40);
  bench.write_publish("expires = \"30d\"\n");
  for (int run = 0; run < 2; ++run) {
    PublishPreview foreseen = preview();
    EXPECT_EQ(foreseen.links_to_make, 0u);
    EXPECT_EQ(foreseen.links_over, 2u);
    PublishReport second = publish();
    EXPECT_EQ(second.links_over, 2u);
    for (size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(second.links[i].url, first.links[i].url);
      EXPECT_FALSE(second.links[i].is_new);
      EXPECT_FALSE(opens(first.links[i].url));
    }
    EXPECT_EQ(candidates_links().size(), 2u);
  }
  bench.write_publish("expires = \"60d\"\n");
  EXPECT_EQ(preview().links_over, 0u);
  PublishReport third = publish();
  EXPECT_EQ(third.links_over, 0u);
  for (const PublishedLink& link : first.links) EXPECT_TRUE(opens(link.url)) << "a later end opens it again";
  EXPECT_EQ(candidates_links().size(), 2u);
}

TEST_F(PublishTermsTest, LinksThatAreOverAreReplacedWhereThatIsAskedFor) {
  for (bool are_open : {true, false}) {
    bench.write_publish("expires = \"60d\"\npasscode = true\n");
    PublishReport first = publish({.new_links = true});
    auto before = bench.booked();
    clock.time += days(are_open ? 40 : 70);
    bench.write_publish("expires = \"30d\"\npasscode = true\n");
    PublishPreview foreseen = preview({.new_links = true});
    EXPECT_EQ(foreseen.links_to_make, 2u);
    EXPECT_EQ(foreseen.links_over, 0u);
    PublishReport second = publish({.new_links = true});
    EXPECT_EQ(second.links_over, 0u);
    for (size_t i = 0; i < 2; ++i) {
      EXPECT_NE(second.links[i].url, first.links[i].url);
      EXPECT_TRUE(second.links[i].is_new);
      EXPECT_TRUE(opens(second.links[i].url));
      EXPECT_FALSE(opens(first.links[i].url));
      const std::string& message = first.links[i].message_id;
      EXPECT_EQ(bench.booked().at(message).passcode, before.at(message).passcode);
    }
    expect_no_stray_link();
    EXPECT_EQ(publish().links[0].url, second.links[0].url);
    clock.time += days(40);
  }
}

// Takes what it is told, and then the line is gone.
class SilentLedger final : public test::RelayedLedger {
 public:
  using RelayedLedger::RelayedLedger;
  Result<void> put_link(const Sha256& digest, std::string_view message, track::Purpose purpose,
                        const track::LinkTerms& terms) override {
    must(RelayedLedger::put_link(digest, message, purpose, terms));
    return fail(ErrorKind::Network, "the answer was lost");
  }
};

TEST_F(PublishTermsTest, ALinkThatARunEndedIsNotTakenForOneThatTheLedgerLost) {
  bench.write_publish("expires = \"60d\"\n");
  PublishReport first = publish();
  clock.time += days(40);
  bench.write_publish("expires = \"30d\"\n");
  {
    auto ledger = bench.ledger(clock);
    SilentLedger silent(*ledger);
    ASSERT_FALSE(bench.publish_to(*bench.store(), silent, {}, {}, clock));
  }
  size_t left = open_links();
  ASSERT_LT(left, 2u);
  bench.write("decisions.csv", "id,decision\n1,hold\n2,hold\n");
  publish();
  EXPECT_EQ(open_links(), left);
  bench.write("decisions.csv", "id,decision\n");
  EXPECT_EQ(publish().links_over, 2u);
  for (const PublishedLink& link : first.links) EXPECT_FALSE(opens(link.url));
  EXPECT_EQ(candidates_links().size(), 2u);
}

TEST_F(PublishTermsTest, ALinkThatIsOverIsNotForgottenByAClockThatIsBehind) {
  for (bool has_journal : {true, false}) {
    bench.write_publish("expires = \"30d\"\n");
    PublishReport first = publish({.new_links = true});
    clock.time += days(40);
    SetClock behind;
    behind.time = clock.time - days(60);
    if (!has_journal) std::filesystem::remove(bench.journal());
    must(bench.publish_to(*bench.store(), *bench.ledger(clock), {}, {}, behind));
    auto refused = bench.publish_to(*bench.store(), *bench.ledger(clock), {.new_links = true}, {}, behind);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().describe(), testing::HasSubstr("60 days behind"));
    bench.write_publish("expires = \"60d\"\n");
    PublishReport second = publish();
    for (size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(second.links[i].url, first.links[i].url) << has_journal;
      EXPECT_TRUE(opens(first.links[i].url));
    }
    EXPECT_EQ(second.links_over, 0u);
    expect_no_stray_link();
    clock.time += days(100);
  }
}

TEST_F(PublishTermsTest, ALinkThatTheListAloneKnowsIsForgottenWhenItWasRevoked) {
  bench.write_publish("expires = \"30d\"\n");
  PublishReport first = publish();
  must(bench.ledger(clock)->revoke_link(sha256(token_of(first.links[0].url))));
  std::filesystem::remove(bench.journal());
  clock.time += days(40);
  PublishReport second = publish();
  EXPECT_NE(second.links[0].url, first.links[0].url);
  EXPECT_TRUE(second.links[0].is_new);
  EXPECT_EQ(second.links[1].url, first.links[1].url);
  EXPECT_EQ(second.links_over, 1u);
}

class UnyieldingLedger final : public test::RelayedLedger {
 public:
  using RelayedLedger::RelayedLedger;
  Result<void> revoke_link(const Sha256&) override { return fail(ErrorKind::Network, "the line is gone"); }
};

TEST_F(PublishTermsTest, WhatAWrongClockMadeAndCouldNotBeEndedIsToldAndNoStrayLinkIsLeft) {
  bench.write_publish("expires = \"30d\"\n");
  for (days off : {days(-60), days(1)}) {
    SetClock wrong;
    wrong.time = clock.time + off;
    {
      auto ledger = bench.ledger(clock);
      UnyieldingLedger unyielding(*ledger);
      auto report = bench.publish_to(*bench.store(), unyielding, {}, {}, wrong);
      ASSERT_FALSE(report);
      EXPECT_THAT(report.error().describe(), testing::HasSubstr("not be ended"));
      EXPECT_THAT(report.error().describe(), testing::HasSubstr("the line is gone"));
    }
    for (const PublishedLink& link : publish().links) {
      EXPECT_TRUE(opens(link.url));
      auto end = *bench.record_of(link.url)->terms.expires_at;
      EXPECT_TRUE(clocks_agree(end, clock.time + days(30)));
    }
    EXPECT_EQ(open_links(), 2u);
    expect_no_stray_link();
    must(bench.ledger(clock)->revoke_messages({bench.booked().begin()->first, bench.booked().rbegin()->first}));
  }
}

TEST_F(PublishTermsTest, ALedgerFromABackupGetsTheLinksThatWereGivenOutSince) {
  bench.write_publish("expires = \"30d\"\n");
  bench.write("decisions.csv", "id,decision\n2,hold\n");
  publish();
  auto backup = bench.folder() / "backup.db";
  must(bench.ledger(clock)->back_up(backup));
  bench.write("decisions.csv", "id,decision\n");
  PublishReport given = publish();
  auto before = bench.booked();
  clock.time += days(10);
  restore(backup);
  ASSERT_FALSE(opens(given.links[1].url));
  EXPECT_EQ(preview().links_to_make, 0u);
  for (int run = 0; run < 2; ++run) {
    PublishReport report = publish();
    for (size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(report.links[i].url, given.links[i].url);
      EXPECT_FALSE(report.links[i].is_new);
      EXPECT_TRUE(opens(given.links[i].url));
      const std::string& message = given.links[i].message_id;
      EXPECT_EQ(bench.booked().at(message).expires, before.at(message).expires) << "days count from the first time";
    }
    clock.time += days(5);
  }
  EXPECT_EQ(candidates_links().size(), 2u);
}

TEST_F(PublishTermsTest, ALedgerFromABackupGetsTheLinksOfWhoIsHeldToo) {
  PublishReport first = publish();
  auto backup = bench.folder() / "backup.db";
  must(bench.ledger(clock)->revoke_messages({first.links[0].message_id, first.links[1].message_id}));
  must(bench.ledger(clock)->back_up(backup));
  PublishReport second = publish();
  restore(backup);
  bench.write("decisions.csv", "id,decision\n2,hold\n");
  publish();
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_NE(second.links[i].url, first.links[i].url);
    EXPECT_FALSE(opens(first.links[i].url)) << "what was revoked stays so";
    EXPECT_TRUE(opens(second.links[i].url));
    EXPECT_EQ(bench.booked().at(second.links[i].message_id).url, second.links[i].url);
  }
  expect_no_stray_link();
}

}  // namespace
}  // namespace candid::campaign
