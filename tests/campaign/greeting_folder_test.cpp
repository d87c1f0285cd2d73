// What stands around a sitting: a campaign's folder of greetings, and who is greeted.

#include "campaign/greetings/greeting_folder.h"

#include "campaign/greetings/greeting_choice.h"
#include "campaign/greetings/open_sitting.h"
#include "campaign/greetings/presenter_director.h"
#include "core/files.h"
#include "tests/support/results.h"

namespace candid::campaign {
namespace {

using test::must;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

const std::string kPeople = "id,name\n1,Jane\n2,Peter\n3,Al\n";
const std::string kWithoutTable = "name = \"c\"\nroster = \"people.csv\"\ntake = \"takes/body.mkv\"\n";

class GreetingFolderTest : public testing::Test {
 protected:
  GreetingFolderTest() {
    write("people.csv", kPeople);
    write("campaign.toml", kWithoutTable + "[greeting]\nfolder = \"hello\"\n");
  }
  void write(const std::string& name, std::string_view text) const { must(write_file(folder_.path() / name, text)); }
  GreetingFolder open() const {
    Findings findings;
    GreetingFolder folder = must(open_greetings(folder_.path(), findings));
    EXPECT_THAT(findings, IsEmpty());
    return folder;
  }
  static std::vector<std::string> ids(const std::vector<const Candidate*>& chosen) {
    std::vector<std::string> ids;
    for (const Candidate* candidate : chosen) ids.push_back(candidate->id);
    return ids;
  }
  static std::unique_ptr<capture::Source> presenter(const std::string& microphone, const capture::Script& script) {
    capture::SourceSettings settings;
    settings.camera = "test:";
    settings.microphone = microphone;
    settings.size = media::FrameSize{160, 120};
    settings.script = script;
    return must(capture::open_source(settings));
  }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

TEST_F(GreetingFolderTest, IsMadeAndTheTakeNeedNotBeThereYet) {
  GreetingFolder folder = open();
  EXPECT_EQ(folder.greetings, folder_.path() / "hello");
  EXPECT_TRUE(std::filesystem::is_directory(folder.greetings));
  EXPECT_TRUE(folder.has_table);
  EXPECT_EQ(folder.roster.candidates.size(), 3U);
  write("campaign.toml", kWithoutTable);
  folder = open();
  EXPECT_EQ(folder.greetings, folder_.path() / "greetings");
  EXPECT_FALSE(folder.has_table);
}

TEST_F(GreetingFolderTest, AnErrorIsToldAndNothingIsLeft) {
  write("campaign.toml", kWithoutTable + "rooster = 1\n[greeting]\nfolder = \"hello\"\n");
  Findings findings;
  auto folder = open_greetings(folder_.path(), findings);
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().kind(), ErrorKind::InvalidInput);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].column, "rooster");
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "hello"));
}

TEST_F(GreetingFolderTest, WhoOnlyLooksMakesNothing) {
  for (const std::string& toml : {kWithoutTable, kWithoutTable + "[greeting]\nfolder = \"hello\"\n"}) {
    write("campaign.toml", toml);
    Findings findings;
    const GreetingFolder folder = must(look_into_greetings(folder_.path(), findings));
    EXPECT_THAT(findings, IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(folder.greetings));
    const GreetingOverview overview = must(overview_of(folder));
    ASSERT_EQ(overview.standing.size(), 3U);
    for (const GreetingStanding& one : overview.standing) EXPECT_EQ(one.status.state, GreetingState::Missing);
    EXPECT_FALSE(std::filesystem::exists(folder.greetings));
  }
}

TEST_F(GreetingFolderTest, WhoOnlyLooksIsToldWhatElseIsWrong) {
  write("campaign.toml", kWithoutTable + "[video]\nmax_mb = 5\n[greeting]\nfolder = \"hello\"\n");
  Findings findings;
  ASSERT_FALSE(look_into_greetings(folder_.path(), findings));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_THAT(findings[0].message, HasSubstr("not with max_mb"));
}

