// Messages go live in groups: what was finished before a run ended is published, and the next run does the rest.

#include <condition_variable>
#include <mutex>
#include <set>

#include "campaign/publishing/publish_journal.h"
#include "campaign/serving/store_library.h"
#include "tests/campaign/publish_bench.h"

namespace candid::campaign {
namespace {

using test::must;
using test::WatchedStore;

constexpr size_t kRows = 100;
constexpr size_t kGroup = 32;

class PublishGroupsTest : public testing::Test {
 protected:
  void SetUp() override {
    bench.render_many(kRows);
    plan = must(make_plan(bench.job()));
    auto workspace = must(Workspace::open(bench.folder()));
    for (const PlannedMessage& message : plan.messages)
      heads.push_back(upload::part_object(workspace.find_recipe(message.id)->ranges.front().part));
  }
  // The messages of the first rows, and no others, are live: in the ledger, with an open link that the list has, and
  // with a video that the store serves. By message id.
  std::map<std::string, std::string> expect_live(size_t rows) {
    auto booked = bench.booked();
    auto store = bench.store();
    FolderFiles files(*store);
    StoreLibrary library(files);
    std::map<std::string, std::string> urls;
    for (size_t i = 0; i < kRows; ++i) {
      const std::string& id = plan.messages[i].id;
      EXPECT_EQ(must(bench.ledger()->find_message(id)).has_value(), i < rows) << i;
      EXPECT_EQ(booked.contains(id), i < rows) << i;
      if (i >= rows || !booked.contains(id)) continue;
      urls[id] = booked.at(id).url;
      EXPECT_TRUE(bench.record_of(urls[id])) << i;
      EXPECT_TRUE(library.find(must(bench.ledger()->find_message(id))->video_ref)) << i;
    }
    return urls;
  }

  test::PublishBench bench;
  Plan plan;
  std::vector<std::string> heads;  // the part that is a message's own, by row
};

// Fails for good once a part of row `last` is its turn and the recipes of the rows before its group are there.
class DyingStore {
 public:
  DyingStore(WatchedStore& store, std::string last, size_t recipes) : last_(std::move(last)), recipes_(recipes) {
    store.before_put = [this](std::string_view name, int) { return before_put(name); };
  }
  std::set<std::string, std::less<>> stored;

 private:
  Result<void> before_put(std::string_view name) {
    std::unique_lock lock(mutex_);
    if (name == last_) {
      changed_.wait(lock, [&] { return recipes_ == 0; });
      is_dead_ = true;
    }
    if (is_dead_) return fail(ErrorKind::Network, "the line is gone", "go where there is one");
    if (name.starts_with("recipes/") && recipes_ > 0 && --recipes_ == 0) changed_.notify_all();
    stored.emplace(name);
    return {};
  }
  const std::string last_;
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t recipes_;
  bool is_dead_ = false;
};

TEST_F(PublishGroupsTest, WhatWasFinishedWhenTheStoreFailedForGoodIsLiveAndTheNextRunDoesTheRest) {
  auto store = bench.store();
  std::set<std::string, std::less<>> stored;
  {
    WatchedStore watched(*store);
    DyingStore dying(watched, heads[2 * kGroup + 5], 2 * kGroup);
    auto report = bench.publish_to(watched);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().kind(), ErrorKind::Network);
    EXPECT_EQ(report.error().hint(), "go where there is one");
    EXPECT_THAT(report.error().describe(), testing::HasSubstr("64 of 100 videos are published"));
    EXPECT_THAT(report.error().describe(), testing::HasSubstr("the line is gone"));
    stored = dying.stored;
  }
  auto live = expect_live(2 * kGroup);
  ASSERT_EQ(live.size(), 2 * kGroup);
  std::map<std::string, std::string> promised;  // tokens
  {
    auto journal = must(PublishJournal::read(bench.journal()));
    for (const PlannedMessage& message : plan.messages) promised[message.id] = journal->link(message.id)->token;
  }
  WatchedStore mended(*store);
  std::mutex mutex;
  mended.before_put = [&](std::string_view name, int) -> Result<void> {
    std::lock_guard lock(mutex);
    EXPECT_TRUE(stored.emplace(name).second) << name << " is sent again";
    return {};
  };
  PublishReport report = must(bench.publish_to(mended));
  auto all = expect_live(kRows);
  ASSERT_EQ(all.size(), kRows);
  for (const auto& [id, url] : live) EXPECT_EQ(all[id], url);
  for (const auto& [id, url] : all) EXPECT_EQ(token_of(url), promised[id]);
  for (const PublishedLink& link : report.links) EXPECT_EQ(link.url, all[link.message_id]);
}

TEST_F(PublishGroupsTest, AStopKeepsTheGroupsThatWereFinished) {
  auto store = bench.store();
  WatchedStore watched(*store);
  std::stop_source stop;
  std::atomic<size_t> recipes = 0;
  watched.before_put = [&](std::string_view name, int) -> Result<void> {
    if (name.starts_with("recipes/") && ++recipes == kGroup + 3) stop.request_stop();
    return {};
  };
  auto report = bench.publish_to(watched, {}, stop.get_token());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), ErrorKind::Cancelled);
  EXPECT_THAT(report.error().hint(), testing::HasSubstr("same command"));
  auto live = expect_live(kGroup);
  must(bench.publish_to(*store));
  auto all = expect_live(kRows);
  for (const auto& [id, url] : live) EXPECT_EQ(all[id], url);
}

