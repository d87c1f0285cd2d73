#include "core/time.h"

#include "tests/support/results.h"

namespace candid {
namespace {

using test::must;
using namespace std::chrono_literals;

TEST(Duration, ReadsEachWayToWriteIt) {
  const std::pair<std::string_view, Microseconds> cases[] = {
      {"1.5s", 1500ms},          {"90s", 90s},       {"250ms", 250ms},       {"2m", 2min},    {"0s", 0s},
      {"0.000001s", 1us},        {"1:30", 90s},      {"1:30.250", 90'250ms}, {"0:05", 5s},    {"1:02:03", 3723s},
      {"1:02:03.5", 3723'500ms}, {"100:00", 100min}, {"-3s", -3s},           {"-1:30", -90s}, {"1.5m", 90s}};
  for (auto [text, expected] : cases) EXPECT_EQ(must(parse_duration(text)), expected) << text;
}

TEST(Duration, RefusesNonsense) {
  for (std::string_view bad :
       {"",     "-",    "s",    "ms",           "m",    "5",      "1.5",     "three", "1 s",     "1s ",  "1,5s",
        "1e5s", "0x1s", "+1s",  "--1s",         "1:60", "1:2:60", "1:",      ":30",   "1:2:3:4", "1::2", "1.2.3s",
        ".s",   "nans", "infs", "99999999999s", "1:-5", "1s2s",   "3 apples"}) {
    auto parsed = parse_duration(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().kind(), ErrorKind::InvalidInput);
    EXPECT_NE(parsed.error().message().find(bad), std::string::npos);
    EXPECT_FALSE(parsed.error().hint().empty());
  }
}

TEST(Duration, OnlyTheSecondsHaveAFraction) {
  for (std::string_view bad : {"1.5:30", "1:2.5:03"}) EXPECT_FALSE(parse_duration(bad)) << bad;
}

TEST(Duration, IsShownShort) {
  const std::pair<Microseconds, std::string_view> cases[] = {{20s, "20.0 s"},         {1250ms, "1.3 s"},  {0s, "0.0 s"},
                                                             {59'940ms, "59.9 s"},    {59'960ms, "1:00"}, {65s, "1:05"},
                                                             {3599'600ms, "1:00:00"}, {3725s, "1:02:05"}};
  for (auto [duration, expected] : cases) EXPECT_EQ(format_duration(duration), expected);
}

TEST(Duration, BelowZeroIsShownWithOneSign) {
  EXPECT_EQ(format_duration(-5s), "-5.0 s");
  EXPECT_EQ(format_duration(-65s), "-1:05");
}

TEST(Utc, RoundTrips) {
  for (std::string_view text :
       {"2026-11-22T10:15:00Z", "1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "2038-01-19T03:14:08Z"}) {
    EXPECT_EQ(format_utc(must(parse_utc(text))), text);
  }
  EXPECT_EQ(must(parse_utc("1970-01-01T00:01:00Z")).time_since_epoch(), 60s);
}

TEST(Utc, RefusesWhatIsNoTime) {
  for (std::string_view bad :
       {"", "today", "2026-11-22", "2026-11-22 10:15:00", "2026-11-22T10:15:00", "2026-13-01T00:00:00Z",
        "2026-11-22T25:00:00Z", "2026-11-22T10:15:00+01:00", "2026-11-22T10:15:00Z "}) {
    auto parsed = parse_utc(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().kind(), ErrorKind::InvalidInput);
  }
}

TEST(Utc, RefusesADayThatTheMonthLacks) {
  for (std::string_view bad : {"2026-02-30T00:00:00Z", "2025-02-29T00:00:00Z", "2026-04-31T00:00:00Z"}) {
    EXPECT_FALSE(parse_utc(bad)) << bad;
  }
}

TEST(Clock, GoesForward) {
  auto before = Clock::system().now();
  EXPECT_GE(Clock::system().now(), before);
  EXPECT_GT(before, must(parse_utc("2024-01-01T00:00:00Z")));
}

}  // namespace
}  // namespace candid
