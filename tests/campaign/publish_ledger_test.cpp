// What publishing asks of a ledger, and what it does where the ledger, this machine's clock or its own notes are not
// what they were.

#include <set>

#include "campaign/publishing/clock_proof.h"
#include "campaign/publishing/revoke.h"
#include "campaign/publishing/roster_passcode.h"
#include "core/digest.h"
#include "core/files.h"
#include "tests/campaign/publish_bench.h"
#include "tests/campaign/relayed_ledger.h"
#include "track/pages/passcode.h"

namespace candid::campaign {
namespace {

using test::must;

class ShiftedClock final : public Clock {
 public:
  explicit ShiftedClock(std::chrono::milliseconds by) : by_(by) {}
  UtcTime now() const override { return Clock::system().now() + by_; }

 private:
  std::chrono::milliseconds by_;
};

class CountingLedger final : public test::RelayedLedger {
 public:
  using RelayedLedger::find_link;
  using RelayedLedger::RelayedLedger;
  std::atomic<int> puts = 0;
  mutable std::atomic<int> questions = 0;
  mutable std::atomic<int> batches = 0;

  Result<void> put_link(const Sha256& digest, std::string_view message, track::Purpose purpose,
                        const track::LinkTerms& terms) override {
    ++puts;
    return RelayedLedger::put_link(digest, message, purpose, terms);
  }
  Result<std::optional<track::LinkRecord>> find_link(const Sha256& digest) const override {
    ++questions;
    return RelayedLedger::find_link(digest);
  }
  Result<std::vector<std::optional<track::LinkRecord>>> find_links(const std::vector<Sha256>& d) const override {
    ++batches;
    return RelayedLedger::find_links(d);
  }
};

class PublishLedgerTest : public testing::Test {
 protected:
  void SetUp() override { bench.render(); }

  std::unique_ptr<track::Ledger> other_ledger() const {
    return must(track::open_sqlite_ledger(bench.folder() / "other.db"));
  }
  std::set<std::string> urls() const {
    std::set<std::string> all;
    for (const auto& [message, link] : bench.booked()) all.insert(link.url);
    return all;
  }
  test::PublishBench bench;
};

TEST_F(PublishLedgerTest, AClockThatIsBehindMakesNoDeadLinks) {
  bench.write_publish("expires = \"30d\"\n");
  auto store = bench.store();
  auto ledger = bench.ledger();
  for (int run = 0; run < 2; ++run) {
    auto report = bench.publish_to(*store, *ledger, {}, {}, ShiftedClock(-std::chrono::days(60)));
    ASSERT_FALSE(report);
    EXPECT_THAT(report.error().describe(), testing::HasSubstr("this machine's clock is 60 days behind the ledger's"));
    EXPECT_TRUE(bench.booked().empty());
  }
  PublishReport report = must(bench.publish_to(*store, *ledger));
  for (const PublishedLink& link : report.links) {
    ASSERT_FALSE(link.error);
    auto record = bench.record_of(link.url);
    ASSERT_TRUE(record);
    EXPECT_TRUE(clocks_agree(*record->terms.expires_at, Clock::system().now() + std::chrono::days(30)));
    int open = 0;
    for (const auto& history : must(ledger->history(link.message_id))) open += !history.link.revoked_at.has_value();
    EXPECT_EQ(open, 1) << "nothing is left behind";
  }
}

TEST_F(PublishLedgerTest, AClockThatIsAheadMakesNoLinkThatLastsTooLong) {
  bench.write_publish("expires = \"30d\"\n");
  auto store = bench.store();
  auto ledger = bench.ledger();
  auto report = bench.publish_to(*store, *ledger, {}, {}, ShiftedClock(std::chrono::hours(3)));
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().describe(), testing::HasSubstr("hours ahead of the ledger's"));
  EXPECT_TRUE(bench.booked().empty());
  for (const PublishedLink& link : must(bench.publish_to(*store, *ledger)).links) {
    auto record = bench.record_of(link.url);
    ASSERT_TRUE(record);
    EXPECT_TRUE(clocks_agree(*record->terms.expires_at, Clock::system().now() + std::chrono::days(30)));
  }
}

TEST_F(PublishLedgerTest, ALinkWithAnEndIsPutOnceAndAskedForWithAllOthers) {
  bench.write_publish("expires = \"30d\"\n");
  auto store = bench.store();
  auto ledger = bench.ledger();
  for (int run = 0; run < 2; ++run) {
    CountingLedger counting(*ledger);
    must(bench.publish_to(*store, counting));
    EXPECT_EQ(counting.puts, run == 0 ? 2 : 0);
    EXPECT_EQ(counting.questions, run == 0 ? 1 : 0) << "the clock is checked once";
    EXPECT_EQ(counting.batches, run == 0 ? 0 : 1);
  }
}

TEST_F(PublishLedgerTest, AnotherLedgerStopsBeforeAnyLinkIsReplaced) {
  PublishReport first = bench.publish();
  auto before = urls();
  auto store = bench.store();
  auto other = other_ledger();
  for (bool has_journal : {true, false}) {
    if (!has_journal) std::filesystem::remove(bench.journal());
    auto report = bench.publish_to(*store, *other);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().kind(), ErrorKind::InvalidInput);
    EXPECT_THAT(report.error().describe(), testing::HasSubstr(other->describe()));
    // Without the journal nobody knows which ledger it was.
    std::string named = has_journal ? bench.ledger()->describe() : "another ledger";
    EXPECT_THAT(report.error().describe(), testing::HasSubstr(named));
    EXPECT_THAT(report.error().hint(), testing::HasSubstr("--new-links"));
    EXPECT_EQ(urls(), before);
    EXPECT_FALSE(bench.preview(store.get(), other.get())) << "a dry run tells it, too";
  }
  EXPECT_EQ(bench.publish().links[0].url, first.links[0].url) << "the ledger of before goes on";
  EXPECT_EQ(must(bench.preview(store.get(), other.get(), {.new_links = true})).links_to_make, 2u);
  PublishReport second = must(bench.publish_to(*store, *other, {.new_links = true}));
  EXPECT_NE(second.links[0].url, first.links[0].url);
  EXPECT_TRUE(must(other->find_link(sha256(token_of(second.links[0].url)))));
}

