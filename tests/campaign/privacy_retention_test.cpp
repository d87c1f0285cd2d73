// That data leaves when its time is over, and what links show never does.

#include <atomic>
#include <condition_variable>
#include <mutex>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "campaign/privacy/retention.h"
#include "campaign/privacy/store_traces.h"
#include "tests/campaign/privacy_bench.h"
#include "tests/campaign/relayed_ledger.h"
#include "track/replies/reply_files.h"

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
  EXPECT_EQ(report.messages, 0) << "nothing but the rows would lead to the videos";
  EXPECT_EQ(report.stored_objects, 0);
  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_THAT(report.problems[0].hint(), testing::HasSubstr(".ledgers"));
  EXPECT_TRUE(report.unused->is_shared);
  EXPECT_FALSE(plays(urls.at(0))) << "links end in time";
  after(60 * kDay);
  EXPECT_EQ(objects("parts"), before);
  must(remove_file(bench.data().store() / ".ledgers" / must(another->id())));
  report = after(60 * kDay);
  EXPECT_EQ(report.messages, 2) << "they were due all the while";
  EXPECT_GT(report.stored_objects, 2);
}

// Somebody publishes a message again while its links are ended.
class RepublishingLedger final : public test::RelayedLedger {
 public:
  using RelayedLedger::find_link;
  using RelayedLedger::RelayedLedger;
  UtcTime published_at{};

  Result<int> revoke_messages(const std::vector<std::string>& ids) override {
    auto record = *must(find_message(ids.front()));
    record.published_at = published_at;
    must(upsert_messages({record}));
    return RelayedLedger::revoke_messages(ids);
  }
};

TEST_F(RetentionTest, WhatIsPublishedAgainMeanwhileBeginsItsTimeAnew) {
  publish_at(noon, "keep = \"30d\"\n");
  test::SetClock later;
  later.time = noon + 30 * kDay;
  auto inner = bench.ledger();
  auto store = bench.store();
  RepublishingLedger ledger(*inner);
  ledger.published_at = later.time;
  RetentionReport report = must(apply_retention({.ledger = ledger, .store = store.get()}, 0, later));
  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_EQ(report.messages, 1);
  auto left = must(inner->messages("test_campaign"));
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].published_at, later.time);
  EXPECT_TRUE(must(store->size_of(recipe_object(edition_named_by(left[0])))));
}

TEST_F(RetentionTest, OneCampaignAloneLosesItsOwn) {
  publish_at(noon, "keep = \"30d\"\n");
  auto ledger = bench.ledger();
  auto record = must(ledger->messages("test_campaign")).at(0);
  record.campaign_id = "another";
  record.campaign_name = "Another";
  record.message_id = "another-1";
  must(ledger->upsert_messages({record}));
  test::SetClock later;
  later.time = noon + 30 * kDay;
  RetentionReach reach{.ledger = *ledger, .campaign_id = "another"};
  auto due = must(due_by_retention(reach, 0, later));
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].id, "another");
  EXPECT_EQ(due[0].messages, 1);
  reach.campaign_id.clear();
  EXPECT_EQ(must(due_by_retention(reach, 0, later)).size(), 2U);
  reach.campaign_id = "another";
  EXPECT_EQ(must(apply_retention(reach, 0, later)).messages, 1);
  EXPECT_EQ(must(ledger->messages("test_campaign")).size(), 2U);
}

TEST_F(RetentionTest, OneCampaignAloneLooksAtNoRepliesOfOthers) {
  publish_at(noon, "keep = \"30d\"\n");
  auto ledger = bench.ledger();
  track::ReplyVideos replies(bench.data().replies());
  std::filesystem::path reply = replies.folder_of("another-1", std::string(32, 'a'));
  must(make_folder(reply));
  must(track::write_reply_note(reply, {.message_id = "another-1", .link_id = 1, .type = "video/webm", .size = 9}));
  RetentionReach reach{.ledger = *ledger, .replies = &replies, .campaign_id = "test_campaign"};
  EXPECT_EQ(must(apply_retention(reach, 0, clock)).orphans.waiting, 0);
  reach.campaign_id.clear();
  EXPECT_EQ(must(apply_retention(reach, 0, clock)).orphans.waiting, 1);
}

// Its first erasures fail.
class FailingLedger final : public test::RelayedLedger {
 public:
  using RelayedLedger::find_link;
  using RelayedLedger::RelayedLedger;
  int failures = 0;

  Result<track::Erasure> erase(const track::ErasureOrder& order) override {
    if (failures == 0) return RelayedLedger::erase(order);
    --failures;
    return fail(ErrorKind::Io, "the disk does not answer");
  }
};

