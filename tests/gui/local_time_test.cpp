#include "gui/local_time.h"

#include <cstdlib>
#include <ctime>

#include <gtest/gtest.h>

#include "gui/words.h"

namespace candid::gui {
namespace {

class LocalTimeTest : public testing::Test {
 protected:
  LocalTimeTest() { live_in("Europe/Berlin"); }
  ~LocalTimeTest() override {
    live_in("UTC");
    set_language("en");
  }
  static void live_in(const char* zone) {
    setenv("TZ", zone, 1);
    tzset();
  }
  const UtcTime evening_ = *parse_utc("2026-11-26T21:23:44Z");
};

TEST_F(LocalTimeTest, IsWrittenAsPeopleDo) {
  set_language("en");
  EXPECT_EQ(local_time(evening_), "26 Nov 2026, 22:23");
  set_language("de");
  EXPECT_EQ(local_time(evening_), "26.11.2026, 22:23");
}

TEST_F(LocalTimeTest, StandsInATextForEachTimeOfIt) {
  set_language("en");
  EXPECT_EQ(with_local_times("link made 2026-11-26T21:23:44Z, opened 2026-11-26T23:30:00Z"),
            "link made 26 Nov 2026, 22:23, opened 27 Nov 2026, 00:30");
  EXPECT_EQ(with_local_times("2026-11-26T21:23:44"), "2026-11-26T21:23:44") << "no time of the world";
  EXPECT_EQ(with_local_times(""), "");
}

}  // namespace
}  // namespace candid::gui