TEST_F(GreetingFolderTest, OneWorksThereAtATime) {
  GreetingFolder folder = open();
  auto lock = must(lock_greetings(folder));
  auto second = lock_greetings(folder);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind(), ErrorKind::Exists);
  EXPECT_THAT(second.error().message(), HasSubstr("another candid greet works in"));
}

TEST_F(GreetingFolderTest, WhoLacksAGreetingIsChosenOrWhoIsNamed) {
  GreetingFolder folder = open();
  write("hello/2.mkv", "somebody's own");
  EXPECT_THAT(ids(must(choose_greeted(folder, {}))), ElementsAre("1", "3"));
  EXPECT_THAT(ids(must(choose_greeted(folder, {{}, false, 1}))), ElementsAre("1"));
  EXPECT_THAT(ids(must(choose_greeted(folder, {{"3", "2"}, false, 0}))), ElementsAre("2", "3"));
  auto nobody = choose_greeted(folder, {{"10"}, false, 0});
  ASSERT_FALSE(nobody);
  EXPECT_THAT(nobody.error().message(), HasSubstr("no candidate has the id \"10\""));
}

TEST_F(GreetingFolderTest, AnIdThatCannotNameAClipIsToldBeforeAnythingIsRecorded) {
  write("people.csv", "id,name\nA,Jane\na,Peter\n../x,Al\n");
  GreetingFolder folder = open();
  const auto all = must(choose_greeted(folder, {}));
  Findings findings;
  auto checked = check_clip_names(folder, all, findings);
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().message(), HasSubstr("2 ids cannot be a clip's name"));
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].line, 3);
  EXPECT_EQ(findings[1].line, 4);
}

TEST_F(GreetingFolderTest, ASittingIsRecordedCutAndLookedOver) {
  GreetingFolder folder = open();
  auto lock = must(lock_greetings(folder));
  const auto turns = must(turns_for(folder, must(choose_greeted(folder, {{}, false, 2}))));
  const std::vector<std::string> lines = presenter_lines(turns);
  auto source = presenter("test:", lines);
  auto opened = must(OpenSitting::begin(folder, turns, *source));
  PresenterDirector director(opened->sitting(), lines, source->marks());
  RecordedSitting recorded =
      must(opened->record([&](const auto& moment, const auto& state) { return director.hear(moment, state); }, {}));
  EXPECT_EQ(recorded.problem, std::nullopt);
  EXPECT_TRUE(std::filesystem::exists(sittings_folder(folder.greetings) / (recorded.name + ".mkv")));

  std::vector<std::string> cut;
  for (const GreetingCut& one : must(cut_pending(folder, {}, {}))) cut.push_back(one.attempt.candidate);
  EXPECT_THAT(cut, ElementsAre("1", "2"));
  GreetingOverview overview = must(overview_of(folder));
  ASSERT_EQ(overview.standing.size(), 3U);
  EXPECT_EQ(overview.standing[1].candidate->name, "Peter");
  EXPECT_NE(overview.standing[1].status.state, GreetingState::Missing);
  EXPECT_EQ(overview.standing[2].status.state, GreetingState::Missing);
  EXPECT_THAT(overview.orphans, IsEmpty());
}

TEST_F(GreetingFolderTest, ASittingInWhichNothingWasRecordedLeavesNothing) {
  GreetingFolder folder = open();
  const auto turns = must(turns_for(folder, must(choose_greeted(folder, {}))));
  auto source = presenter("test:", {});
  auto opened = must(OpenSitting::begin(folder, turns, *source));
  RecordedSitting recorded =
      must(opened->record([](const auto&, const auto&) { return capture::Direction::Finish; }, {}));
  EXPECT_EQ(recorded.name, "");
  EXPECT_EQ(recorded.problem, std::nullopt);
  EXPECT_TRUE(std::filesystem::is_empty(sittings_folder(folder.greetings)));
}

TEST_F(GreetingFolderTest, AGreetingNeedsPictureAndSound) {
  GreetingFolder folder = open();
  const auto turns = must(turns_for(folder, must(choose_greeted(folder, {}))));
  auto source = presenter("", {});
  auto opened = OpenSitting::begin(folder, turns, *source);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind(), ErrorKind::InvalidInput);
}

}  // namespace
}  // namespace candid::campaign
