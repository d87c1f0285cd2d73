#include "track/web/http_range.h"

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
