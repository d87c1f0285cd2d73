#include "gui/new_campaign.h"

#include <gtest/gtest.h>

#include "campaign/kits.h"
#include "core/files.h"
#include "tests/support/results.h"

namespace candid::gui {
namespace {

using candid::test::must;

class NewCampaignTest : public testing::Test {
 protected:
  void SetUp() override {
    must(campaign::start_campaign(campaign(), "sample"));
    must(write_file(folder_.path() / "Übung Liste.CSV", std::string_view("name\nJane Sample\n")));
    open_.open(campaign());
  }
  std::filesystem::path campaign() const { return folder_.path() / "campaign"; }
  std::string file() const { return must(read_text_file(campaign() / "campaign.toml")); }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  OpenCampaign open_{Waker()};
  CampaignEdits edits_{open_};
};

TEST_F(NewCampaignTest, ADroppedRosterIsCopiedAndNamed) {
  const std::string before = file();
  must(use_roster(edits_, campaign(), folder_.path() / "Übung Liste.CSV"));
  EXPECT_EQ(must(read_text_file(campaign() / "übung-liste.csv")), "name\nJane Sample\n");
  EXPECT_NE(file().find("roster = \"übung-liste.csv\""), std::string::npos) << file();
  // What it named before is still there.
  EXPECT_TRUE(std::filesystem::exists(campaign() / "candidates.csv"));
  EXPECT_TRUE(edits_.undo());
  EXPECT_EQ(file(), before);
}

TEST_F(NewCampaignTest, AFileThatIsThereAlreadyIsNeverReplaced) {
  must(use_roster(edits_, campaign(), folder_.path() / "Übung Liste.CSV"));
  must(write_file(folder_.path() / "Übung Liste.CSV", std::string_view("name\nJohn Sample\n")));
  must(use_roster(edits_, campaign(), folder_.path() / "Übung Liste.CSV"));
  EXPECT_EQ(must(read_text_file(campaign() / "übung-liste.csv")), "name\nJane Sample\n");
  EXPECT_EQ(must(read_text_file(campaign() / "übung-liste-2.csv")), "name\nJohn Sample\n");
}

TEST_F(NewCampaignTest, ATakeGoesWhereTakesAre) {
  must(write_file(folder_.path() / "talk.mkv", std::string_view("a take")));
  must(use_take(edits_, campaign(), folder_.path() / "talk.mkv"));
  EXPECT_EQ(must(read_text_file(campaign() / "takes" / "talk.mkv")), "a take");
  EXPECT_NE(file().find("take = \"takes/talk.mkv\""), std::string::npos) << file();
}

TEST_F(NewCampaignTest, AMissingFileIsToldAndChangesNothing) {
  const std::string before = file();
  auto used = use_roster(edits_, campaign(), folder_.path() / "gone.csv");
  ASSERT_FALSE(used);
  EXPECT_EQ(file(), before);
}

TEST(RosterFile, IsToldByItsName) {
  EXPECT_TRUE(is_roster_file("a/Liste.CSV"));
  EXPECT_TRUE(is_roster_file("a/list.tsv"));
  EXPECT_FALSE(is_roster_file("a/take.mkv"));
  EXPECT_FALSE(is_roster_file("a/csv"));
}

}  // namespace
}  // namespace candid::gui
