// An erasure beside a publish: what one counts on the other does not take.

#include <gmock/gmock.h>

#include "campaign/privacy/retention.h"
#include "campaign/publishing/store_watch.h"
#include "tests/campaign/forget_fixture.h"

namespace candid::campaign {
namespace {

using test::must;
using test::WatchedStore;
using testing::IsEmpty;

constexpr const char* kOthers =
    "id,name,role,email\n2,王小明,Designer,xm@example.com\n4,Ole Sample,Tester,ole@example.com\n";

// Jane is published. The others are not, but what their videos share with hers is in the store, and is trusted.
class BesideTest : public ForgetTest {
 protected:
  void SetUp() override {
    ForgetTest::SetUp();
    auto ledger = bench.ledger();
    must(ledger->erase({.receipt = track::make_receipt(),
                        .reason = track::ErasureReason::Retention,
                        .message_ids = {id_of("2"), id_of("4")}}));
    for (const auto& path : must(files_below(bench.data().store() / "recipes"))) {
      if (!path.filename().string().starts_with(id_of("1"))) must(remove_file(path));
    }
    must(remove_file(bench.journal()));
    must(remove_file(bench.out() / "links.csv"));
    bench.write("candidates.csv", kOthers);
    bench.render();
  }

  // Runs `meanwhile` before the first recipe is in the store.
  PublishReport publish_others(const std::function<void()>& meanwhile) {
    auto store = bench.store();
    WatchedStore watched(*store);
    bool is_done = false;
    watched.before_put = [&](std::string_view name, int) -> Result<void> {
      if (!name.starts_with("recipes/") || is_done) return {};
      is_done = true;
      meanwhile();
      return {};
    };
    PublishReport report = must(bench.publish_to(watched, {.parallel = 1}));
    EXPECT_TRUE(is_done);
    return report;
  }

  void expect_all_play(const PublishReport& report) const {
    ASSERT_EQ(report.links.size(), 2U);
    for (const PublishedLink& link : report.links) {
      ASSERT_FALSE(link.error) << link.error->describe();
      EXPECT_TRUE(plays(link.url)) << link.message_id;
    }
  }

  // From elsewhere, as a server or a copy of the folder would: nothing of this folder is known there.
  struct Elsewhere {
    std::unique_ptr<upload::FolderStore> store;
    std::unique_ptr<track::Ledger> ledger;
    std::filesystem::path folder;
    ErasureReach reach() const { return {.ledger = *ledger, .store = store.get(), .journal_folder = folder}; }
    ErasurePlan plan() const {
      return must(plan_erasure(reach(), {.who = "jane@example.com", .everywhere = true}, Clock::system()));
    }
  };
  Elsewhere elsewhere() const { return {bench.store(), bench.ledger(), bench.data().path}; }

