#include "media/frame.h"

#include <fstream>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/results.h"

namespace candid::media {
namespace {

using candid::test::must;

constexpr FrameSize kLarge{1920, 1080};
constexpr size_t kLargeBytes = size_t{1920} * 1080 * 3 / 2;

// Of this process, in memory.
size_t resident_bytes() {
  size_t pages = 0;
  std::ifstream("/proc/self/statm").ignore(32, ' ') >> pages;
  return pages * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

std::vector<Frame> frames(size_t count) {
  std::vector<Frame> all;
  for (size_t i = 0; i < count; ++i) {
    all.push_back(must(Frame::allocate(kLarge)));
    all.back().fill(128, 128, 128);
  }
  return all;
}

TEST(Frame, FreeOnesAreGivenBackToTheSystem) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer keeps what was freed";
#endif
  constexpr size_t kMany = 100;
  frames(kMany);
  const size_t kept = resident_bytes();
  give_back_frames();
  const size_t left = resident_bytes();
  EXPECT_GT(kept, left + kMany * kLargeBytes * 9 / 10);
}

TEST(Frame, ThoseThatSomebodyHasStayAsTheyAre) {
  std::vector<Frame> held = frames(2);
  held.front().fill(200, 90, 30);
  give_back_frames();
  std::vector<Frame> others = frames(3);
  EXPECT_EQ(held.front().plane(0).data[0], 200);
  EXPECT_EQ(held.front().plane(2).data[0], 30);
  held.clear();
  EXPECT_EQ(others.front().plane(0).data[0], 128);
}

}  // namespace
}  // namespace candid::media
