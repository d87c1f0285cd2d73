#include "track/web/http_range.h"

#include <random>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace candid::track {
namespace {

constexpr uint64_t kSize = 1000;

struct Case {
  const char* claim;
  const char* header;
  RequestedRange expected;
};

const RequestedRange kWhole{RangeAnswer::Whole, {0, kSize}};
const RequestedRange kNone{RangeAnswer::Unsatisfiable, {}};

RequestedRange part(uint64_t first, uint64_t length) {
  return {RangeAnswer::Part, {first, length}};
}

class ParseRange : public testing::TestWithParam<Case> {};

std::string claim_of(const testing::TestParamInfo<Case>& info) {
  return info.param.claim;
}

TEST_P(ParseRange, AnswersAsRfc9110Says) {
  EXPECT_EQ(parse_range(GetParam().header, kSize), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Headers, ParseRange,
    testing::Values(Case{"NoHeaderIsWhole", "", kWhole}, Case{"FirstTwoBytesAsPhonesProbe", "bytes=0-1", part(0, 2)},
                    Case{"OneByte", "bytes=0-0", part(0, 1)}, Case{"OpenEnded", "bytes=200-", part(200, 800)},
                    Case{"FromZeroOpenEnded", "bytes=0-", part(0, 1000)}, Case{"Suffix", "bytes=-10", part(990, 10)},
                    Case{"SuffixLongerThanTheFileIsAllOfIt", "bytes=-5000", part(0, 1000)},
                    Case{"EmptySuffixIsUnsatisfiable", "bytes=-0", kNone},
                    Case{"LastByteIsCutToTheFile", "bytes=990-2000", part(990, 10)},
                    Case{"LastByteOfTheFile", "bytes=999-999", part(999, 1)},
                    Case{"StartBehindTheEnd", "bytes=1000-", kNone}, Case{"FarBehindTheEnd", "bytes=5000-6000", kNone},
                    Case{"NumbersBeyond64BitsAreBehindTheEnd", "bytes=99999999999999999999-", kNone},
                    Case{"HugeLastByteIsCut", "bytes=10-99999999999999999999", part(10, 990)},
                    Case{"BackwardsIsIgnored", "bytes=5-4", kWhole},
                    Case{"SeveralAreAnsweredWhole", "bytes=0-1,4-5", kWhole},
                    Case{"OtherUnitsAreIgnored", "items=0-1", kWhole}, Case{"UnitIgnoresCase", "Bytes=0-1", part(0, 2)},
                    Case{"NoNumbersIsIgnored", "bytes=-", kWhole}, Case{"WordsAreIgnored", "bytes=a-b", kWhole},
                    Case{"SignsAreIgnored", "bytes=+1-2", kWhole}, Case{"NoEqualsIsIgnored", "bytes 0-1", kWhole},
                    Case{"SpaceAroundIsFine", " bytes= 0-1 ", part(0, 2)},
                    Case{"SpaceInsideIsIgnored", "bytes=0 -1", kWhole}),
    claim_of);

TEST(ParseRange, EmptyFileSatisfiesNoRange) {
  EXPECT_EQ(parse_range("bytes=0-", 0).answer, RangeAnswer::Unsatisfiable);
  EXPECT_EQ(parse_range("bytes=-1", 0).answer, RangeAnswer::Unsatisfiable);
  EXPECT_EQ(parse_range("", 0).answer, RangeAnswer::Whole);
}

RequestedRanges parts(std::vector<ByteRange> ranges) {
  return {RangeAnswer::Part, std::move(ranges)};
}

const RequestedRanges kAll{RangeAnswer::Whole, {{0, kSize}}};
const RequestedRanges kNothing{RangeAnswer::Unsatisfiable, {}};

TEST(ParseRanges, GivesThemInTheOrderOfTheirRequest) {
  EXPECT_EQ(parse_ranges("bytes=0-1,4-5", kSize), parts({{0, 2}, {4, 2}}));
  EXPECT_EQ(parse_ranges("bytes=500-599,0-9,-10", kSize), parts({{500, 100}, {0, 10}, {990, 10}}));
  EXPECT_EQ(parse_ranges("bytes=0-1 , 4-5,\t7-7", kSize), parts({{0, 2}, {4, 2}, {7, 1}}));
  EXPECT_EQ(parse_ranges("bytes=0-1,,4-5,", kSize), parts({{0, 2}, {4, 2}})) << "empty elements are nothing (5.6.1.2)";
}

TEST(ParseRanges, LeavesOutWhatLiesBehindTheEnd) {
  EXPECT_EQ(parse_ranges("bytes=0-1,1000-,5000-6000,4-5", kSize), parts({{0, 2}, {4, 2}}));
  EXPECT_EQ(parse_ranges("bytes=2000-,-0", kSize), kNothing);
  EXPECT_EQ(parse_ranges("bytes=990-2000,0-0", kSize), parts({{990, 10}, {0, 1}}));
}

TEST(ParseRanges, JoinsThoseThatOverlapWhereTheFirstStands) {
  EXPECT_EQ(parse_ranges("bytes=0-9,5-14", kSize), parts({{0, 15}}));
  EXPECT_EQ(parse_ranges("bytes=100-109,0-9,105-119", kSize), parts({{100, 20}, {0, 10}}));
  EXPECT_EQ(parse_ranges("bytes=0-9,20-29,5-24", kSize), parts({{0, 30}})) << "one that joins two";
  EXPECT_EQ(parse_ranges("bytes=20-29,50-59,0-9,5-24", kSize), parts({{0, 30}, {50, 10}}));
  EXPECT_EQ(parse_ranges("bytes=0-9,0-9", kSize), parts({{0, 10}}));
  EXPECT_EQ(parse_ranges("bytes=0-9,10-19", kSize), parts({{0, 10}, {10, 10}})) << "they touch, and do not overlap";
}

TEST(ParseRanges, AnswersMoreThanThereIsWhole) {
  EXPECT_EQ(parse_ranges("bytes=0-,0-", kSize), kAll);
  EXPECT_EQ(parse_ranges("bytes=0-998,998-999", kSize), kAll);
  EXPECT_EQ(parse_ranges("bytes=0-499,500-999", kSize), parts({{0, 500}, {500, 500}}));
}

TEST(ParseRanges, AnswersAbsurdlyManyWhole) {
  std::string header = "bytes=";
  for (size_t i = 0; i < kMostRanges; ++i) header += fmt::format("{}-{},", 3 * i, 3 * i);
  EXPECT_EQ(parse_ranges(header, kSize).ranges.size(), kMostRanges);
  EXPECT_EQ(parse_ranges(header + "999-999", kSize), kAll);
  EXPECT_EQ(parse_ranges(header + "2000-2001", kSize), kAll) << "also where the last is none";
}

TEST(ParseRanges, IgnoresAListWithOneThatIsNone) {
  for (const char* header : {"bytes=0-1,x", "bytes=0-1,5-4", "bytes=0-1,-", "bytes=0-1;4-5", "bytes=0-1,4",
                             "bytes=", "bytes=,", "bytes=0 -1,4-5", "pages=0-1,4-5"}) {
    EXPECT_EQ(parse_ranges(header, kSize), kAll) << header;
  }
}

// Whatever comes, what is given lies within the file, and no byte twice.
TEST(ParseRanges, GivesNoByteTwiceWhateverComes) {
  std::mt19937 chance(1);
  std::uniform_int_distribution<int> letter(0, 13);
  constexpr std::string_view kLetters = "0123456789-, ,";
  for (int round = 0; round < 20'000; ++round) {
    std::string header = "bytes=";
    for (int i = 0; i < 16; ++i) header += kLetters[static_cast<size_t>(letter(chance))];
    const RequestedRanges asked = parse_ranges(header, 60);
    std::vector<int> seen(60);
    for (const ByteRange& range : asked.ranges) {
      ASSERT_GT(range.length, 0u) << header;
      ASSERT_LE(range.end(), 60u) << header;
      for (uint64_t at = range.first; at < range.end(); ++at) ASSERT_EQ(++seen[at], 1) << header;
    }
    EXPECT_EQ(asked.ranges.empty(), asked.answer == RangeAnswer::Unsatisfiable) << header;
  }
}

TEST(IfRange, AllowsOnlyTheSameStrongTag) {
  EXPECT_TRUE(if_range_allows("", "\"a\""));
  EXPECT_TRUE(if_range_allows("\"a\"", "\"a\""));
  EXPECT_FALSE(if_range_allows("\"b\"", "\"a\""));
  EXPECT_FALSE(if_range_allows("W/\"a\"", "\"a\""));
  EXPECT_FALSE(if_range_allows("Sun, 22 Nov 2026 10:00:00 GMT", "\"a\""));
}

TEST(Slice, CutsAcrossExtentsExactly) {
  const std::vector<Extent> extents = {{"a", 100, 10}, {"b", 0, 5}, {"c", 7, 20}};
  EXPECT_EQ(slice(extents, {0, 35}), extents);
  EXPECT_EQ(slice(extents, {8, 4}), (std::vector<Extent>{{"a", 108, 2}, {"b", 0, 2}}));
  EXPECT_EQ(slice(extents, {9, 7}), (std::vector<Extent>{{"a", 109, 1}, {"b", 0, 5}, {"c", 7, 1}}));
  EXPECT_EQ(slice(extents, {15, 20}), (std::vector<Extent>{{"c", 7, 20}}));
  EXPECT_TRUE(slice(extents, {3, 0}).empty());
}

}  // namespace
}  // namespace candid::track
