#include "campaign/takes.h"

#include "capture/take_sidecar.h"
#include "core/files.h"
#include "tests/support/presenter_take.h"
#include "tests/support/results.h"

namespace candid::campaign {
namespace {

using test::must;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

class Takes : public testing::Test {
 protected:
  std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }
  void write(const std::string& name, std::string_view text) const { must(write_file(path(name), text)); }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

TEST_F(Takes, ACampaignSaysWhereItsTakeGoesAndWhatIsSaid) {
  // Neither the take nor the roster is there yet.
  write("campaign.toml", "name = \"c\"\nroster = \"people.csv\"\ntake = \"takes/body.mkv\"\n");
  write("script.txt", "Good to see you.\nAll the best.\n");
  TakePlan plan = must(plan_take({folder_.path(), {}, {}}));
  EXPECT_EQ(plan.output, path("takes/body.mkv"));
  EXPECT_THAT(plan.script, ElementsAre("Good to see you.", "All the best."));
  EXPECT_TRUE(std::filesystem::is_directory(path("takes")));
}

TEST_F(Takes, WhatIsAskedForBeatsTheCampaign) {
  write("campaign.toml", "name = \"c\"\nroster = \"people.csv\"\ntake = \"takes/body.mkv\"\n");
  write("script.txt", "Good to see you.\n");
  write("other.txt", "Something else.\n");
  TakePlan plan = must(plan_take({folder_.path(), path("mine/take.mkv"), path("other.txt")}));
  EXPECT_EQ(plan.output, path("mine/take.mkv"));
  EXPECT_THAT(plan.script, ElementsAre("Something else."));
  EXPECT_FALSE(std::filesystem::exists(path("takes")));
}

TEST_F(Takes, WithoutAPlaceThereIsNone) {
  auto plan = plan_take({});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind(), ErrorKind::InvalidInput);
  EXPECT_THAT(must(plan_take({{}, path("take.mkv"), {}})).script, IsEmpty());
}

TEST_F(Takes, ATakeThatAKillLeftHasNoSidecarToKeep) {
  write("take.mkv", "killed");
  EXPECT_EQ(must(put_aside(path("take.mkv"))), path("take.earlier-1.mkv"));
  EXPECT_EQ(must(read_text_file(path("take.earlier-1.mkv"))), "killed");
  EXPECT_FALSE(std::filesystem::exists(path("take.mkv")));
}

TEST_F(Takes, WhereNothingCameInItsPlaceATakeHasItsNameAgain) {
  write("take.mkv", "first");
  write("take.take.json", "{}");
  const auto aside = must(put_aside(path("take.mkv")));
  must(take_back(aside, path("take.mkv")));
  EXPECT_EQ(must(read_text_file(path("take.mkv"))), "first");
  EXPECT_TRUE(std::filesystem::exists(path("take.take.json")));
  EXPECT_FALSE(std::filesystem::exists(aside));
  // Something came: it stays, and so does what was put aside.
  const auto again = must(put_aside(path("take.mkv")));
  write("take.mkv", "second");
  must(take_back(again, path("take.mkv")));
  EXPECT_EQ(must(read_text_file(path("take.mkv"))), "second");
  EXPECT_EQ(must(read_text_file(again)), "first");
}

TEST_F(Takes, AnEarlierTakeKeepsANameThatNothingElseHas) {
  write("take.mkv", "first");
  write("take.take.json", "{}");
  // Of a take that was moved away.
  write("take.earlier-1.take.json", "{}");
  EXPECT_EQ(must(put_aside(path("take.mkv"))), path("take.earlier-2.mkv"));
  EXPECT_EQ(must(read_text_file(path("take.earlier-2.mkv"))), "first");
  EXPECT_TRUE(std::filesystem::exists(path("take.earlier-2.take.json")));
  EXPECT_FALSE(std::filesystem::exists(path("take.mkv")));
  EXPECT_FALSE(std::filesystem::exists(path("take.take.json")));
  EXPECT_FALSE(put_aside(path("take.mkv"))) << "there is none any more";
}

TEST_F(Takes, PausesTellWhereLinesWereSaidThatNobodyNoted) {
  const capture::Script script = {"Good to see you.", "Here is the answer."};
  capture::RecordSummary recorded = test::record_presenter(path("take.mkv"), {160, 90}, std::nullopt, script);
  auto sidecar = must(capture::read_sidecar(recorded.path));
  const std::vector<capture::ScriptMark> noted = std::exchange(sidecar.marks, {});
  must(capture::write_sidecar(recorded.path, sidecar));

  EXPECT_EQ(must(add_marks(recorded, script)), std::nullopt);
  EXPECT_THAT(must(capture::read_sidecar(recorded.path)).marks, IsEmpty()) << "they were noted";
  recorded.marks.clear();
  EXPECT_EQ(must(add_marks(recorded, {})), std::nullopt);
  EXPECT_THAT(must(capture::read_sidecar(recorded.path)).marks, IsEmpty()) << "there is no script";
  EXPECT_EQ(must(add_marks(recorded, script)), std::nullopt);
  auto marks = must(capture::read_sidecar(recorded.path)).marks;
  ASSERT_EQ(marks.size(), noted.size());
  for (size_t i = 0; i < marks.size(); ++i) {
    EXPECT_EQ(marks[i].text, noted[i].text);
    EXPECT_LT(std::chrono::abs(marks[i].start - noted[i].start), 300ms) << i;
  }
}

TEST_F(Takes, WhereLinesCannotBeFoundTheTakeIsWholeAndThePersonIsTold) {
  capture::RecordSummary recorded;
  recorded.path = path("nothing.mkv");
  std::optional<std::string> note = must(add_marks(recorded, {"Good to see you."}));
  EXPECT_THAT(note.value_or(""), HasSubstr("note: where the script's lines were said could not be told ("));
}

TEST(TakeInWords, SaysWhatIsWorthKnowing) {
  capture::TakeSidecar sidecar;
  sidecar.duration = 21s;
  sidecar.size = {1280, 720};
  sidecar.frames.encoded = 629;
  sidecar.frames.repeated = 1;
  sidecar.frames.dropped[capture::Drop::Late] = 2;
  EXPECT_THAT(describe(sidecar), HasSubstr(", 630 frames, 2 dropped, 1 stand in for pictures that never came"));
  sidecar.size = {};
  EXPECT_THAT(describe(sidecar), testing::Not(HasSubstr("frames")));
}

}  // namespace
}  // namespace candid::campaign
