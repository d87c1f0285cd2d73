#include "track/web/body_budget.h"

#include <gtest/gtest.h>

namespace candid::track {
namespace {

TEST(BodyBudget, GivesWhatIsLeftAndTakesItBack) {
  BodyBudget budget(100);
  std::optional<BodyBudget::Share> kept;
  {
    auto share = budget.take(60);
    ASSERT_TRUE(share);
    EXPECT_FALSE(budget.take(41));
    auto rest = budget.take(40);
    ASSERT_TRUE(rest);
    kept = std::move(rest);
  }
  EXPECT_FALSE(budget.take(61)) << "what was moved is held still";
  EXPECT_TRUE(budget.take(60));
  kept.reset();
  EXPECT_TRUE(budget.take(100));
  EXPECT_TRUE(budget.take(100)) << "and once, not twice";
  EXPECT_FALSE(budget.take(101));
}

}  // namespace
}  // namespace candid::track
