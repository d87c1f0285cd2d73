// Publishing that is interrupted, repeated, looked at, or sent to another store than before.

#include <cstdlib>
#include <set>

#include "campaign/publishing/publish_journal.h"
#include "campaign/serving/store_library.h"
#include "core/digest.h"
#include "tests/campaign/publish_bench.h"
#include "tests/campaign/relayed_ledger.h"

namespace candid::campaign {
namespace {

using test::must;
using test::WatchedStore;

class PublishResumeTest : public testing::Test {
 protected:
  void SetUp() override { bench.render(); }
  // Every file below a folder, with its bytes.
  static std::map<std::string, std::vector<uint8_t>> contents(const std::filesystem::path& folder) {
    std::map<std::string, std::vector<uint8_t>> files;
    for (const auto& path : must(files_below(folder))) files[path.string()] = must(read_file(path));
    return files;
  }
  size_t links_in_ledger() const {
    size_t links = 0;
    auto ledger = bench.ledger();
    for (const auto& message : must(ledger->messages("test_campaign")))
      links += must(ledger->history(message.message_id)).size();
    return links;
  }
  test::PublishBench bench;
};

TEST_F(PublishResumeTest, WhereverItEndsTheNextRunSendsOnlyWhatIsMissingAndMakesNoSecondLink) {
  auto whole = bench.store();
  int puts = 0;
  {
    WatchedStore counting(*whole);
    must(bench.publish_to(counting));
    puts = counting.puts;
  }
  ASSERT_GT(puts, 4);
  for (int end = 0; end < puts; ++end) {
    std::filesystem::remove_all(bench.data().path);
    std::filesystem::remove(bench.journal());
    std::filesystem::remove(bench.out() / "links.csv");
    auto store = bench.store();
    std::set<std::string, std::less<>> stored;
    {
      WatchedStore broken(*store);
      broken.before_put = [&](std::string_view name, int number) -> Result<void> {
        if (number >= end) return fail(ErrorKind::Network, "the line is gone");
        EXPECT_TRUE(stored.emplace(name).second) << name << " is sent twice";
        return {};
      };
      auto report = bench.publish_to(broken, {.parallel = 1});
      ASSERT_FALSE(report) << end;
      EXPECT_EQ(report.error().message(), "the line is gone");
      EXPECT_TRUE(must(bench.ledger()->messages("test_campaign")).empty()) << "nothing is published";
      EXPECT_TRUE(bench.booked().empty());
    }
    WatchedStore mended(*store);
    mended.before_put = [&](std::string_view name, int) -> Result<void> {
      EXPECT_TRUE(stored.emplace(name).second) << name << " is sent again";
      return {};
    };
    PublishReport report = must(bench.publish_to(mended, {.parallel = 1}));
    for (const PublishedLink& link : report.links) EXPECT_FALSE(link.error);
    EXPECT_EQ(links_in_ledger(), 2u);
  }
}

// A ledger that dies after so many links.
class MortalLedger final : public test::RelayedLedger {
 public:
  MortalLedger(track::Ledger& inner, int links, bool stores_the_last)
      : RelayedLedger(inner), links_(links), stores_the_last_(stores_the_last) {}
  Result<void> put_link(const Sha256& digest, std::string_view message, track::Purpose purpose,
                        const track::LinkTerms& terms) override {
    if (links_-- > 0) return RelayedLedger::put_link(digest, message, purpose, terms);
    if (stores_the_last_) must(RelayedLedger::put_link(digest, message, purpose, terms));
    return fail(ErrorKind::Network, "the answer was lost");
  }

