// Greetings of many candidates: what is said, written down, cut, and kept apart by name.

#include "campaign/sitting.h"

#include <fstream>

#include <fmt/format.h>

#include "campaign/greeting_cuts.h"
#include "campaign/sitting_writer.h"
#include "core/digest.h"
#include "core/encoding.h"
#include "tests/campaign/workbench.h"
#include "tests/support/clips.h"

namespace candid::campaign {
namespace {

using test::must;
using test::Workbench;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using namespace std::chrono_literals;

constexpr UtcTime kMorning{std::chrono::milliseconds{1'763'800'000'000}};

Candidate candidate(const std::string& id, const std::string& name) {
  Candidate one;
  one.id = id;
  one.name = name;
  return one;
}

Roster roster_of(std::vector<Candidate> candidates) {
  Roster roster;
  roster.candidates = std::move(candidates);
  return roster;
}

class SittingTest : public testing::Test {
 protected:
  std::filesystem::path greetings() const { return folder_.path() / "greetings"; }
  GreetingBook book() const { return must(GreetingBook::read(greetings())); }
  std::vector<Attempt> good() const {
    auto sittings = must(read_sittings(greetings()));
    return sittings.empty() ? std::vector<Attempt>() : sittings.back().good;
  }
  std::string digest(const std::string& clip) const { return to_hex(must(sha256_file(greetings() / clip))); }
  GreetingState state(const std::string& id, const std::string& name) const {
    return must(book().status_of(candidate(id, name))).state;
  }