TEST_F(PublishGroupsTest, WhatRefusesTheFirstGroupEndsTheSendingToo) {
  auto store = bench.store();
  WatchedStore watched(*store);
  std::mutex mutex;
  std::condition_variable changed;
  bool is_refused = false;
  // Rows of the second group are not sent before the first one was refused.
  watched.before_put = [&](std::string_view name, int) -> Result<void> {
    bool is_late = std::find(heads.begin() + kGroup, heads.end(), name) != heads.end();
    std::unique_lock lock(mutex);
    if (name.starts_with("recipes/") && !is_refused) {
      is_refused = true;
      changed.notify_all();
      return fail(ErrorKind::PermissionDenied, "you may not write recipes");
    }
    if (is_late) changed.wait(lock, [&] { return is_refused; });
    return {};
  };
  auto report = bench.publish_to(watched, {.parallel = 2});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().message(), "you may not write recipes");
  EXPECT_TRUE(must(bench.ledger()->messages("test_campaign")).empty());
  EXPECT_TRUE(bench.booked().empty());
}

TEST_F(PublishGroupsTest, ARowThatFailsAloneHoldsNoGroupBack) {
  auto store = bench.store();
  WatchedStore watched(*store);
  std::atomic<int> refused = 0;
  watched.before_put = [&](std::string_view name, int) -> Result<void> {
    if (name != heads[40]) return {};
    ++refused;
    return fail(ErrorKind::Corrupt, "never");
  };
  PublishReport report = must(bench.publish_to(watched));
  EXPECT_EQ(refused, 2) << "it is tried once more";
  for (size_t i = 0; i < kRows; ++i) EXPECT_EQ(report.links[i].error.has_value(), i == 40) << i;
  EXPECT_EQ(must(bench.ledger()->messages("test_campaign")).size(), kRows - 1);
}

TEST_F(PublishGroupsTest, AnObjectIsAskedForOnce) {
  auto store = bench.store();
  must(bench.publish_to(*store));
  std::filesystem::remove(bench.journal());
  WatchedStore watched(*store);
  PublishReport report = must(bench.publish_to(watched));
  EXPECT_EQ(watched.looks, 1) << "which store it is; put_file() asks for each part itself";
  uint64_t recipes = 0;
  for (const auto& recipe : must(files_below(bench.data().store() / "recipes")))
    recipes += std::filesystem::file_size(recipe);
  EXPECT_EQ(report.bytes_sent, recipes) << "no part is sent that is there";
  EXPECT_GT(report.bytes_there_already, 0u);
}

}  // namespace
}  // namespace candid::campaign