  size_t recipes_of_jane() const {
    size_t count = 0;
    for (const auto& path : must(files_below(bench.data().store() / "recipes")))
      count += path.filename().string().starts_with(id_of("1")) ? 1 : 0;
    return count;
  }
};

TEST_F(BesideTest, WhatAnErasureTakesFromAPublishUnderWayIsSentAgainBeforeLinksOpen) {
  PublishReport report = publish_others([&] {
    Elsewhere other = elsewhere();
    EXPECT_GT(must(carry_out(other.reach(), other.plan())).receipt.stored_objects, 2);
  });
  expect_all_play(report);
  EXPECT_EQ(recipes_of_jane(), 0U);
}

TEST_F(BesideTest, RetentionTakesNothingFromAPublishUnderWayEither) {
  PublishReport report = publish_others([&] {
    Elsewhere other = elsewhere();
    test::SetClock later;
    later.time += std::chrono::days(30);
    RetentionReport erased = must(apply_retention({.ledger = *other.ledger, .store = other.store.get()}, 3, later));
    EXPECT_EQ(erased.messages, 1);
    EXPECT_GT(erased.stored_objects, 2);
  });
  expect_all_play(report);
}

TEST_F(BesideTest, WhatWasPublishedWhileTheQuestionStoodIsLeftToOthers) {
  Elsewhere other = elsewhere();
  ErasurePlan plan = other.plan();
  PublishReport report = publish_others([] {});
  must(carry_out(other.reach(), plan));
  expect_all_play(report);
  EXPECT_EQ(recipes_of_jane(), 0U);
}

TEST_F(BesideTest, WhatWasPublishedOfThemWhileTheQuestionStoodGoesToo) {
  Elsewhere other = elsewhere();
  ErasurePlan plan = other.plan();
  bench.write("candidates.csv", "id,name,role,email\n1,Jane Sample,Plumber,jane@example.com\n");
  bench.render();
  bench.publish();
  EXPECT_EQ(recipes_of_jane(), 2U);
  must(carry_out(other.reach(), plan));
  EXPECT_EQ(recipes_of_jane(), 0U);
}

// Each wait is one call.
class CalledPause final : public Pause {
 public:
  std::function<void(int number)> on_wait = [](int) {};
  int waits = 0;
  bool wait(std::chrono::milliseconds, const std::stop_token& stop) override {
    on_wait(++waits);
    return !stop.stop_requested();
  }
  std::chrono::steady_clock::time_point now() const override { return {}; }
};

class StoreWatchTest : public BesideTest {
 protected:
  void SetUp() override {
    BesideTest::SetUp();
    bench.publish();
    store = bench.store();
  }

  // Begins with the identity that the store has, and looks again after `meanwhile`.
  Result<void> settle_after(const std::function<void()>& meanwhile) {
    Job job = bench.job();
    Plan plan = must(make_plan(job));
    auto workspace = must(Workspace::open(bench.folder()));
    std::vector<Standing> standings(job.roster.candidates.size());
    PublishJob work{job, plan, standings, workspace};
    std::vector<HeldMessage> held;
    std::vector<OutgoingMessage> messages = messages_to_go(work, held);
    for (OutgoingMessage& message : messages) check_files(work, message);
    StoreWatch watch(work, *store, stop.get_token(), pause);
    watch.begin(must(look_at_store(*store)).id);
    meanwhile();
    return watch.settle(messages);
  }
  size_t parts() const { return must(files_below(bench.data().store() / "parts")).size(); }
  void remove_parts() const {
    for (const auto& path : must(files_below(bench.data().store() / "parts"))) must(remove_file(path));
  }

  std::unique_ptr<upload::FolderStore> store;
  std::stop_source stop;
  CalledPause pause;
};

TEST_F(StoreWatchTest, AStoreThatNobodyTouchedIsNotLookedThrough) {
  remove_parts();
  must(settle_after([] {}));
  EXPECT_EQ(parts(), 0U) << "what the journal knows is believed";
}

TEST_F(StoreWatchTest, WhoIsRemovingIsWaitedForAndWhatIsMissingThenIsSent) {
  std::optional<StoreClearing> clearing;
  pause.on_wait = [&](int number) {
    if (number < 3) return must(clearing->give_sign());
    remove_parts();
    must(clearing->end());
  };
  must(settle_after([&] { clearing.emplace(must(StoreClearing::begin(*store))); }));
  EXPECT_EQ(pause.waits, 3);
  EXPECT_GT(parts(), 2U);
}

TEST_F(StoreWatchTest, ARemovalThatGivesNoSignIsNotWaitedForForEver) {
  auto clearing = std::make_unique<StoreClearing>(must(StoreClearing::begin(*store)));
  must(settle_after([&] {
    must(clearing->give_sign());
    remove_parts();
  }));
  EXPECT_GT(pause.waits, 100) << "some minutes, half a second each";
  EXPECT_LT(pause.waits, 1'000);
  EXPECT_GT(parts(), 2U);
}

TEST_F(StoreWatchTest, AStopEndsTheWait) {
  auto clearing = must(StoreClearing::begin(*store));
  pause.on_wait = [&](int) { stop.request_stop(); };
  auto stopped = settle_after([&] { must(clearing.give_sign()); });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind(), ErrorKind::Cancelled);
}

}  // namespace
}  // namespace candid::campaign
