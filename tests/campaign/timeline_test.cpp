#include "campaign/timeline.h"

#include <gtest/gtest.h>

namespace candid::campaign {
namespace {

TEST(Timeline, AFrameShowsFromItsTimeUntilTheNextOnes) {
  for (Rational rate : {Rational{24000, 1001}, {24, 1}, {25, 1}, {30000, 1001}, {30, 1}, {50, 1}, {60000, 1001}}) {
    Timeline timeline;
    timeline.rate = rate;
    timeline.frames = 1000;
    for (int64_t frame = 0; frame < timeline.frames; ++frame) {
      ASSERT_EQ(timeline.frame_at(timeline.time_of(frame)), frame) << rate.num;
      ASSERT_EQ(timeline.frame_at(timeline.time_of(frame + 1) - Microseconds{1}), frame) << rate.num;
      ASSERT_EQ(timeline.first_frame_from(timeline.time_of(frame)), frame) << rate.num;
    }
    EXPECT_EQ(timeline.frame_at(Microseconds{-1}), 0);
    EXPECT_EQ(timeline.frame_at(Microseconds::min()), 0);
    EXPECT_EQ(timeline.frame_at(timeline.duration()), 999);
    EXPECT_EQ(timeline.frame_at(Microseconds::max()), 999);
  }
}

}  // namespace
}  // namespace candid::campaign