  // A sitting of nine seconds: voice at 1..2, 4..5 and 7..7.3 s; each of three people has three seconds.
  SittingJournal record(UtcTime began = kMorning) const {
    auto journal = must(SittingJournal::create(greetings(), "c", began));
    test::make_clip(journal.take(),
                    "-f lavfi -i testsrc2=s=160x120:r=30:d=9 -f lavfi -i "
                    "\"aevalsrc='0.2*(between(t,1,2)+between(t,4,5)+between(t,7,7.3))*(sin(2*PI*140*t)+sin(2*PI*700*t)/"
                    "2)+0.0004*(random(0)-0.5)':s=48000:d=9\" -c:v libx264 -preset ultrafast -c:a pcm_s16le");
    return journal;
  }
  static void say_all_good(const SittingJournal& journal) {
    must(journal.good({"1", "Jane", 0s, 3s}));
    must(journal.good({"2", "Peter", 3s, 6s}));
    must(journal.good({"3", "Al", 6s, 9s}));
  }
  std::vector<GreetingCut> cut() const { return must(cut_pending(greetings(), book(), all_, {}, {})); }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  Roster all_ = roster_of({candidate("1", "Jane"), candidate("2", "Peter"), candidate("3", "Al")});
};

TEST_F(SittingTest, GoesFromOneToTheNextAndTheLastGoodAttemptWins) {
  auto journal = must(SittingJournal::create(greetings(), "c", kMorning));
  Sitting sitting({&all_.candidates[0], &all_.candidates[1], &all_.candidates[2]}, journal);
  EXPECT_EQ(sitting.current()->name, "Jane");
  EXPECT_EQ(sitting.next()->name, "Peter");
  EXPECT_TRUE(must(sitting.good(3s)));
  EXPECT_EQ(sitting.current()->name, "Peter");
  must(sitting.again(5s));
  EXPECT_TRUE(must(sitting.good(8s)));
  must(sitting.back(9s));
  EXPECT_EQ(sitting.current()->name, "Peter");
  EXPECT_TRUE(sitting.is_good(1));
  EXPECT_TRUE(must(sitting.good(12s)));
  must(sitting.skip(13s));
  EXPECT_EQ(sitting.current(), nullptr);
  EXPECT_EQ(sitting.good_count(), 2U);
  must(sitting.end(13s));
  EXPECT_THAT(good(), ElementsAre(Attempt{"1", "Jane", 0s, 3s}, Attempt{"2", "Peter", 9s, 12s}));
}

TEST_F(SittingTest, WhatWasSaidBeforeAPauseDoesNotCount) {
  auto journal = must(SittingJournal::create(greetings(), "c", kMorning));
  Sitting sitting({&all_.candidates[0]}, journal);
  must(sitting.pause(4s));
  must(sitting.resume(4s));
  EXPECT_TRUE(must(sitting.good(6s)));
  EXPECT_THAT(good(), ElementsAre(Attempt{"1", "Jane", 4s, 6s}));
}

TEST_F(SittingTest, AgainBeginsAnew) {
  auto journal = must(SittingJournal::create(greetings(), "c", kMorning));
  Sitting sitting({&all_.candidates[0]}, journal);
  must(sitting.again(5s));
  EXPECT_EQ(sitting.current()->name, "Jane");
  EXPECT_TRUE(must(sitting.good(8s)));
  EXPECT_THAT(good(), ElementsAre(Attempt{"1", "Jane", 5s, 8s}));
}

TEST_F(SittingTest, ADoublePressIsOne) {
  auto journal = must(SittingJournal::create(greetings(), "c", kMorning));
  Sitting sitting({&all_.candidates[0], &all_.candidates[1]}, journal);
  EXPECT_TRUE(must(sitting.good(3s)));
  EXPECT_FALSE(must(sitting.good(3'100ms)));
  EXPECT_EQ(sitting.current()->name, "Peter");
  EXPECT_THAT(good(), SizeIs(1));
}

TEST_F(SittingTest, BackAtTheFirstStaysThere) {
  auto journal = must(SittingJournal::create(greetings(), "c", kMorning));
  Sitting sitting({&all_.candidates[0], &all_.candidates[1]}, journal);
  must(sitting.back(1s));
  EXPECT_EQ(sitting.current()->name, "Jane");
}

TEST_F(SittingTest, ABackThatIsSkippedLeavesWhatWasGood) {
  auto journal = must(SittingJournal::create(greetings(), "c", kMorning));
  Sitting sitting({&all_.candidates[0], &all_.candidates[1]}, journal);
  EXPECT_TRUE(must(sitting.good(3s)));
  must(sitting.back(4s));
  must(sitting.skip(5s));
  EXPECT_THAT(good(), ElementsAre(Attempt{"1", "Jane", 0s, 3s}));
}

// A program may die after any byte that it wrote.
TEST_F(SittingTest, AJournalIsReadAsFarAsItGoes) {
  auto journal = must(SittingJournal::create(greetings(), "c", kMorning));
  say_all_good(journal);
  std::filesystem::path path = must(read_sittings(greetings())).at(0).journal;
  const std::string whole = must(read_text_file(path));
  for (size_t length = 0; length <= whole.size(); ++length) {
    must(write_file(path, std::string_view(whole).substr(0, length)));
    auto sittings = read_sittings(greetings());
    ASSERT_TRUE(sittings) << length;
    std::string_view kept = std::string_view(whole).substr(0, length);
    // Without its line break a line may be whole all the same.
    size_t lines = static_cast<size_t>(std::count(kept.begin(), kept.end(), '\n'));
    size_t good_lines = lines > 0 ? lines - 1 : 0;
    size_t found = sittings->at(0).good.size();
    EXPECT_GE(found, good_lines) << length;
    EXPECT_LE(found, good_lines + 1) << length;
    // What is written after a torn line is not lost.
    must(SittingJournal::open(sittings->at(0)).good({"9", "Zoe", 1s, 2s}));
    auto after = must(read_sittings(greetings())).at(0).good;
    ASSERT_FALSE(after.empty()) << length;
    EXPECT_EQ(after.back().candidate, "9") << length;
  }
}

TEST_F(SittingTest, AFileThatIsNoJournalIsTold) {
  must(make_folder(sittings_folder(greetings())));
  must(write_file(sittings_folder(greetings()) / "notes.jsonl",
                  std::string_view("{\"event\":\"good\",\"candidate\":7}\n")));
  auto sittings = read_sittings(greetings());
  ASSERT_FALSE(sittings);
  EXPECT_EQ(sittings.error().kind(), ErrorKind::Corrupt);
  EXPECT_THAT(sittings.error().message(), HasSubstr("notes.jsonl:1"));
}

TEST_F(SittingTest, TwoWithinASecondHaveNamesOfTheirOwnInOrder) {
  must(must(SittingJournal::create(greetings(), "c", kMorning)).good({"1", "Jane", 0s, 1s}));
  must(must(SittingJournal::create(greetings(), "c", kMorning)).good({"1", "Jane", 0s, 2s}));
  must(must(SittingJournal::create(greetings(), "c", kMorning)).good({"1", "Jane", 0s, 3s}));
  auto sittings = must(read_sittings(greetings()));
  ASSERT_EQ(sittings.size(), 3U);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(sittings[i].good.at(0).to, std::chrono::seconds(i + 1));
}

TEST_F(SittingTest, CutsAClipForEachAndFlagsWhatIsWrong) {
  say_all_good(record());
  auto cuts = cut();
  ASSERT_EQ(cuts.size(), 3U);
  EXPECT_THAT(cuts[0].flaws, IsEmpty());
  EXPECT_THAT(cuts[1].flaws, IsEmpty());
  EXPECT_THAT(cuts[2].flaws, ElementsAre(capture::CutFlaw::TooShort));
  for (const GreetingCut& one : cuts) {
    EXPECT_FALSE(one.error);
    EXPECT_EQ(one.file, greetings() / (one.attempt.candidate + ".mkv"));
    EXPECT_NEAR(std::chrono::duration<double>(must(media::probe(one.file)).duration).count(),
                std::chrono::duration<double>(one.length).count(), 0.02);
  }
  EXPECT_NEAR(std::chrono::duration<double>(cuts[0].length).count(), 1.6, 0.1);
  EXPECT_EQ(state("1", "Jane"), GreetingState::Ready);
  EXPECT_EQ(state("3", "Al"), GreetingState::Flawed);
  EXPECT_FALSE(std::filesystem::exists(sittings_folder(greetings()) / "unplaced"));
  EXPECT_THAT(cut(), IsEmpty()) << "all is cut";
}

TEST_F(SittingTest, WhoCannotBeHeardGetsNoClip) {
  auto journal = record();
  must(journal.good({"1", "Jane", 2'500ms, 3'500ms}));
  auto cuts = cut();
  ASSERT_EQ(cuts.size(), 1U);
  EXPECT_THAT(cuts[0].flaws, ElementsAre(capture::CutFlaw::NoVoice));
  EXPECT_TRUE(cuts[0].file.empty());
  auto status = must(book().status_of(all_.candidates[0]));
  EXPECT_EQ(status.state, GreetingState::Missing);
  EXPECT_THAT(status.flaws, ElementsAre("no_voice"));
  EXPECT_THAT(cut(), IsEmpty());
}

// Whichever line was the last one that came to the disk, the next start makes of it what was good.
TEST_F(SittingTest, AKilledSittingIsCutAtTheNextStart) {
  say_all_good(record());
  cut();
  const std::filesystem::path path = must(read_sittings(greetings())).at(0).journal;
  std::vector<std::string> lines;
  {
    std::istringstream text(must(read_text_file(path)));
    for (std::string line; std::getline(text, line);) lines.push_back(line);
  }
  ASSERT_EQ(lines.size(), 7U) << "begin, three good, three cut";
  for (size_t kept = 0; kept <= lines.size(); ++kept) {
    SCOPED_TRACE(kept);
    for (const char* id : {"1", "2", "3"}) std::filesystem::remove(greetings() / fmt::format("{}.mkv", id));
    std::string text;
    for (size_t i = 0; i < kept; ++i) text += lines[i] + "\n";
    must(write_file(path, text));
    size_t good_lines = kept < 1 ? 0 : std::min<size_t>(kept - 1, 3);
    size_t cut_lines = kept < 5 ? 0 : kept - 4;
    EXPECT_EQ(cut().size(), good_lines - cut_lines);
    for (size_t i = cut_lines; i < good_lines; ++i)
      EXPECT_TRUE(std::filesystem::exists(greetings() / fmt::format("{}.mkv", i + 1)));
    EXPECT_THAT(cut(), IsEmpty());
  }
}

TEST_F(SittingTest, AStopDuringCuttingIsGoneOnFrom) {
  say_all_good(record());
  std::stop_source stop;
  auto stopped = cut_pending(
      greetings(), book(), all_,
      [&](size_t done, size_t) {
        if (done == 1) stop.request_stop();
      },
      stop.get_token());
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind(), ErrorKind::Cancelled);
  EXPECT_TRUE(std::filesystem::exists(greetings() / "1.mkv"));
  EXPECT_FALSE(std::filesystem::exists(greetings() / "2.mkv"));
  EXPECT_EQ(cut().size(), 2U);
}

TEST_F(SittingTest, ATakeThatIsGoneFailsItsOwnGreetingsAlone) {
  auto first = record();
  must(first.good({"1", "Jane", 0s, 3s}));
  std::filesystem::remove(first.take());
  auto second = record(kMorning + 1h);
  must(second.good({"2", "Peter", 3s, 6s}));
  auto cuts = cut();
  ASSERT_EQ(cuts.size(), 2U);
  ASSERT_TRUE(cuts[0].error);
  EXPECT_EQ(cuts[0].error->kind(), ErrorKind::NotFound);
  EXPECT_FALSE(cuts[1].error);
}

TEST_F(SittingTest, ARenamedCandidateIsAskedAgain) {
  say_all_good(record());
  cut();
  EXPECT_EQ(state("1", "JANE"), GreetingState::Ready) << "letter case is not spoken";
  EXPECT_EQ(state("1", "Janet"), GreetingState::OtherName);
  EXPECT_EQ(must(book().status_of(candidate("1", "Janet"))).recorded_name, "Jane");
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
  EXPECT_THAT(book().orphans(all_), ElementsAre(Attempt{"1", "Jane", 0s, 3s}));
  all_.candidates[0].name = "Jane";
  EXPECT_EQ(cut().size(), 1U) << "the roster was wrong, not the greeting";
}

TEST_F(SittingTest, OfTwoSittingsTheLaterOneIsTaken) {
  auto first = record();
  must(first.good({"1", "Jane", 0s, 3s}));
  auto second = record(kMorning + 1h);
  must(second.good({"1", "Jane", 3s, 6s}));
  auto cuts = cut();
  ASSERT_EQ(cuts.size(), 1U);
  EXPECT_EQ(cuts[0].attempt.from, 3s);
}

TEST_F(SittingTest, AGreetingThatStandsIsKeptWhenAnotherTakesItsPlace) {
  must(make_folder(greetings()));
  must(write_file(greetings() / "1.mp4", std::string_view("somebody's own")));
  EXPECT_EQ(state("1", "Jane"), GreetingState::Ready);
  auto first = record();
  must(first.good({"1", "Jane", 0s, 3s}));
  cut();
  EXPECT_THAT(book().clips_of("1"), ElementsAre(greetings() / "1.mkv")) << "and none beside it";
  auto replaced = sittings_folder(greetings()) / "replaced";
  EXPECT_EQ(must(read_text_file(replaced / fmt::format("1.before-{}.mp4", first.take().stem().string()))),
            "somebody's own");
  std::string earlier = digest("1.mkv");
  must(record(kMorning + 1h).good({"1", "Jane", 3s, 6s}));
  cut();
  EXPECT_NE(digest("1.mkv"), earlier);
  auto kept = must(files_below(replaced));
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_TRUE(std::any_of(kept.begin(), kept.end(),
                          [&](const auto& file) { return to_hex(must(sha256_file(file))) == earlier; }));
}

TEST_F(SittingTest, WhatWasFlaggedCanBeAccepted) {
  say_all_good(record());
  cut();
  EXPECT_TRUE(must(accept_greeting(book(), candidate("3", "Al"))));
  EXPECT_EQ(state("3", "Al"), GreetingState::Ready);
  EXPECT_FALSE(must(accept_greeting(book(), candidate("3", "Al")))) << "nothing is wrong any more";
  EXPECT_TRUE(must(accept_greeting(book(), candidate("1", "Jane Sample"))));
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

TEST(GreetingsOfACampaign, AGreetingThatSaysAnotherNameIsABadRow) {
  Workbench bench;
  const auto greetings = bench.folder() / "greetings";
  must(make_folder(greetings));
  auto journal = must(SittingJournal::create(greetings, "c", kMorning));
  test::make_clip(greetings / "1.mkv", "-f lavfi -i color=green:s=320x180:r=30:d=1 -c:v libx264 -pix_fmt yuv420p");
  must(journal.cut({"1", "Jane Sample", to_hex(must(sha256_file(greetings / "1.mkv"))), {}}));
  bench.write("campaign.toml", test::kToml + "[greeting]\nfolder = \"greetings\"\n");
  EXPECT_TRUE(bench.job().greetings.contains(0));
  bench.write("candidates.csv",
              "id,name,role,email\n1,Anna Other,Engineer,jane@example.com\n2,Al,Designer,a@example.com\n");
  Job job = bench.job();
  ASSERT_EQ(job.roster.rejected.size(), 1U);
  EXPECT_THAT(job.roster.rejected[0].findings.at(0).message, HasSubstr("was said to \"Jane Sample\""));
  EXPECT_TRUE(job.greetings.empty());
  // A clip of somebody's own in its place is taken as it is.
  test::make_clip(greetings / "1.mkv", "-f lavfi -i color=blue:s=320x180:r=30:d=1 -c:v libx264 -pix_fmt yuv420p");
  EXPECT_TRUE(bench.job().greetings.contains(0));
}

}  // namespace
}  // namespace candid::campaign
