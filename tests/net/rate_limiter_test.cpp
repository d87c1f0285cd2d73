#include "net/rate_limiter.h"

#include <gtest/gtest.h>

#include "tests/net/fakes.h"

namespace candid::net {
namespace {

using test::FakePause;
using namespace std::chrono_literals;

TEST(RateLimiter, AQuarterOfASecondsWorthGoesAtOnce) {
  FakePause pause;
  RateLimiter limiter(1000, pause);
  EXPECT_TRUE(limiter.take(250, {}));
  EXPECT_EQ(pause.waited(), 0ms);
  EXPECT_TRUE(limiter.take(100, {}));
  EXPECT_EQ(pause.waited(), 100ms);
}

TEST(RateLimiter, HoldsTheRateOverAllWhoShareIt) {
  FakePause pause;
  RateLimiter limiter(32'000, pause);
  constexpr uint64_t kBytes = 4'000'000;
  for (uint64_t done = 0, turn = 0; done < kBytes; ++turn) {
    uint64_t piece = std::min<uint64_t>(turn % 2 == 0 ? 4096 : 1000, kBytes - done);
    limiter.take(piece, {});
    done += piece;
  }
  double seconds = std::chrono::duration<double>(pause.waited()).count();
  EXPECT_NEAR(seconds, 125.0 - 0.25, 0.01);
}

TEST(RateLimiter, ARestSavesNoMoreThanTheBucket) {
  FakePause pause;
  RateLimiter limiter(1000, pause);
  limiter.take(250, {});
  pause.pass(1h);
  limiter.take(250, {});
  EXPECT_EQ(pause.waited(), 0ms);
  limiter.take(500, {});
  EXPECT_EQ(pause.waited(), 500ms);
}

TEST(RateLimiter, MoreThanTheBucketWaitsForItsTime) {
  FakePause pause;
  RateLimiter limiter(1000, pause);
  limiter.take(10'000, {});
  EXPECT_EQ(pause.waited(), 9'750ms);
}

TEST(RateLimiter, AStopEndsTheWait) {
  RateLimiter limiter(1);
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(limiter.take(1'000'000, source.get_token()));
  EXPECT_FALSE(limiter.take(1, source.get_token()));
}

TEST(RateLimiter, ARateOfNothingStillMoves) {
  FakePause pause;
  RateLimiter limiter(0, pause);
  EXPECT_TRUE(limiter.take(2, {}));
  EXPECT_EQ(pause.waited(), 1'750ms);
}

}  // namespace
}  // namespace candid::net