 private:
  std::atomic<int> links_;
  const bool stores_the_last_;
};

TEST_F(PublishResumeTest, ALinkWhoseAnswerWasLostIsNeitherLostNorMadeTwice) {
  for (bool stored : {false, true}) {
    for (int links : {0, 1}) {
      std::filesystem::remove_all(bench.data().path);
      std::filesystem::remove(bench.journal());
      std::filesystem::remove(bench.out() / "links.csv");
      auto store = bench.store();
      std::set<std::string> journaled;
      {
        auto ledger = bench.ledger();
        MortalLedger mortal(*ledger, links, stored);
        ASSERT_FALSE(bench.publish_to(*store, mortal));
        auto journal = must(PublishJournal::read(bench.journal()));
        for (const auto& message : must(ledger->messages("test_campaign"))) {
          ASSERT_TRUE(journal->link(message.message_id)) << "the journal knows it before the ledger does";
          journaled.insert(journal->link(message.message_id)->token);
        }
      }
      PublishReport report = bench.publish();
      ASSERT_EQ(report.links.size(), 2u);
      for (const PublishedLink& link : report.links) {
        EXPECT_TRUE(journaled.contains(token_of(link.url)));
        EXPECT_TRUE(bench.record_of(link.url));
      }
      EXPECT_EQ(links_in_ledger(), 2u);
    }
  }
}

TEST_F(PublishResumeTest, WhatConcernsAllStopsTheRunAtOnceAndIsToldOnce) {
  auto store = bench.store();
  for (ErrorKind kind : {ErrorKind::PermissionDenied, ErrorKind::NoSpace, ErrorKind::NotFound, ErrorKind::Network}) {
    std::filesystem::remove(bench.journal());
    WatchedStore closed(*store);
    std::atomic<int> refused = 0;
    closed.before_put = [&](std::string_view name, int) -> Result<void> {
      if (!name.starts_with("parts/")) return {};
      ++refused;
      return fail(kind, "no", "mend it");
    };
    auto report = bench.publish_to(closed, {.parallel = 1});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().kind(), kind);
    EXPECT_EQ(refused, 1);
    EXPECT_TRUE(must(bench.ledger()->messages("test_campaign")).empty());
  }
}

TEST_F(PublishResumeTest, AStopKeepsWhatIsDone) {
  auto store = bench.store();
  WatchedStore watched(*store);
  std::stop_source stop;
  int before_the_stop = 0;
  watched.before_put = [&](std::string_view name, int) -> Result<void> {
    if (name.starts_with("parts/") && ++before_the_stop == 2) stop.request_stop();
    return {};
  };
  auto report = bench.publish_to(watched, {.parallel = 1}, stop.get_token());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), ErrorKind::Cancelled);
  EXPECT_THAT(report.error().hint(), testing::HasSubstr("same command"));
  int sent = watched.puts;
  WatchedStore again(*store);
  must(bench.publish_to(again));
  EXPECT_GT(again.puts, 0);
  EXPECT_GE(sent, 2);
  must(bench.publish_to(again));
}

TEST_F(PublishResumeTest, WhatIsPublishedIsNotAskedForAgain) {
  auto store = bench.store();
  must(bench.publish_to(*store));
  WatchedStore watched(*store);
  PublishReport report = must(bench.publish_to(watched));
  EXPECT_EQ(watched.puts, 0);
  EXPECT_EQ(watched.looks + watched.gets, 2) << "which store it is, and no more";
  EXPECT_EQ(report.bytes_sent, 0u);
  EXPECT_GT(report.bytes_there_already, 0u);
}

TEST_F(PublishResumeTest, VerifyAsksForEveryObject) {
  auto store = bench.store();
  must(bench.publish_to(*store));
  std::filesystem::remove_all(bench.data().store() / "parts");
  std::filesystem::remove_all(bench.data().store() / "recipes");
  PublishReport blind = must(bench.publish_to(*store));
  EXPECT_EQ(blind.bytes_sent, 0u);
  PublishReport report = must(bench.publish_to(*store, {.verify = true}));
  EXPECT_GT(report.bytes_sent, 0u);
  FolderFiles files(*store);
  for (const PublishedLink& link : report.links) EXPECT_TRUE(StoreLibrary(files).find(link.video_ref));
}

TEST_F(PublishResumeTest, OfAStoreThatWasWipedNothingIsTakenForGranted) {
  PublishReport first = bench.publish();
  std::filesystem::remove_all(bench.data().store());
  PublishReport second = bench.publish();
  EXPECT_EQ(second.bytes_sent, first.bytes_sent);
  EXPECT_EQ(second.links[0].url, first.links[0].url);
  // And of another one: the same campaign, elsewhere.
  auto other = must(upload::FolderStore::open(bench.folder() / "elsewhere"));
  EXPECT_EQ(must(bench.publish_to(*other)).bytes_sent, first.bytes_sent);
}

