#include "tests/load/histogram.h"

#include <gtest/gtest.h>

namespace candid::load {
namespace {

using std::chrono::microseconds;

TEST(Histogram, OfNothingHasNoDurations) {
  Histogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.percentile(0.99), microseconds(0));
}

TEST(Histogram, TellsSmallDurationsExactly) {
  Histogram histogram;
  for (int i = 1; i <= 100; ++i) histogram.record(microseconds(i));
  EXPECT_EQ(histogram.percentile(0.5), microseconds(50));
  EXPECT_EQ(histogram.percentile(0.99), microseconds(99));
  EXPECT_EQ(histogram.percentile(1), microseconds(100));
}

TEST(Histogram, IsNeverTooLowAndAtMostASixtyFourthTooHigh) {
  for (int64_t value = 1; value < 100'000'000'000; value = value * 5 / 4 + 1) {
    Histogram histogram;
    histogram.record(microseconds(value));
    histogram.record(microseconds(2 * value));
    const int64_t told = histogram.percentile(0.5).count();
    EXPECT_GE(told, value);
    EXPECT_LE(told, value + value / 64);
  }
}

TEST(Histogram, NeverTellsMoreThanTheLongest) {
  Histogram histogram;
  for (int i = 0; i < 1000; ++i) histogram.record(microseconds(1'000'001));
  EXPECT_EQ(histogram.percentile(0.999), microseconds(1'000'001));
  EXPECT_EQ(histogram.longest(), microseconds(1'000'001));
}

}  // namespace
}  // namespace candid::load
