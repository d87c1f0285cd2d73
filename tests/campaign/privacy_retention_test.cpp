// That data leaves when its time is over, and what links show never does.

#include <atomic>
#include <condition_variable>
#include <mutex>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "campaign/privacy/retention.h"
#include "campaign/privacy/store_traces.h"
#include "tests/campaign/privacy_bench.h"

namespace candid::campaign {
namespace {

using test::must;
using testing::IsEmpty;

constexpr std::chrono::days kDay{1};

class RetentionTest : public test::PrivacyTest {
 protected:
  void publish_at(UtcTime time, const std::string& lines = "") {
    if (!lines.empty()) bench.write_publish(lines);
    bench.render();
    clock.time = time;
    auto store = bench.store();
    auto report = must(bench.publish_to(*store, {}, {}, clock));
    for (const PublishedLink& link : report.links) urls[link.candidate] = link.url;
  }

  RetentionReport after(std::chrono::days days, int server_keeps = 0) {
    test::SetClock later;
    later.time = clock.time + days;
    auto store = bench.store();
    auto ledger = bench.ledger();
    track::ReplyVideos replies(bench.data().replies());
    RetentionReach reach{
        .ledger = *ledger, .store = store.get(), .replies = &replies, .unused_notes = bench.data().unused_objects()};
    return must(apply_retention(reach, server_keeps, later));
  }

  size_t objects(const char* folder) const { return must(files_below(bench.data().store() / folder)).size(); }