TEST_F(PublishLedgerTest, ADamagedTokenInTheJournalGivesNobodyASecondLink) {
  PublishReport first = bench.publish();
  std::string token = token_of(first.links[0].url);
  for (const std::string& damaged :
       {std::string(1, token[0] == 'x' ? 'y' : 'x') + token.substr(1), token.substr(0, 5), "../" + token.substr(3)}) {
    std::string journal = must(read_text_file(bench.journal()));
    for (size_t at = 0; (at = journal.find(token, at)) != std::string::npos;)
      journal.replace(at, token.size(), damaged);
    must(write_file(bench.journal(), journal));
    PublishReport second = bench.publish();
    EXPECT_EQ(second.links[0].url, first.links[0].url) << damaged;
    EXPECT_FALSE(second.links[0].is_new);
    EXPECT_TRUE(urls().contains(first.links[0].url));
  }
}

TEST_F(PublishLedgerTest, LinksThatWereEndedWhileTheCampaignWasInUseLeaveTheListsWithTheNextPublish) {
  bench.write("decisions.csv", "id,decision\n");
  PublishReport first = bench.publish();
  {
    auto in_use = must(Workspace::open(bench.folder()));
    auto ledger = bench.ledger();
    std::vector<std::string> ids = {"1", "2"};
    RevokeReport report = must(revoke("test_campaign", ids, bench.folder(), *ledger));
    EXPECT_EQ(report.links, 2);
    ASSERT_TRUE(report.lists);
    EXPECT_EQ(report.lists->kind(), ErrorKind::Exists);
  }
  for (const PublishedLink& link : first.links) EXPECT_FALSE(bench.record_of(link.url));
  EXPECT_TRUE(urls().contains(first.links[0].url)) << "the lists wait";
  bench.write("decisions.csv", "id,decision\n1,hold\n");
  PublishReport second = bench.publish();
  ASSERT_EQ(second.links.size(), 1u);
  EXPECT_NE(second.links[0].url, first.links[1].url);
  EXPECT_EQ(urls(), std::set<std::string>{second.links[0].url}) << "a held one is not listed as live, either";
  bench.write("decisions.csv", "id,decision\n");
  EXPECT_NE(bench.publish().links[0].url, first.links[0].url);
}

TEST_F(PublishLedgerTest, ALinkOfWhoLeftTheRosterIsListedOnlyWhileItOpens) {
  PublishReport first = bench.publish();
  bench.write("candidates.csv", "id,name,role,email\n1,Jane Sample,Engineer,jane@example.com\n");
  bench.render();
  bench.publish();
  EXPECT_TRUE(urls().contains(first.links[1].url));
  must(bench.ledger()->revoke_link(sha256(token_of(first.links[1].url))));
  EXPECT_EQ(bench.publish().links_of_others, 0u);
  EXPECT_EQ(urls(), std::set<std::string>{first.links[0].url});
}

TEST_F(PublishLedgerTest, PasscodesAreTheSameWhenTheyAreAskedForAgain) {
  bench.write_publish("passcode = true\n");
  PublishReport first = bench.publish();
  const std::string& message = first.links[0].message_id;
  std::string passcode = bench.booked().at(message).passcode;
  bench.write_publish("");
  bench.publish();
  EXPECT_EQ(bench.booked().at(message).passcode, "");
  bench.publish();
  bench.write_publish("passcode = true\n");
  bench.publish();
  EXPECT_EQ(bench.booked().at(message).passcode, passcode);
  EXPECT_TRUE(track::passcode_matches(passcode, bench.record_of(first.links[0].url)->terms.passcode_hash));
}

