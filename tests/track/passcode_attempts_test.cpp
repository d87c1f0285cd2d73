#include "track/pages/passcode_attempts.h"

#include <gtest/gtest.h>

#include "tests/track/fixtures.h"

namespace candid::track {
namespace {

constexpr const char* kLink = "7";

// Tries whenever it may, for so long.
int tries_within(PasscodeAttempts& attempts, test::FakeClock& clock, std::chrono::hours time) {
  const UtcTime end = clock.now() + time;
  int tries = 0;
  while (clock.now() < end) {
    if (auto wait = attempts.wait_or_add(kLink)) {
      clock.advance(*wait);
    } else {
      ++tries;
    }
  }
  return tries;
}

TEST(PasscodeAttempts, AreFiveAMinute) {
  test::FakeClock clock;
  PasscodeAttempts attempts(clock);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(attempts.wait_or_add(kLink)) << i;
  EXPECT_EQ(attempts.wait_or_add(kLink), std::chrono::seconds(60));
  EXPECT_FALSE(attempts.wait_or_add("8")) << "another link";
}

TEST(PasscodeAttempts, DoNotTryOutFourDigitsInAYear) {
  test::FakeClock clock;
  PasscodeAttempts attempts(clock);
  EXPECT_LT(tries_within(attempts, clock, std::chrono::hours(24)), 60);
  EXPECT_LT(tries_within(attempts, clock, std::chrono::hours(24 * 364)), 9'000);
}

TEST(PasscodeAttempts, WaitAnHourAtMost) {
  test::FakeClock clock;
  PasscodeAttempts attempts(clock);
  tries_within(attempts, clock, std::chrono::hours(24));
  auto wait = attempts.wait_or_add(kLink);
  if (!wait) wait = attempts.wait_or_add(kLink);
  ASSERT_TRUE(wait);
  EXPECT_LE(*wait, std::chrono::hours(1));
  EXPECT_GT(*wait, std::chrono::minutes(30));
}

TEST(PasscodeAttempts, BeginAnewAfterTheRightOne) {
  test::FakeClock clock;
  PasscodeAttempts attempts(clock);
  tries_within(attempts, clock, std::chrono::hours(24));
  attempts.right(kLink);
  EXPECT_FALSE(attempts.wait_or_add(kLink));
  EXPECT_FALSE(attempts.wait_or_add(kLink));
}

TEST(PasscodeAttempts, ThatNobodyLookedAtAreTakenBack) {
  test::FakeClock clock;
  PasscodeAttempts attempts(clock);
  for (int i = 0; i < 100; ++i) {
    ASSERT_FALSE(attempts.wait_or_add(kLink)) << i;
    attempts.take_back(kLink);
  }
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(attempts.wait_or_add(kLink)) << i;
  EXPECT_TRUE(attempts.wait_or_add(kLink)) << "those that were looked at count";
}

TEST(PasscodeAttempts, ThatNobodyLookedAtLeaveNoWaitBehind) {
  test::FakeClock clock;
  PasscodeAttempts attempts(clock);
  tries_within(attempts, clock, std::chrono::hours(24));
  while (auto wait = attempts.wait_or_add(kLink)) clock.advance(*wait);
  attempts.take_back(kLink);
  EXPECT_FALSE(attempts.wait_or_add(kLink));
  EXPECT_GT(attempts.wait_or_add(kLink).value_or(std::chrono::seconds(0)), std::chrono::minutes(30)) << "as before";
  attempts.take_back("never tried");
}

TEST(PasscodeAttempts, AreForgottenWhenTooManyKeysWereTried) {
  test::FakeClock clock;
  PasscodeAttempts attempts(clock, 2);
  for (int i = 0; i < 5; ++i) attempts.wait_or_add("a");
  EXPECT_TRUE(attempts.wait_or_add("a"));
  attempts.wait_or_add("b");
  attempts.wait_or_add("c");
  EXPECT_FALSE(attempts.wait_or_add("a"));
}

}  // namespace
}  // namespace candid::track
