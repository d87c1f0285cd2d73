// Greetings are kept apart by name and words.

#include "campaign/greetings/greeting_book.h"

#include <fmt/format.h>

#include "campaign/proof.h"
#include "tests/campaign/sitting_fixture.h"
#include "tests/campaign/workbench.h"
#include "tests/support/clips.h"

namespace candid::campaign {
namespace {

using namespace test;
using candid::test::Workbench;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using namespace std::chrono_literals;

TEST_F(SittingTest, ARenamedCandidateIsAskedAgain) {
  say_all_good(record());
  cut();
  EXPECT_EQ(state("1", "JANE"), GreetingState::Ready) << "letter case is not spoken";
  EXPECT_EQ(state("1", "Janet"), GreetingState::OtherName);
  EXPECT_THAT(must(book().status_of(candidate("1", "Janet"))).problem,
              HasSubstr("was said to \"Jane\", and the roster has \"Janet\""));
  // Another's clip under this one's id.
  std::filesystem::copy(greetings() / "1.mkv", greetings() / "4.mkv");
  EXPECT_EQ(state("4", "Kim"), GreetingState::OtherName);
  EXPECT_EQ(state("4", "Jane"), GreetingState::Ready) << "who only got another id keeps the greeting";
}

TEST_F(SittingTest, NothingIsCutForANameThatChangedMeanwhile) {
  say_all_good(record());
  all_.candidates[0].name = "Janet";
  auto cuts = cut();
  ASSERT_EQ(cuts.size(), 2U);
  EXPECT_FALSE(std::filesystem::exists(greetings() / "1.mkv"));
  EXPECT_THAT(book().orphans(all_), ElementsAre(Attempt{"1", {"Jane"}, 0s, 3s}));
  all_.candidates[0].name = "Jane";
  EXPECT_EQ(cut().size(), 1U) << "the roster was wrong, not the greeting";
}

TEST_F(SittingTest, OfTwoSittingsTheLaterOneIsTaken) {
  auto first = record();
  must(first.good({"1", {"Jane"}, 0s, 3s}));
  auto second = record(kMorning + 1h);
  must(second.good({"1", {"Jane"}, 3s, 6s}));
  auto cuts = cut();
  ASSERT_EQ(cuts.size(), 1U);
  EXPECT_EQ(cuts[0].attempt.from, 3s);
}

TEST_F(SittingTest, AGreetingThatStandsIsKeptWhenAnotherTakesItsPlace) {
  must(make_folder(greetings()));
  must(write_file(greetings() / "1.mp4", std::string_view("somebody's own")));
  EXPECT_EQ(state("1", "Jane"), GreetingState::Ready);
  auto first = record();
  must(first.good({"1", {"Jane"}, 0s, 3s}));
  cut();
  EXPECT_THAT(book().clips_of("1"), ElementsAre(greetings() / "1.mkv")) << "and none beside it";
  auto replaced = sittings_folder(greetings()) / "replaced";
  EXPECT_EQ(must(read_text_file(replaced / fmt::format("1.before-{}.mp4", first.take().stem().string()))),
            "somebody's own");
  std::string earlier = digest("1.mkv");
  must(record(kMorning + 1h).good({"1", {"Jane"}, 3s, 6s}));
  cut();
  EXPECT_NE(digest("1.mkv"), earlier);
  auto kept = must(files_below(replaced));
  ASSERT_EQ(kept.size(), 3U) << "both, and the note of the one that was cut here";
  EXPECT_TRUE(std::any_of(kept.begin(), kept.end(),
                          [&](const auto& file) { return to_hex(must(sha256_file(file))) == earlier; }));
}

TEST_F(SittingTest, WhatWasFlaggedCanBeAccepted) {
  say_all_good(record());
  cut();
  EXPECT_TRUE(must(accept_greeting(book(), candidate("3", "Al"), {})));
  EXPECT_EQ(state("3", "Al"), GreetingState::Ready);
  EXPECT_FALSE(must(accept_greeting(book(), candidate("3", "Al"), {}))) << "nothing is wrong any more";
  EXPECT_TRUE(must(accept_greeting(book(), candidate("1", "Jane Sample"), {})));
  EXPECT_EQ(state("1", "Jane Sample"), GreetingState::Ready);
  EXPECT_EQ(state("1", "Janet"), GreetingState::OtherName);
}

TEST_F(SittingTest, AnIdThatIsNoFileNameIsRefused) {
  EXPECT_EQ(must(clip_path("g", "jane@example.com")), std::filesystem::path("g/jane@example.com.mkv"));
  EXPECT_EQ(must(clip_path("g", "a.b")), std::filesystem::path("g/a.b.mkv"));
  EXPECT_EQ(must(clip_path("g", "Jos\u00e9 \u738b")), std::filesystem::path("g/Jos\u00e9 \u738b.mkv"));
  for (std::string id :
       {"", ".", "..", "../x", "a/b", "a\\b", ".hidden", "a.", " a", "a ", "a:b", "a\nb", "what?", "a*", "x\u202ey"}) {
    auto path = clip_path("g", id);
    ASSERT_FALSE(path) << id;
    EXPECT_EQ(path.error().kind(), ErrorKind::InvalidInput);
  }
  EXPECT_FALSE(clip_path("g", std::string(250, 'a')));
}

constexpr char kNicknames[] = "Hello {{nickname}}";

Candidate nicknamed(const std::string& id, const std::string& name, const std::string& nickname) {
  Candidate one = candidate(id, name);
  one.fields = {{"id", id}, {"name", name}, {"nickname", nickname}};
  return one;
}

// The worst failure there is: another's name gets through.
TEST_F(SittingTest, WhoGotAnotherNicknameIsAskedAgain) {
  const FieldText script = must(FieldText::parse(kNicknames));
  all_ = roster_of({nicknamed("1", "Robert Sample", "Bob")});
  must(record().good({"1", must(words_for(all_.candidates[0], script)), 0s, 3s}));
  ASSERT_EQ(cut().size(), 1U);
  auto status = [&](const char* nickname) { return must(book().status_of(nicknamed("1", "Robert Sample", nickname))); };
  EXPECT_EQ(status("Bob").state, GreetingState::Ready);
  EXPECT_EQ(status("BOB").state, GreetingState::Ready);
  EXPECT_EQ(status("Rob").state, GreetingState::OtherName);
  EXPECT_THAT(status("Rob").problem, HasSubstr("was said as \"Hello Bob\", and the roster makes it \"Hello Rob\""));
  EXPECT_EQ(must(book().status_of(candidate("1", "Robert Sample"))).state, GreetingState::OtherName)
      << "the column is gone";
  EXPECT_TRUE(must(accept_greeting(book(), nicknamed("1", "Robert Sample", "Rob"), {})));
  EXPECT_EQ(status("Rob").state, GreetingState::Ready);
  EXPECT_EQ(status("Bob").state, GreetingState::OtherName) << "what was accepted is known as well as what was said";
}

TEST_F(SittingTest, NothingIsCutForWordsThatChangedMeanwhile) {
  const FieldText script = must(FieldText::parse(kNicknames));
  must(record().good({"1", must(words_for(nicknamed("1", "Robert", "Bob"), script)), 0s, 3s}));
  all_ = roster_of({nicknamed("1", "Robert", "Rob")});
  EXPECT_THAT(cut(), IsEmpty());
  EXPECT_THAT(book().orphans(all_), SizeIs(1));
  all_ = roster_of({nicknamed("1", "Robert", "Bob")});
  EXPECT_EQ(cut().size(), 1U);
}

// Greetings that were said stay right when the script is worded anew for those who are still to come.
TEST_F(SittingTest, AnotherScriptMakesNoGreetingWrong) {
  Candidate robert = nicknamed("1", "Robert", "Bob");
  GreetingWords said = must(words_for(robert, must(FieldText::parse(kNicknames))));
  EXPECT_EQ(said, (GreetingWords{"Robert", kNicknames, "Hello Bob"}));
  EXPECT_FALSE(mismatch(said, robert));
}

TEST_F(SittingTest, WithoutANameAnyCellMayBeIt) {
  auto unnamed = [](const std::string& vorname, const std::string& say) {
    Candidate one = candidate("1", "");
    one.fields = {{"id", "1"}, {"vorname", vorname}, {"say_it", say}};
    return one;
  };
  GreetingWords said = must(words_for(unnamed("Jane", "JAYN"), {}));
  EXPECT_EQ(said.words, "id: 1, vorname: Jane");
  EXPECT_FALSE(mismatch(said, unnamed("Jane", "JAYNE"))) << "how it is spoken is no other name";
  EXPECT_TRUE(mismatch(said, unnamed("Joan", "JAYN")));
}

TEST_F(SittingTest, AJournalWithoutWordsIsJudgedByTheNameAlone) {
  auto journal = record();
  say_all_good(journal);
  cut();
  for (const char* id : {"1", "2"}) std::filesystem::remove(greetings() / fmt::format("{}.greeting.json", id));
  EXPECT_EQ(must(book().status_of(nicknamed("1", "Jane", "any"))).state, GreetingState::Ready);
  must(journal.cut({"2", {""}, digest("2.mkv"), {}}));
  EXPECT_EQ(state("2", ""), GreetingState::OtherName) << "an empty name is nobody's";
}

// Killed between the clip's name and the journal's line.
TEST_F(SittingTest, AClipThatStandsBeforeItsLineIsKnown) {
  say_all_good(record());
  cut();
  std::string text = must(read_text_file(journal_file()));
  size_t placing = text.find("\"placing\"");
  ASSERT_NE(placing, std::string::npos);
  must(write_file(journal_file(), std::string_view(text).substr(0, text.find('\n', placing) + 1)));
  std::filesystem::remove(greetings() / "1.greeting.json");
  EXPECT_EQ(state("1", "Jane"), GreetingState::Ready);
  EXPECT_EQ(state("1", "Janet"), GreetingState::OtherName);
}

TEST_F(SittingTest, AClipIsWrittenDownBeforeItGetsItsPlace) {
  must(record().good({"1", {"Jane", "", "Jane"}, 0s, 3s}));
  must(make_folder(greetings() / "1.mkv/in the way"));
  auto cuts = cut();
  ASSERT_EQ(cuts.size(), 1U);
  EXPECT_TRUE(cuts[0].error);
  auto sitting = must(read_sittings(greetings())).at(0);
  EXPECT_THAT(sitting.cuts, IsEmpty());
  ASSERT_THAT(sitting.placings, SizeIs(1));
  EXPECT_EQ(sitting.placings[0].said, (GreetingWords{"Jane", "", "Jane"}));
  EXPECT_EQ(must(read_note(greetings() / "1.mkv")), sitting.placings[0]);
}

TEST_F(SittingTest, AClipIsKnownWithoutItsSitting) {
  say_all_good(record());
  cut();
  std::filesystem::remove_all(sittings_folder(greetings()));
  EXPECT_EQ(state("1", "Jane"), GreetingState::Ready);
  EXPECT_EQ(state("1", "Janet"), GreetingState::OtherName);
  EXPECT_EQ(state("3", "Al"), GreetingState::Flawed);
  std::filesystem::copy(greetings() / "1.mkv", greetings() / "4.mkv");
  EXPECT_EQ(state("4", "Kim"), GreetingState::OtherName) << "another's clip, without its note";
  EXPECT_TRUE(must(accept_greeting(book(), candidate("3", "Al"), {})));
  EXPECT_EQ(state("3", "Al"), GreetingState::Ready);
}

TEST_F(SittingTest, AClipOfOursThatIsAnotherNowMustBeConfirmed) {
  say_all_good(record());
  cut();
  std::filesystem::remove_all(sittings_folder(greetings()));
  must(write_file(greetings() / "1.mkv", std::string_view("trimmed in another program")));
  auto status = must(book().status_of(candidate("1", "Jane")));
  EXPECT_EQ(status.state, GreetingState::Changed);
  EXPECT_THAT(status.problem, HasSubstr("1.mkv is not the file that candid greet cut"));
  EXPECT_THAT(status.hint, HasSubstr("--keep 1"));
  EXPECT_TRUE(must(accept_greeting(book(), candidate("1", "Jane"), {})));
  EXPECT_EQ(state("1", "Jane"), GreetingState::Ready);
  must(write_file(greetings() / "1.greeting.json", std::string_view("{")));
  EXPECT_EQ(state("1", "Jane"), GreetingState::Changed) << "a note that is no note";
}

TEST_F(SittingTest, ACopiedClipThatIsAcceptedLeavesItsFirstOwnerAlone) {
  say_all_good(record());
  cut();
  std::filesystem::copy(greetings() / "1.mkv", greetings() / "4.mkv");
  EXPECT_TRUE(must(accept_greeting(book(), candidate("4", "Kim"), {})));
  EXPECT_EQ(state("4", "Kim"), GreetingState::Ready);
  EXPECT_EQ(state("1", "Jane"), GreetingState::Ready);
}

TEST_F(SittingTest, OfTwoClipsNoneIsReady) {
  must(make_folder(greetings()));
  for (const char* name : {"1.mkv", "1.mp4"}) must(write_file(greetings() / name, std::string_view("one's own")));
  auto status = must(book().status_of(candidate("1", "Jane")));
  EXPECT_EQ(status.state, GreetingState::Several);
  EXPECT_THAT(status.problem, HasSubstr("1.mkv and 1.mp4"));
  EXPECT_FALSE(accept_greeting(book(), candidate("1", "Jane"), {}));
}

// A key is heard on the recording's thread. The journal is a pipe that nobody reads: a disk that does not answer.

TEST(GreetingsOfACampaign, AGreetingThatSaysAnotherNameIsABadRow) {
  Workbench bench;
  const auto greetings = bench.folder() / "greetings";
  must(make_folder(greetings));
  auto journal = must(SittingJournal::create(greetings, "c", kMorning));
  candid::test::make_clip(greetings / "1.mkv",
                          "-f lavfi -i color=green:s=320x180:r=30:d=1 -c:v libx264 -pix_fmt yuv420p");
  must(journal.cut({"1", {"Jane Sample"}, to_hex(must(sha256_file(greetings / "1.mkv"))), {}}));
  bench.write("campaign.toml", candid::test::kToml + "[greeting]\nfolder = \"greetings\"\n");
  EXPECT_TRUE(bench.job().greetings.contains(0));
  bench.write("candidates.csv",
              "id,name,role,email\n1,Anna Other,Engineer,jane@example.com\n2,Al,Designer,a@example.com\n");
  Job job = bench.job();
  ASSERT_EQ(job.roster.rejected.size(), 1U);
  EXPECT_THAT(job.roster.rejected[0].findings.at(0).message, HasSubstr("was said to \"Jane Sample\""));
  EXPECT_TRUE(job.greetings.empty());
  // A clip of somebody's own in its place is taken as it is.
  candid::test::make_clip(greetings / "1.mkv",
                          "-f lavfi -i color=blue:s=320x180:r=30:d=1 -c:v libx264 -pix_fmt yuv420p");
  EXPECT_TRUE(bench.job().greetings.contains(0));
}

// What may be wrong with a greeting is told until somebody has listened to it.
TEST(GreetingsOfACampaign, AFlaggedGreetingIsTold) {
  Workbench bench;
  const auto greetings = bench.folder() / "greetings";
  must(make_folder(greetings));
  candid::test::make_clip(greetings / "2.mkv",
                          "-f lavfi -i color=green:s=320x180:r=30:d=1 -c:v libx264 -pix_fmt yuv420p");
  bench.write("candidates.csv",
              "id,name,role,email\n1,Jane Sample,Engineer,a@acme.org\n2,Al Muster,Designer,b@acme.org\n");
  bench.write("campaign.toml", candid::test::kToml + "[greeting]\nfolder = \"greetings\"\n");
  must(write_note(greetings / "2.mkv",
                  {"2", {"Al Muster"}, to_hex(must(sha256_file(greetings / "2.mkv"))), {"cut_off"}}));
  auto workspace = must(Workspace::open(bench.folder()));
  auto messages = [&] {
    Findings findings;
    must(load_job(bench.folder(), findings));
    std::vector<std::string> found;
    for (const Finding& finding : findings) found.push_back(finding.message);
    return found;
  };
  EXPECT_THAT(messages(), Contains("1 of 1 greetings was flagged: 2.mkv (cut_off)"));
  Proof proof = must(make_proof(bench.job(), workspace, {}, {}, {}));
  EXPECT_THAT(proof.rows.at(0).findings, IsEmpty());
  ASSERT_THAT(proof.rows.at(1).findings, SizeIs(1));
  EXPECT_EQ(proof.rows[1].worst(), Severity::Warning);
  EXPECT_EQ(proof.rows[1].findings[0].line, 3);
  EXPECT_THAT(proof.rows[1].findings[0].message, HasSubstr("2.mkv was flagged: cut_off"));
  EXPECT_TRUE(proof.rows[1].standing.held_because.empty());

  EXPECT_TRUE(must(accept_greeting(must(GreetingBook::read(greetings)), bench.job().roster.candidates[1], {})));
  EXPECT_THAT(messages(), Not(Contains(HasSubstr("flagged"))));
  EXPECT_THAT(must(make_proof(bench.job(), workspace, {}, {}, {})).rows[1].findings, IsEmpty());
}

}  // namespace
}  // namespace candid::campaign