  test::SetClock clock;
  const UtcTime noon{std::chrono::milliseconds(1'795'348'800'000)};
};

TEST_F(RetentionTest, WhatACampaignKeepsGoesOnTheDayItSays) {
  publish_at(noon, "keep = \"180d\"\n");
  EXPECT_EQ(after(179 * kDay).messages, 0);
  EXPECT_TRUE(plays(urls.at(0)));
  RetentionReport report = after(180 * kDay);
  EXPECT_EQ(report.messages, 2);
  EXPECT_EQ(report.receipts.size(), 1U);
  EXPECT_GT(report.stored_objects, 0);
  EXPECT_FALSE(plays(urls.at(0)));
  EXPECT_EQ(objects("recipes"), 0U);
  EXPECT_THAT(found({token_of(urls.at(0))}).size(), 2U)
      << "the campaign's own folder is the recruiter's: its lists stay";
  auto kept = must(bench.ledger()->find_erasure(report.receipts[0]));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->reason, track::ErasureReason::Retention);
}

TEST_F(RetentionTest, WithoutAWordNothingEverGoes) {
  publish_at(noon);
  EXPECT_EQ(after(36'000 * kDay).messages, 0);
  EXPECT_TRUE(plays(urls.at(0)));
}

TEST_F(RetentionTest, TheShorterTimeCounts) {
  publish_at(noon, "keep = \"30d\"\n");
  EXPECT_EQ(after(20 * kDay, 60).messages, 0);
  EXPECT_EQ(after(20 * kDay, 20).messages, 2);
}

TEST_F(RetentionTest, WhoseTimeIsOverMayBePublishedAnew) {
  publish_at(noon, "keep = \"30d\"\n");
  after(30 * kDay);
  EXPECT_EQ(must(bench.ledger()->find_erased({"mail:jane@example.com"}))[0], std::nullopt)
      << "it was no wish of theirs";
  publish_at(noon + 31 * kDay);
  EXPECT_TRUE(plays(urls.at(0)));
}

TEST_F(RetentionTest, TheCampaignSaysDaysAndNothingElse) {
  for (const char* wrong : {"keep = \"2027-01-01\"\n", "keep = \"soon\"\n", "keep = \"0d\"\n", "keep = 30\n"}) {
    bench.write_publish(wrong);
    Findings findings;
    (void)read_campaign(bench.folder(), findings);
    EXPECT_TRUE(has_errors(findings)) << wrong;
  }
  bench.write_publish("keep = \"180d\"\n");
  EXPECT_EQ(test::campaign_of(bench.folder()).publish.keep_days, 180);
}

TEST_F(RetentionTest, WhatWasReplacedGoesAWeekAfterItWasSeenUnused) {
  publish_at(noon);
  bench.write("candidates.csv",
              "id,name,role,email\n1,Jane Sample,Plumber,jane@example.com\n2,王小明,Designer,xm@example.com\n");
  publish_at(noon);
  EXPECT_EQ(objects("recipes"), 3U);
  RetentionReport first = after(kDay);
  ASSERT_TRUE(first.unused);
  EXPECT_EQ(first.unused->removed, 0);
  EXPECT_GT(first.unused->waiting, 1) << "a recipe, and parts of it alone";
  EXPECT_EQ(after(7 * kDay).unused->removed, 0);
  EXPECT_EQ(after(8 * kDay).unused->removed, first.unused->waiting);
  EXPECT_EQ(objects("recipes"), 2U);
  for (const auto& [place, url] : urls) EXPECT_TRUE(plays(url));
  EXPECT_EQ(after(16 * kDay).unused->removed, 0) << "nothing is unused any more";
  // The old words again: what the campaign's journal knew to be there is sent anew.
  bench.write("candidates.csv", test::kRoster);
  publish_at(noon);
  for (const auto& [place, url] : urls) EXPECT_TRUE(plays(url));
}

TEST_F(RetentionTest, WhatIsUsedAgainWithinTheWeekStays) {
  publish_at(noon);
  bench.write("candidates.csv",
              "id,name,role,email\n1,Jane Sample,Plumber,jane@example.com\n2,王小明,Designer,xm@example.com\n");
  publish_at(noon);
  after(kDay);
  bench.write("candidates.csv", test::kRoster);
  publish_at(noon);
  after(9 * kDay);
  for (const auto& [place, url] : urls) EXPECT_TRUE(plays(url));
}

TEST_F(RetentionTest, FilesOfOthersInTheStoreStay) {
  publish_at(noon, "keep = \"30d\"\n");
  std::vector<std::string> others = {"notes.txt", "parts/ab/readme", "recipes/deep/er.json", "videos/a.mov",
                                     ".x/parts"};
  for (const std::string& other : others) {
    std::filesystem::path file = bench.data().store() / other;
    must(make_folder(file.parent_path()));
    must(write_file(file, "theirs"));
  }
  after(30 * kDay);
  after(60 * kDay);
  for (const std::string& other : others) EXPECT_TRUE(std::filesystem::exists(bench.data().store() / other)) << other;
}

TEST_F(RetentionTest, AStoreThatAnotherLedgerShowsFromLosesNothing) {
  publish_at(noon, "keep = \"30d\"\n");
  auto another = must(track::open_sqlite_ledger(bench.data().path / "another.db"));
  must(register_ledger(*bench.store(), *another));
  must(register_ledger(*bench.store(), *bench.ledger()));
  size_t before = objects("parts");
  RetentionReport report = after(30 * kDay);
  EXPECT_EQ(report.messages, 2) << "this ledger forgets";
  EXPECT_EQ(report.stored_objects, 0);
  EXPECT_TRUE(report.unused->is_shared);
  after(60 * kDay);
  EXPECT_EQ(objects("parts"), before);
}

TEST_F(RetentionTest, AStopEndsItBetweenBatches) {
  publish_at(noon, "keep = \"30d\"\n");
  std::stop_source stop;
  stop.request_stop();
  auto ledger = bench.ledger();
  test::SetClock later;
  later.time = noon + 60 * kDay;
  auto stopped = apply_retention({.ledger = *ledger}, 0, later, stop.get_token());
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind(), ErrorKind::Cancelled);
}

// Waits are counted, and end when the test says so.
class CountedPause final : public Pause {
 public:
  bool wait(std::chrono::milliseconds duration, const std::stop_token& stop) override {
    std::unique_lock lock(mutex_);
    waited.push_back(duration);
    changed_.notify_all();
    changed_.wait(lock, stop, [&] { return let_go_ > 0; });
    if (stop.stop_requested()) return false;
    --let_go_;
    return true;
  }
  std::chrono::steady_clock::time_point now() const override { return {}; }
  void let_go() {
    std::lock_guard lock(mutex_);
    ++let_go_;
    changed_.notify_all();
  }
  void await(size_t waits) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waited.size() >= waits; });
  }
  std::vector<std::chrono::milliseconds> waited;

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  int let_go_ = 0;
};

TEST(DailyJobTest, RunsAtOnceAndThenOnceADay) {
  CountedPause pause;
  std::atomic<int> runs = 0;
  {
    DailyJob job([&](const std::stop_token&) { ++runs; }, pause);
    pause.await(1);
    EXPECT_EQ(runs, 1);
    pause.let_go();
    pause.await(2);
    EXPECT_EQ(runs, 2);
  }
  EXPECT_EQ(runs, 2) << "a stop ends the wait, and no run follows";
  for (auto waited : pause.waited) EXPECT_EQ(waited, std::chrono::hours(24));
}

}  // namespace
}  // namespace candid::campaign