TEST_F(RetentionTest, WhatFailsKeepsNothingElseFromBeingDone) {
  publish_at(noon, "keep = \"30d\"\n");
  auto inner = bench.ledger();
  auto store = bench.store();
  auto record = must(inner->messages("test_campaign")).at(0);
  std::vector<track::MessageRecord> many;
  for (size_t i = 0; i < track::kMostErasedAtOnce; ++i) {
    record.message_id = fmt::format("more-{}", i);
    record.candidate_email = "";
    many.push_back(record);
  }
  must(inner->upsert_messages(many));
  FailingLedger ledger(*inner);
  ledger.failures = 1;
  RetentionReach reach{.ledger = ledger, .store = store.get(), .unused_notes = bench.data().unused_objects()};
  test::SetClock later;
  later.time = noon + 30 * kDay;
  RetentionReport report = must(apply_retention(reach, 0, later));
  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_EQ(report.messages, 2) << "the second thousand";
  EXPECT_TRUE(report.unused) << "and what comes after";
  report = must(apply_retention(reach, 0, later));
  EXPECT_EQ(report.messages, 1'000) << "the first is due again";
  EXPECT_THAT(report.problems, IsEmpty());
}

class OrphanTest : public testing::Test {
 protected:
  OrphanTest() {
    clock.time = UtcTime(std::chrono::milliseconds(1'795'348'800'000));
    must(make_folder(replies.folder()));  // as a server does before it looks
  }

  void add_reply(const std::string& message) {
    std::filesystem::path reply = replies.folder_of(message, std::string(32, 'a'));
    must(make_folder(reply));
    must(track::write_reply_note(reply, {.message_id = message, .link_id = 1, .type = "video/webm", .size = 9}));
    must(write_file(reply / track::kReplyRaw, "a reply"));
  }
  OrphanReport look(std::chrono::days later) {
    clock.time += later;
    return must(erase_orphaned_replies(replies, *ledger, clock));
  }
  bool has_reply(const std::string& message) { return !must(replies.of_message(message)).empty(); }

  TemporaryFolder folder = must(TemporaryFolder::create());
  track::ReplyVideos replies{folder.path() / "replies"};
  std::unique_ptr<track::Ledger> ledger = must(track::open_sqlite_ledger(folder.path() / "ledger.db"));
  test::SetClock clock;
};

TEST_F(OrphanTest, WhoWasErasedLosesTheirRepliesAtOnce) {
  add_reply("m-1");
  add_reply("m-2");
  must(ledger->erase({.receipt = track::make_receipt(), .message_ids = {"m-1"}, .identities = {"message:m-1"}}));
  EXPECT_EQ(look({}).erased, 1);
  EXPECT_FALSE(has_reply("m-1"));
  EXPECT_TRUE(has_reply("m-2"));
}

TEST_F(OrphanTest, RepliesToAnUnknownMessageWaitForAWeek) {
  add_reply("m-1");
  EXPECT_EQ(look({}).waiting, 1);
  EXPECT_EQ(look(6 * kDay).erased, 0);
  EXPECT_TRUE(has_reply("m-1"));
  EXPECT_EQ(look(kDay).erased, 1);
  EXPECT_FALSE(has_reply("m-1"));
}

TEST_F(OrphanTest, AMessageThatIsKnownAgainBeginsItsWeekAnew) {
  add_reply("m-1");
  look({});
  track::MessageRecord record;
  record.campaign_id = record.campaign_name = "c";
  record.message_id = "m-1";
  record.candidate_id = "1";
  record.candidate_name = "Sample";
  record.duration = std::chrono::seconds(1);
  record.page.company = "Sample";
  record.video_ref = "video";
  record.poster_ref = "poster";
  record.published_at = clock.time;
  must(ledger->upsert_messages({record}));
  EXPECT_EQ(look(8 * kDay).waiting, 0);
  must(ledger->erase({.receipt = track::make_receipt(), .message_ids = {"m-1"}}));
  EXPECT_EQ(look(kDay).waiting, 1);
  EXPECT_TRUE(has_reply("m-1"));
}

TEST_F(OrphanTest, AnotherLedgerErasesNothingHoweverOftenItLooks) {
  look({});
  add_reply("m-1");
  ledger = must(track::open_sqlite_ledger(folder.path() / "another.db"));
  must(ledger->erase({.receipt = track::make_receipt(), .identities = {"message:m-1"}}));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(look(30 * kDay).is_of_other_ledger);
  EXPECT_TRUE(has_reply("m-1"));
}

TEST_F(OrphanTest, NotesThatCannotBeReadEraseNothing) {
  add_reply("m-1");
  must(write_file(replies.folder() / "orphans.json", "{\"ledger\""));
  auto report = erase_orphaned_replies(replies, *ledger, clock);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), ErrorKind::Corrupt);
  EXPECT_TRUE(has_reply("m-1"));
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
