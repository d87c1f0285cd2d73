#include "campaign/task_queue.h"

#include <atomic>

namespace candid::campaign {
namespace {

TEST(TaskQueue, DoesEverythingOnce) {
  for (int threads : {0, 1, 2, 7}) {
    TaskQueue queue;
    std::vector<std::atomic<int>> done(500);
    for (size_t i = 0; i < done.size(); ++i) queue.add(static_cast<int>(i % 5), [&done, i] { ++done[i]; });
    queue.run(threads);
    for (const auto& count : done) EXPECT_EQ(count, 1);
  }
}

TEST(TaskQueue, TakesLowerRanksFirstAndEqualOnesInOrder) {
  TaskQueue queue;
  std::string order;
  queue.add(2, [&] { order += 'c'; });
  queue.add(1, [&] { order += 'a'; });
  queue.add(1, [&] {
    order += 'b';
    queue.add(0, [&] { order += '!'; });
  });
  queue.add(2, [&] { order += 'd'; });
  queue.run(1);
  EXPECT_EQ(order, "ab!cd");
}

TEST(TaskQueue, WaitsForWhatTasksAdd) {
  TaskQueue queue;
  std::atomic<int> done = 0;
  std::function<void(int)> fork = [&](int depth) {
    ++done;
    if (depth == 0) return;
    for (int i = 0; i < 2; ++i) queue.add(depth, [&fork, depth] { fork(depth - 1); });
  };
  queue.add(0, [&] { fork(10); });
  queue.run(4);
  EXPECT_EQ(done, (1 << 11) - 1);
}

TEST(TaskQueue, WithoutTasksReturns) {
  TaskQueue queue;
  queue.run(3);
}

}  // namespace
}  // namespace candid::campaign
