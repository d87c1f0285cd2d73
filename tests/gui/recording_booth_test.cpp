#include "gui/recording_booth.h"

#include <atomic>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "core/files.h"
#include "tests/support/results.h"

namespace candid::gui {
namespace {

using candid::test::must;

class RecordingBoothTest : public testing::Test {
 protected:
  // With the drawn presenter, in real time.
  BoothPlan plan() {
    BoothPlan plan;
    plan.source.camera = "test:live";
    plan.source.microphone = "test:";
    plan.record.output = take();
    plan.takes_changed = [this] { is_told_ = true; };
    return plan;
  }
  std::filesystem::path take() const { return folder_.path() / "body.mkv"; }
  size_t files() const {
    const auto all = std::filesystem::directory_iterator(folder_.path());
    return static_cast<size_t>(std::distance(begin(all), end(all)));
  }
  template <typename Is>
  static bool wait_until(Is is) {
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!is() && std::chrono::steady_clock::now() < patience)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return is();
  }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  std::atomic<bool> is_told_ = false;
};

TEST_F(RecordingBoothTest, GivenUpBeforeAnythingWasRecordedGivesTheEarlierTakeItsNameBack) {
  must(write_file(take(), std::string_view("the earlier take")));
  {
    const RecordingBooth booth(Waker(), plan());
    ASSERT_TRUE(wait_until([&] { return booth.look().state == BoothView::State::Running; }));
    ASSERT_EQ(booth.look().put_aside.size(), 1U);
    EXPECT_FALSE(std::filesystem::exists(take()));
  }
  Worker::join_all();
  EXPECT_EQ(must(read_text_file(take())), "the earlier take");
  EXPECT_EQ(files(), 1U);
  EXPECT_TRUE(is_told_);
}

TEST_F(RecordingBoothTest, AnotherOneBeginsWhereTheFirstIsGivenUp) {
  must(write_file(take(), std::string_view("the earlier take")));
  auto first = std::make_unique<RecordingBooth>(Waker(), plan());
  ASSERT_TRUE(wait_until([&] { return first->look().state == BoothView::State::Running; }));
  first.reset();
  auto second = std::make_unique<RecordingBooth>(Waker(), plan());
  ASSERT_TRUE(wait_until([&] { return second->look().state == BoothView::State::Running; }));
  second->press(capture::DeskCommand::Begin);
  ASSERT_TRUE(wait_until([&] { return second->look().desk.recorded > Microseconds{200'000}; }));
  second->press(capture::DeskCommand::Finish);
  ASSERT_TRUE(wait_until([&] { return second->look().state == BoothView::State::Ended; }));
  const BoothView view = second->look();
  EXPECT_EQ(view.take, take());
  ASSERT_EQ(view.put_aside.size(), 1U);
  EXPECT_EQ(must(read_text_file(view.put_aside.front())), "the earlier take");
}

TEST_F(RecordingBoothTest, GivenUpBeforeItsTurnItTouchesNothing) {
  must(write_file(take(), std::string_view("the earlier take")));
  {
    const RecordingBooth first(Waker(), plan());
    ASSERT_TRUE(wait_until([&] { return first.look().state == BoothView::State::Running; }));
    const RecordingBooth second(Waker(), plan());
  }
  Worker::join_all();
  EXPECT_EQ(must(read_text_file(take())), "the earlier take");
  EXPECT_EQ(files(), 1U);
}

}  // namespace
}  // namespace candid::gui
