#include "campaign/ranges.h"

#include <random>

namespace candid::campaign {
namespace {

using Ranges = std::vector<FrameRange>;
constexpr bool kPersonal = true;
constexpr bool kShared = false;

Ranges split(int64_t frames, std::vector<FrameSpan> personal) {
  return split_timeline(frames, std::move(personal), {120, 15});
}

TEST(SplitTimeline, WithoutPersonalSpansIsOneSharedRange) {
  EXPECT_EQ(split(300, {}), (Ranges{{0, 300, kShared}}));
  EXPECT_EQ(split(2, {}), (Ranges{{0, 2, kShared}}));
}

TEST(SplitTimeline, LeavesWhatLiesBetweenPersonalSpansShared) {
  EXPECT_EQ(split(400, {{0, 150}, {310, 400}}),
            (Ranges{{0, 150, kPersonal}, {150, 160, kShared}, {310, 90, kPersonal}}));
  EXPECT_EQ(split(400, {{100, 150}}), (Ranges{{0, 100, kShared}, {100, 50, kPersonal}, {150, 250, kShared}}));
}

TEST(SplitTimeline, MergesOverlapsAndKeepsTouchingSpansApart) {
  EXPECT_EQ(split(300, {{40, 100}, {20, 60}}), (Ranges{{0, 20, kShared}, {20, 80, kPersonal}, {100, 200, kShared}}));
  EXPECT_EQ(split(300, {{20, 200}, {50, 60}}), (Ranges{{0, 20, kShared}, {20, 180, kPersonal}, {200, 100, kShared}}));
  EXPECT_EQ(split(300, {{100, 150}, {150, 200}}),
            (Ranges{{0, 100, kShared}, {100, 50, kPersonal}, {150, 50, kPersonal}, {200, 100, kShared}}));
}

TEST(SplitTimeline, TakesShortGapsIntoPersonalRanges) {
  EXPECT_EQ(split(300, {{10, 100}, {110, 295}}), (Ranges{{0, 110, kPersonal}, {110, 190, kPersonal}}));
}

TEST(SplitTimeline, NoRangeIsASingleFrame) {
  EXPECT_EQ(split(100, {{50, 51}}), (Ranges{{0, 50, kShared}, {50, 2, kPersonal}, {52, 48, kShared}}));
  EXPECT_EQ(split(100, {{99, 100}}), (Ranges{{0, 98, kShared}, {98, 2, kPersonal}}));
  EXPECT_EQ(split(100, {{0, 1}}), (Ranges{{0, 2, kPersonal}, {2, 98, kShared}}));
  EXPECT_EQ(split(100, {{40, 41}, {41, 60}}), (Ranges{{0, 40, kShared}, {40, 20, kPersonal}, {60, 40, kShared}}));
  EXPECT_EQ(split(100, {{40, 60}, {60, 61}, {61, 62}}),
            (Ranges{{0, 40, kShared}, {40, 20, kPersonal}, {60, 2, kPersonal}, {62, 38, kShared}}));
}

TEST(SplitTimeline, CutsLongRangesWhereAKeyFrameIsDue) {
  Ranges ranges = split(1800, {{0, 150}, {1710, 1800}});
  ASSERT_EQ(ranges.size(), 6U);
  for (size_t i = 1; i + 1 < ranges.size(); ++i) {
    EXPECT_LE(ranges[i].frame_count, 480);
    EXPECT_GE(ranges[i].frame_count, 240);
    EXPECT_EQ((ranges[i].first_frame - 150) % 120, 0);
  }
  for (const FrameRange& range : split(1800, {{0, 1800}})) EXPECT_TRUE(range.is_personal);
}

// Whatever the spans: every frame once, in order, none shorter than two, and every personal frame in a personal range.
TEST(SplitTimeline, CoversEveryFrameOnce) {
  std::mt19937 random(7);
  auto below = [&](int64_t limit) { return static_cast<int64_t>(random() % static_cast<uint64_t>(limit)); };
  for (int round = 0; round < 20'000; ++round) {
    int64_t frames = 2 + below(round % 2 == 0 ? 40 : 2000);
    std::vector<FrameSpan> personal;
    for (int64_t i = below(6); i > 0; --i) {
      int64_t first = below(frames);
      personal.push_back({first, std::min(frames, first + below(round % 3 == 0 ? 4 : 300))});
    }
    CutRules rules{2 + below(150), below(20)};
    std::vector<bool> covered(static_cast<size_t>(frames));
    int64_t next = 0;
    for (const FrameRange& range : split_timeline(frames, personal, rules)) {
      ASSERT_EQ(range.first_frame, next);
      ASSERT_GE(range.frame_count, 2) << round;
      next += range.frame_count;
      if (range.is_personal) std::fill_n(covered.begin() + range.first_frame, range.frame_count, true);
    }
    ASSERT_EQ(next, frames);
    for (const FrameSpan& span : personal) {
      for (int64_t at = span.first; at < span.end; ++at) ASSERT_TRUE(covered[static_cast<size_t>(at)]) << round;
    }
  }
}

}  // namespace
}  // namespace candid::campaign
