#include "gui/worker.h"

#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>

#include <gtest/gtest.h>

#include "gui/task.h"

namespace candid::gui {
namespace {

TEST(Worker, IsGivenUpWithoutWaitingForItsEnd) {
  std::promise<void> may_end;
  std::promise<bool> was_stopped;
  {
    const Worker worker([end = may_end.get_future().share(), &was_stopped](const std::stop_token& stop) {
      end.wait();
      was_stopped.set_value(stop.stop_requested());
    });
  }
  // A destructor that waits would never get here.
  may_end.set_value();
  EXPECT_TRUE(was_stopped.get_future().get());
  Worker::join_all();
}

TEST(Worker, IsWaitedForAtTheEnd) {
  std::promise<void> may_end;
  std::atomic<bool> has_ended = false;
  auto given_up = std::make_optional<Worker>([end = may_end.get_future().share(), &has_ended](const std::stop_token&) {
    end.wait();
    has_ended = true;
  });
  given_up.reset();
  may_end.set_value();
  Worker::join_all();
  EXPECT_TRUE(has_ended);
}

TEST(Worker, LetsGoOfWhatItsWorkOwnsOnceThatHasEnded) {
  const auto owned = std::make_shared<int>();
  const Worker worker([kept = owned](const std::stop_token&) {});
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (owned.use_count() > 1 && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
  EXPECT_EQ(owned.use_count(), 1);
}

TEST(Worker, IsReplacedByAnother) {
  std::promise<void> may_end;
  std::promise<void> other_ran;
  Worker worker([end = may_end.get_future().share()](const std::stop_token&) { end.wait(); });
  worker = Worker([&](const std::stop_token&) { other_ran.set_value(); });
  other_ran.get_future().wait();
  may_end.set_value();
  Worker::join_all();
}

TEST(Task, GivesUpWorkThatStillRuns) {
  std::promise<void> may_end;
  auto task = std::make_optional<Task<int>>(
      Waker(), [end = may_end.get_future().share()](TaskReport& report, const std::stop_token&) -> Result<int> {
        end.wait();
        report.tell({0.5, "told to nobody"});
        return 1;
      });
  EXPECT_FALSE(task->take());
  task.reset();
  may_end.set_value();
  Worker::join_all();
}

}  // namespace
}  // namespace candid::gui
