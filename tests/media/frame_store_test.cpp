#include "media/frame_store.h"

#include "tests/media/pictures.h"
#include "tests/support/results.h"

namespace candid::media {
namespace {

using candid::test::must;

constexpr FrameSize kSize{64, 48};
constexpr uint64_t kBytes = 64 * 48 * 3 / 2;

Frame tinted(int number) {
  Frame frame = must(Frame::allocate(kSize));
  frame.fill(static_cast<uint8_t>(16 + number), static_cast<uint8_t>(100 + number), static_cast<uint8_t>(90 + number));
  return frame;
}

void expect_all(const FrameStore& store, int count) {
  ASSERT_EQ(store.count(), count);
  for (int i = count - 1; i >= 0; --i) {
    Frame frame = must(store.at(i));
    test::expect_color(test::mean(frame), {16.0 + i, 100.0 + i, 90.0 + i}, 0.001);
  }
}

TEST(FrameStore, GivesEachFrameBack) {
  auto folder = must(TemporaryFolder::create());
  MemoryBudget budget(100 * kBytes);
  FrameStore store(kSize, budget, folder.path());
  for (int i = 0; i < 20; ++i) must(store.add(tinted(i)));
  EXPECT_EQ(store.spooled(), 0);
  expect_all(store, 20);
}

TEST(FrameStore, SpoolsWhatTheBudgetDoesNotHold) {
  auto folder = must(TemporaryFolder::create());
  MemoryBudget budget(7 * kBytes);
  {
    FrameStore store(kSize, budget, folder.path());
    for (int i = 0; i < 20; ++i) must(store.add(tinted(i)));
    EXPECT_EQ(store.spooled(), 13);
    EXPECT_FALSE(budget.take(1)) << "the store has it all";
    expect_all(store, 20);
  }
  EXPECT_TRUE(budget.take(7 * kBytes)) << "a store that goes gives its memory back";
}

TEST(FrameStore, StoresShareOneBudget) {
  auto folder = must(TemporaryFolder::create());
  MemoryBudget budget(3 * kBytes);
  FrameStore first(kSize, budget, folder.path());
  FrameStore second(kSize, budget, folder.path());
  for (int i = 0; i < 2; ++i) must(first.add(tinted(i)));
  for (int i = 0; i < 4; ++i) must(second.add(tinted(i)));
  EXPECT_EQ(first.spooled(), 0);
  EXPECT_EQ(second.spooled(), 3);
  expect_all(second, 4);
}

TEST(FrameStore, DrawingOnAFrameLeavesTheStoredOne) {
  auto folder = must(TemporaryFolder::create());
  MemoryBudget budget(kBytes);
  FrameStore store(kSize, budget, folder.path());
  for (int i = 0; i < 2; ++i) must(store.add(tinted(i)));
  for (int i = 0; i < 2; ++i) {
    Frame frame = must(store.at(i));
    must(frame.make_writable());
    frame.fill(235, 128, 128);
  }
  expect_all(store, 2);
}

}  // namespace
}  // namespace candid::media
