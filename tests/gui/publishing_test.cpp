#include "gui/publishing.h"

#include <gtest/gtest.h>

#include "campaign/kits.h"
#include "core/files.h"
#include "tests/support/results.h"

namespace candid::gui {
namespace {

using candid::test::must;

TEST(Publishing, TellsWhatIsWrongWithTheCampaignAndNotOnlyHowMuch) {
  const TemporaryFolder folder = must(TemporaryFolder::create());
  const auto campaign = folder.path() / "campaign";
  must(campaign::start_campaign(campaign, "sample"));
  const std::string whole = must(read_text_file(campaign / "campaign.toml"));
  must(write_file(campaign / "campaign.toml", std::string_view("nonsense = 1\n" + whole)));
  const auto plan = plan_publishing(campaign, folder.path() / "data", {});
  ASSERT_FALSE(plan);
  EXPECT_NE(plan.error().describe().find("campaign.toml:1: "), std::string::npos) << plan.error().describe();
  EXPECT_NE(plan.error().describe().find("nonsense"), std::string::npos) << plan.error().describe();
}

}  // namespace
}  // namespace candid::gui