TEST_F(PublishResumeTest, ALedgerThatWasLostIsFilledAgain) {
  bench.publish();
  std::filesystem::remove(bench.data().ledger());
  for (const char* end : {"-wal", "-shm"}) std::filesystem::remove(bench.data().ledger().string() + end);
  EXPECT_FALSE(bench.publish_to(*bench.store())) << "not without being told to";
  PublishReport report = bench.publish({.new_links = true});
  for (const PublishedLink& link : report.links) {
    EXPECT_FALSE(link.error);
    EXPECT_TRUE(bench.record_of(link.url));
  }
}

TEST_F(PublishResumeTest, ADryRunTellsWhatWouldHappenAndWritesNothing) {
  must(make_folder(bench.folder() / "data"));
  auto before = contents(bench.folder());
  PublishPreview preview = must(bench.preview(nullptr));
  EXPECT_EQ(contents(bench.folder()), before);
  EXPECT_EQ(preview.messages, 2u);
  EXPECT_EQ(preview.links_to_make, 2u);
  EXPECT_EQ(preview.bytes_there, 0u);
  PublishReport report = bench.publish();
  // What the run sends beside: recipes and the like.
  EXPECT_LE(preview.bytes_to_send, report.bytes_sent);
  EXPECT_GT(preview.bytes_to_send, report.bytes_sent / 2);

  auto store = bench.store();
  before = contents(bench.folder());
  PublishPreview after = must(bench.preview(store.get()));
  EXPECT_EQ(contents(bench.folder()), before);
  EXPECT_EQ(after.bytes_to_send, 0u);
  EXPECT_EQ(after.objects_to_send, 0u);
  EXPECT_EQ(after.bytes_there, preview.bytes_to_send);
  EXPECT_EQ(after.links_to_make, 0u);
  // Without the journal the store itself is asked.
  std::filesystem::remove(bench.journal());
  EXPECT_EQ(must(bench.preview(store.get())).bytes_to_send, 0u);
}

TEST_F(PublishResumeTest, TheFilesUnderWayAreTold) {
  Job job = bench.job();
  Plan plan = must(make_plan(job));
  auto workspace = must(Workspace::open(bench.folder()));
  auto store = bench.store();
  auto ledger = bench.ledger();
  std::vector<Standing> standings(job.roster.candidates.size());
  std::set<PublishStep> steps;
  uint64_t done = 0, total = 0;
  bool goes_back = false;
  auto progress = [&](const PublishProgress& so_far) {
    steps.insert(so_far.step);
    if (so_far.step != PublishStep::Sending) return;
    goes_back = goes_back || so_far.bytes_done > so_far.bytes_total;
    done = so_far.bytes_done;
    total = so_far.bytes_total;
  };
  must(campaign::publish({job, plan, standings, workspace}, *store, *ledger, {}, progress, {}));
  EXPECT_TRUE(steps.contains(PublishStep::Checking) && steps.contains(PublishStep::Sending) &&
              steps.contains(PublishStep::Registering));
  EXPECT_FALSE(goes_back);
  EXPECT_EQ(done, total);
  EXPECT_GT(total, 0u);
}

// The same for a large campaign, where a request an object would be felt.
TEST(PublishMany, ManyUnchangedMessagesAreRepublishedWithoutARequestForAnyObject) {
  const size_t candidates = std::getenv("CANDID_FULL") != nullptr ? 2000 : 150;
  test::PublishBench bench;
  bench.render_many(candidates);
  auto store = bench.store();
  PublishReport first = must(bench.publish_to(*store));
  ASSERT_EQ(first.links.size(), candidates);
  WatchedStore watched(*store);
  PublishReport second = must(bench.publish_to(watched));
  EXPECT_EQ(watched.puts, 0);
  EXPECT_EQ(watched.looks + watched.gets, 2);
  for (size_t i = 0; i < second.links.size(); ++i) {
    ASSERT_FALSE(second.links[i].error);
    ASSERT_EQ(second.links[i].url, first.links[i].url);
  }
}

}  // namespace
}  // namespace candid::campaign