TEST_F(PublishLedgerTest, ADryRunRefusesWhatPublishingRefuses) {
  auto store = bench.store();
  auto ledger = bench.ledger();
  bench.write_publish("expires = \"2020-01-01\"\n");
  auto over = bench.preview(store.get(), ledger.get());
  ASSERT_FALSE(over);
  EXPECT_THAT(over.error().describe(), testing::HasSubstr("publish.expires"));
  bench.write_publish("");
  bench.publish();
  bench.write("candidates.csv",
              "id,name,role,email\n1,Other Sample,Engineer,other@example.com\n2,王小明,Designer,xm@example.com\n");
  bench.render();
  PublishPreview taken = must(bench.preview(store.get(), ledger.get()));
  ASSERT_EQ(taken.unready.size(), 1u);
  EXPECT_THAT(taken.unready[0].error->describe(), testing::HasSubstr("was given to"));
  must(ledger->revoke_messages(
      {taken.unready[0].message_id, bench.booked().rbegin()->first, bench.booked().begin()->first}));
  EXPECT_EQ(must(bench.preview(store.get(), ledger.get())).links_to_make, 1u) << "as the ledger knows, not links.csv";
}

// A bucket that is not there: a look says that the object is missing, only its reading says why.
class NoBucket final : public upload::Store {
 public:
  Result<std::optional<uint64_t>> size_of(std::string_view) override { return std::optional<uint64_t>(); }
  Result<void> put(std::string_view, std::span<const uint8_t>) override { return missing(); }
  Result<void> put_file(std::string_view, const std::filesystem::path&, const upload::PutOptions&) override {
    return missing();
  }
  Result<std::vector<uint8_t>> get(std::string_view) override { return missing(); }
  Result<void> get_file(std::string_view, const std::filesystem::path&) override { return missing(); }
  Result<void> remove(std::string_view) override { return missing(); }
  std::string describe() const override { return "no bucket"; }

 private:
  static tl::unexpected<Error> missing() { return fail(ErrorKind::NotFound, "there is no bucket", "make the bucket"); }
};

TEST_F(PublishLedgerTest, ADryRunSeesThatTheBucketIsMissing) {
  NoBucket store;
  auto report = bench.preview(&store, nullptr);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().message(), "there is no bucket");
}

TEST_F(PublishLedgerTest, OfACopyOfTheStoreNothingIsTakenForGranted) {
  bench.publish();
  auto copy = bench.folder() / "copy";
  std::filesystem::copy(bench.data().store(), copy, std::filesystem::copy_options::recursive);
  std::filesystem::remove_all(copy / "parts");
  auto store = must(upload::FolderStore::open(copy));
  EXPECT_GT(must(bench.publish_to(*store)).bytes_sent, 0u);
}

TEST(RosterPasscodes, AreRefusedWhereAListCouldNotTellThem) {
  for (const char* wrong : {"=1234", "+1234", "-1234", "@1234", "'1234", " =1234", "123", "\xff\xff\xff\xff"})
    EXPECT_FALSE(check_roster_passcode(wrong)) << wrong;
  for (const char* right : {"", "  ", "1234", "a=b+", " 4711 ", "straße"}) EXPECT_TRUE(check_roster_passcode(right));
}

TEST(RosterPasscodes, HaveTheLengthsThatTheLedgerTakes) {
  for (size_t length : {3u, 4u, 64u, 65u}) {
    for (const char* letter : {"a", "ß"}) {
      std::string passcode;
      for (size_t i = 0; i < length; ++i) passcode += letter;
      EXPECT_EQ(check_roster_passcode(passcode).has_value(), track::hash_passcode(passcode).has_value()) << passcode;
    }
  }
}

TEST_F(PublishLedgerTest, APasscodeThatCannotBeOneIsFoundAtTheProof) {
  bench.write("candidates.csv",
              "id,name,role,email,passcode\n1,Jane Sample,Engineer,jane@example.com,=4711\n"
              "2,王小明,Designer,xm@example.com,\n");
  for (bool asked : {false, true}) {
    bench.write_publish(asked ? "passcode = true\n" : "");
    Job ready = bench.job();
    auto findings = preflight(ready.campaign, ready.roster);
    auto count = std::count_if(findings[0].begin(), findings[0].end(), [](const Finding& finding) {
      return finding.column == "passcode" && finding.severity == Severity::Error;
    });
    EXPECT_EQ(count, asked ? 1 : 0);
    for (const Finding& finding : findings[0]) EXPECT_THAT(finding.message, testing::Not(testing::HasSubstr("4711")));
  }
}

}  // namespace
}  // namespace candid::campaign
