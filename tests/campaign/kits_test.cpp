#include "campaign/kits.h"

#include "campaign/campaign_file.h"
#include "campaign/job.h"
#include "core/files.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

namespace candid::campaign {
namespace {

using test::must;

TEST(Kits, HoldTheMomentsOfHiring) {
  std::vector<std::string> names;
  for (const Kit& kit : kits()) {
    names.push_back(kit.name);
    EXPECT_FALSE(kit.purpose.empty());
  }
  EXPECT_THAT(names, testing::UnorderedElementsAre("update", "follow-up", "outreach", "feedback", "rejection", "thanks",
                                                   "offer", "talent-community", "sample"));
}

TEST(Kits, EachIsACampaignThatOnlyLacksItsTake) {
  auto folder = must(TemporaryFolder::create());
  for (const Kit& kit : kits()) {
    SCOPED_TRACE(kit.name);
    auto campaign = folder.path() / kit.name;
    must(start_campaign(campaign, kit.name));
    Findings findings;
    must(read_campaign(campaign, findings));
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].column, "take");
    EXPECT_TRUE(std::filesystem::exists(campaign / "script.txt"));
  }
}

TEST(Kits, TwoCampaignsOfOneKitAreApart) {
  auto folder = must(TemporaryFolder::create());
  Findings ignored;
  must(start_campaign(folder.path() / "a", "update"));
  must(start_campaign(folder.path() / "b", "update"));
  EXPECT_NE(must(read_campaign(folder.path() / "a", ignored)).id, must(read_campaign(folder.path() / "b", ignored)).id);
}

TEST(Kits, RefuseAFolderInUseAndAnUnknownName) {
  auto folder = must(TemporaryFolder::create());
  must(write_file(folder.path() / "mine.txt", std::string_view("mine")));
  EXPECT_EQ(start_campaign(folder.path(), "update").error().kind(), ErrorKind::Exists);
  auto unknown = start_campaign(folder.path() / "new", "updaet");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().hint(), testing::HasSubstr("update"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "new"));
}

}  // namespace
}  // namespace candid::campaign
