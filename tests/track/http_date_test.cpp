#include "track/web/http_date.h"

#include <gtest/gtest.h>

#include "tests/track/fixtures.h"

namespace candid::track {
namespace {

using namespace std::chrono;

// RFC 9110's own example, in the three forms of §5.6.7.
constexpr sys_seconds kExample = sys_days(year(1994) / 11 / 6) + hours(8) + minutes(49) + seconds(37);

TEST(HttpDate, IsWrittenAsTheRfcHasIt) {
  EXPECT_EQ(http_date(UtcTime(kExample)), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(UtcTime(kExample) + milliseconds(999)), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(test::kNoon), "Sun, 22 Nov 2026 12:00:00 GMT");
}

TEST(HttpDate, IsReadInAllThreeForms) {
  for (const char* text :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}) {
    EXPECT_EQ(parse_http_date(text, test::kNoon), kExample) << text;
  }
}

TEST(HttpDate, AYearOfTwoDigitsIsNotFarInTheFuture) {
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-76 08:49:37 GMT", test::kNoon),
            sys_days(year(2076) / 11 / 6) + hours(8) + minutes(49) + seconds(37));
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-77 08:49:37 GMT", test::kNoon),
            sys_days(year(1977) / 11 / 6) + hours(8) + minutes(49) + seconds(37));
}

TEST(HttpDate, WhatIsNoneIsRefused) {
  for (const char* text :
       {"", "GMT", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 32 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nev 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Son, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, -6 Nov 1994 08:49:37 GMT", "Sun, 30 Feb 1994 08:49:37 GMT", "784111777", "\"v1\"",
        "Sun, 06 Nov 1994 08:49:37 GMT and more that follows it here", "Sun Nov 6 08:49:37 94"}) {
    EXPECT_EQ(parse_http_date(text, test::kNoon), std::nullopt) << text;
  }
}

TEST(HttpDate, ReadsWhatItWrote) {
  for (int64_t day = 0; day < 40'000; day += 37) {
    const sys_seconds moment = sys_days(days(day)) + seconds(day * 7919 % 86'400);
    EXPECT_EQ(parse_http_date(http_date(UtcTime(moment)), test::kNoon), moment);
  }
}

}  // namespace
}  // namespace candid::track
