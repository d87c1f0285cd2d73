#include "upload/s3/s3_composition.h"

#include <random>

#include "tests/support/results.h"

namespace candid::upload {
namespace {

using candid::test::must;

constexpr uint64_t kMiB = 1 << 20;

std::vector<ComposedPart> plan(const std::vector<ObjectRange>& ranges) {
  return must(plan_composition(ranges));
}

uint64_t sent(const std::vector<ComposedPart>& parts) {
  uint64_t sum = 0;
  for (const ComposedPart& part : parts) sum += part.is_copied ? 0 : part.size();
  return sum;
}

// What the plan gives, with neighbours joined, as the ranges are.
std::vector<ObjectRange> flat(const std::vector<ObjectRange>& ranges) {
  std::vector<ObjectRange> result;
  for (const ObjectRange& range : ranges) {
    if (range.length == 0) continue;
    if (!result.empty() && result.back().name == range.name &&
        result.back().offset + result.back().length == range.offset) {
      result.back().length += range.length;
    } else {
      result.push_back(range);
    }
  }
  return result;
}

void expect_obeys_the_rules(const std::vector<ObjectRange>& ranges, const std::vector<ComposedPart>& parts) {
  std::vector<ObjectRange> given;
  for (size_t i = 0; i < parts.size(); ++i) {
    ASSERT_FALSE(parts[i].ranges.empty());
    bool is_last = i + 1 == parts.size();
    EXPECT_TRUE(is_last || parts[i].size() >= kSmallestS3Part) << "part " << i;
    if (parts[i].is_copied) {
      ASSERT_EQ(parts[i].ranges.size(), 1U);
      EXPECT_LE(parts[i].size(), kLargestS3Copy);
      EXPECT_GT(parts[i].size(), kSmallestS3Part);
    } else {
      EXPECT_LE(parts[i].size(), 2 * kSmallestS3Part);
    }
    given.insert(given.end(), parts[i].ranges.begin(), parts[i].ranges.end());
  }
  auto expected = flat(ranges);
  auto actual = flat(given);
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    EXPECT_EQ(actual[i].name, expected[i].name);
    EXPECT_EQ(actual[i].offset, expected[i].offset);
    EXPECT_EQ(actual[i].length, expected[i].length);
  }
}

TEST(S3Composition, NothingIsNoPart) {
  EXPECT_TRUE(plan({}).empty());
  EXPECT_TRUE(plan({{"a", 5, 0}}).empty());
}

TEST(S3Composition, WhatIsSmallIsOnePartThatIsSent) {
  auto parts = plan({{"a", 0, 1000}, {"b", 7, kMiB}, {"a", 1000, 4 * kMiB - 2000}});
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_FALSE(parts[0].is_copied);
  EXPECT_EQ(parts[0].ranges.size(), 3U);
}

TEST(S3Composition, AHeadAndALongBodyAreOneSentAndOneCopied) {
  auto parts = plan({{"head", 0, 40'000}, {"body", 100, 50 * kMiB}});
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].size(), kSmallestS3Part);
  EXPECT_TRUE(parts[1].is_copied);
  EXPECT_EQ(parts[1].ranges[0].offset, 100 + kSmallestS3Part - 40'000);
}

TEST(S3Composition, ATailMayBeOfAnySize) {
  auto parts = plan({{"body", 0, 50 * kMiB}, {"tail", 0, 10}});
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_TRUE(parts[0].is_copied);
  EXPECT_EQ(parts[1].size(), 10U);
}

TEST(S3Composition, NeighboursOfOneObjectAreOneRange) {
  auto parts = plan({{"a", 0, 4 * kMiB}, {"a", 4 * kMiB, 4 * kMiB}, {"a", 8 * kMiB, 4 * kMiB}});
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_TRUE(parts[0].is_copied);
}

TEST(S3Composition, OfAnObjectOfFiveMiBNoRangeMayBeCopied) {
  EXPECT_FALSE(plan({{"a", 0, kSmallestS3Part}})[0].is_copied);
  EXPECT_TRUE(plan({{"a", 0, kSmallestS3Part + 1}})[0].is_copied);
}

TEST(S3Composition, MoreThanFiveGiBAreCopiedInPieces) {
  auto parts = plan({{"a", 3, kLargestS3Copy * 2 + 1}});
  ASSERT_EQ(parts.size(), 3U);
  expect_obeys_the_rules({{"a", 3, kLargestS3Copy * 2 + 1}}, parts);
}

TEST(S3Composition, WhatS3CannotHoldIsRefused) {
  EXPECT_FALSE(plan_composition(std::vector<ObjectRange>{{"a", 0, uint64_t{6} << 40}}));
  EXPECT_FALSE(plan_composition(std::vector<ObjectRange>{{"a", 0, UINT64_MAX}, {"a", 0, 1}}));
  EXPECT_FALSE(plan_composition(std::vector<ObjectRange>{{"a", UINT64_MAX, 10 * kMiB}}));
  std::vector<ObjectRange> many;
  for (int i = 0; i < 10'001; ++i) many.push_back({std::to_string(i % 2), 0, 6 * kMiB});
  EXPECT_FALSE(plan_composition(many));
}

TEST(S3Composition, AnyRangesGiveAPlanThatObeysTheRules) {
  std::mt19937_64 random(20261126);
  for (int round = 0; round < 3000; ++round) {
    std::vector<ObjectRange> ranges;
    size_t count = random() % 12;
    uint64_t total = 0;
    for (size_t i = 0; i < count; ++i) {
      // Lengths about each border.
      constexpr std::array<uint64_t, 8> kAround = {1,         1000,      kMiB,        5 * kMiB,
                                                   10 * kMiB, 40 * kMiB, 5120 * kMiB, 11'000 * kMiB};
      uint64_t around = kAround[random() % kAround.size()];
      uint64_t length = random() % 4 == 0 ? around + random() % 3 - 1 : random() % (2 * around);
      std::string name = random() % 2 == 0 ? "a" : "b";
      bool goes_on = !ranges.empty() && random() % 3 == 0;
      uint64_t offset = goes_on ? ranges.back().offset + ranges.back().length : random() % 1000;
      ranges.push_back({goes_on ? ranges.back().name : name, offset, length});
      total += length;
    }
    auto parts = plan(ranges);
    expect_obeys_the_rules(ranges, parts);
    // A range that is copied lends no more than what the one before it lacks; what is short is sent.
    uint64_t must_travel = 0;
    for (const ObjectRange& range : flat(ranges)) {
      must_travel += range.length <= kSmallestS3Part ? range.length : 0;
    }
    EXPECT_GE(sent(parts), must_travel);
    EXPECT_LE(sent(parts), must_travel + flat(ranges).size() * 2 * kSmallestS3Part);
    if (HasFailure()) FAIL() << "round " << round;
  }
}

}  // namespace
}  // namespace candid::upload
