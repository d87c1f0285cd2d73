#include "track/web/worker_pool.h"

#include <atomic>
#include <future>

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace candid::track
