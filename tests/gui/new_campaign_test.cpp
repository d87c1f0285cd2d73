#include "gui/new_campaign.h"

#include <cstdlib>

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
  void use(const std::filesystem::path& dropped) {
    TaskReport report{Waker()};
    must(use_in_campaign(edits_, campaign(), must(copy_into_campaign(dropped, campaign(), report, {}))));
  }
  std::string file() const { return must(read_text_file(campaign() / "campaign.toml")); }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  OpenCampaign open_{Waker()};
  CampaignEdits edits_{open_};
};

TEST_F(NewCampaignTest, ADroppedRosterIsCopiedAndNamed) {
  const std::string before = file();
  use(folder_.path() / "Übung Liste.CSV");
  EXPECT_EQ(must(read_text_file(campaign() / "übung-liste.csv")), "name\nJane Sample\n");
  EXPECT_NE(file().find("roster = \"übung-liste.csv\""), std::string::npos) << file();
  // What it named before is still there.
  EXPECT_TRUE(std::filesystem::exists(campaign() / "candidates.csv"));
  EXPECT_TRUE(edits_.undo());
  EXPECT_EQ(file(), before);
}

TEST_F(NewCampaignTest, AFileThatIsThereAlreadyIsNeverReplaced) {
  use(folder_.path() / "Übung Liste.CSV");
  must(write_file(folder_.path() / "Übung Liste.CSV", std::string_view("name\nJohn Sample\n")));
  use(folder_.path() / "Übung Liste.CSV");
  EXPECT_EQ(must(read_text_file(campaign() / "übung-liste.csv")), "name\nJane Sample\n");
  EXPECT_EQ(must(read_text_file(campaign() / "übung-liste-2.csv")), "name\nJohn Sample\n");
}

TEST_F(NewCampaignTest, ATakeGoesWhereTakesAre) {
  must(write_file(folder_.path() / "talk.mkv", std::string_view("a take")));
  use(folder_.path() / "talk.mkv");
  EXPECT_EQ(must(read_text_file(campaign() / "takes" / "talk.mkv")), "a take");
  EXPECT_NE(file().find("take = \"takes/talk.mkv\""), std::string::npos) << file();
}

TEST_F(NewCampaignTest, ATakesSidecarComesAlong) {
  must(write_file(folder_.path() / "talk.mkv", std::string_view("a take")));
  must(write_file(folder_.path() / "talk.take.json", std::string_view("{}")));
  use(folder_.path() / "talk.mkv");
  use(folder_.path() / "talk.mkv");
  EXPECT_EQ(must(read_text_file(campaign() / "takes" / "talk.take.json")), "{}");
  EXPECT_EQ(must(read_text_file(campaign() / "takes" / "talk-2.take.json")), "{}");
}

TEST_F(NewCampaignTest, AMissingFileIsToldAndChangesNothing) {
  const std::string before = file();
  TaskReport report{Waker()};
  ASSERT_FALSE(copy_into_campaign(folder_.path() / "gone.csv", campaign(), report, {}));
  EXPECT_EQ(file(), before);
}

TEST_F(NewCampaignTest, ACopyThatIsStoppedLeavesNothing) {
  must(write_file(folder_.path() / "talk.mkv", std::string_view("a take")));
  TaskReport report{Waker()};
  std::stop_source stop;
  stop.request_stop();
  const auto copy = copy_into_campaign(folder_.path() / "talk.mkv", campaign(), report, stop.get_token());
  ASSERT_FALSE(copy);
  EXPECT_EQ(copy.error().kind(), ErrorKind::Cancelled);
  for (const auto& left : std::filesystem::directory_iterator(campaign() / "takes")) ADD_FAILURE() << left.path();
}

TEST(TypedPath, KnowsTheHomeFolder) {
  const char* before = std::getenv("HOME");
  const std::string home = before != nullptr ? before : "";
  setenv("HOME", "/home/zoë", 1);
  EXPECT_EQ(typed_path("~"), "/home/zoë");
  EXPECT_EQ(typed_path("~/"), "/home/zoë");
  EXPECT_EQ(typed_path(" ~/jobs/back end/ "), "/home/zoë/jobs/back end");
  EXPECT_EQ(typed_path("~zoë/jobs").filename(), "jobs");
  EXPECT_EQ(typed_path("~zoë/jobs").parent_path(), std::filesystem::current_path() / "~zoë");
  EXPECT_EQ(typed_path("/srv/./jobs/../x"), "/srv/x");
  EXPECT_EQ(typed_path("/"), "/");
  setenv("HOME", home.c_str(), 1);
}

TEST(RosterFile, IsToldByItsName) {
  EXPECT_TRUE(is_roster_file("a/Liste.CSV"));
  EXPECT_TRUE(is_roster_file("a/list.tsv"));
  EXPECT_FALSE(is_roster_file("a/take.mkv"));
  EXPECT_FALSE(is_roster_file("a/csv"));
}

}  // namespace
}  // namespace candid::gui
