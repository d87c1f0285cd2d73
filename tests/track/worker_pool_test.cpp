#include "track/web/worker_pool.h"

#include <atomic>
#include <future>

#include <gtest/gtest.h>

#include "track/web/fast_lane.h"

namespace candid::track {
namespace {

auto in_a_minute() {
  return std::chrono::steady_clock::now() + std::chrono::minutes(1);
}

TEST(WorkerPool, DoesWhatItTook) {
  WorkerPool pool(3, 1000);
  std::atomic<int> done{0};
  std::promise<void> all;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(pool.try_post([&] {
      if (++done == 1000) all.set_value();
    }));
  }
  all.get_future().wait();
}

TEST(WorkerPool, TakesNoMoreThanItsThreadsAndWhatMayWait) {
  std::promise<void> open;
  std::shared_future<void> opened = open.get_future().share();
  WorkerPool pool(2, 1);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(pool.try_post([opened] { opened.wait(); })) << i;
  EXPECT_FALSE(pool.try_post([] {}));
  open.set_value();
}

TEST(WorkerPool, DropsWhatHasNotBegunWhenItCloses) {
  std::promise<void> begun, open;
  std::shared_future<void> opened = open.get_future().share();
  bool second = false;
  {
    WorkerPool pool(1, 1);
    ASSERT_TRUE(pool.try_post([&begun, opened] {
      begun.set_value();
      opened.wait();
    }));
    begun.get_future().wait();
    ASSERT_TRUE(pool.try_post([&] { second = true; }));
    pool.close();
    EXPECT_FALSE(pool.try_post([] {}));
    EXPECT_FALSE(pool.wait_until_idle(std::chrono::steady_clock::now()));
    open.set_value();
    EXPECT_TRUE(pool.wait_until_idle(in_a_minute()));
  }
  EXPECT_FALSE(second);
}

TEST(FastLane, IsForWorkThatHasBeenQuickLately) {
  QuickSeats seats(3);
  FastLane lane(seats);
  using std::chrono::milliseconds;
  EXPECT_FALSE(lane.try_enter()) << "nothing is known yet";
  for (int i = 0; i < 64; ++i) lane.note(milliseconds(1));
  EXPECT_TRUE(lane.try_enter());
  lane.leave(milliseconds(1));
  for (int i = 0; i < 4; ++i) lane.note(milliseconds(500));
  EXPECT_FALSE(lane.try_enter()) << "something hangs";
}

TEST(FastLane, LeavesOneThreadFreeAmongAllLanes) {
  QuickSeats seats(3);
  FastLane one(seats), two(seats);
  for (FastLane* lane : {&one, &two}) {
    for (int i = 0; i < 128; ++i) lane->note(std::chrono::milliseconds(1));
  }
  EXPECT_TRUE(one.try_enter());
  EXPECT_TRUE(two.try_enter());
  EXPECT_FALSE(one.try_enter());
  one.leave(std::chrono::milliseconds(1));
  EXPECT_TRUE(two.try_enter());
  EXPECT_FALSE(seats.close(std::chrono::steady_clock::now())) << "two are inside";
  two.leave(std::chrono::milliseconds(1));
  two.leave(std::chrono::milliseconds(1));
  EXPECT_TRUE(seats.close(std::chrono::steady_clock::now()));
  EXPECT_FALSE(two.try_enter());
}

}  // namespace
}  // namespace candid::track
