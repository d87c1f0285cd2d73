// Greetings of many candidates: what is said, written down, cut, and kept apart by name.

#include "campaign/sitting.h"

#include <fstream>

#include <fmt/format.h>
#include <sys/stat.h>

#include "campaign/greeting_cuts.h"
#include "campaign/proof.h"
#include "campaign/sitting_writer.h"
#include "core/digest.h"
#include "core/encoding.h"
#include "tests/campaign/workbench.h"
#include "tests/support/clips.h"

namespace candid::campaign {
namespace {

using test::must;
using test::Workbench;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
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
    must(journal.good({"1", {"Jane"}, 0s, 3s}));
    must(journal.good({"2", {"Peter"}, 3s, 6s}));
    must(journal.good({"3", {"Al"}, 6s, 9s}));
  }
  // Of the first so many, who are greeted by name.
  std::vector<Sitting::Turn> turns(size_t count) const {
    std::vector<Sitting::Turn> turns;
    for (size_t i = 0; i < count; ++i)
      turns.push_back({&all_.candidates[i], must(words_for(all_.candidates[i], FieldText()))});
    return turns;
  }
  std::filesystem::path journal_file() const { return must(read_sittings(greetings())).at(0).journal; }
  std::vector<GreetingCut> cut() const { return must(cut_pending(greetings(), book(), all_, {}, {})); }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  Roster all_ = roster_of({candidate("1", "Jane"), candidate("2", "Peter"), candidate("3", "Al")});
};

TEST_F(SittingTest, GoesFromOneToTheNextAndTheLastGoodAttemptWins) {
  auto journal = must(SittingJournal::create(greetings(), "c", kMorning));
  SittingWriter writer(journal);
  Sitting sitting(turns(3), writer);
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
  must(writer.finish());
  EXPECT_THAT(good(),
              ElementsAre(Attempt{"1", {"Jane", "", "Jane"}, 0s, 3s}, Attempt{"2", {"Peter", "", "Peter"}, 9s, 12s}));
}

TEST_F(SittingTest, WhatWasSaidBeforeAPauseDoesNotCount) {
  auto journal = must(SittingJournal::create(greetings(), "c", kMorning));
  SittingWriter writer(journal);
  Sitting sitting(turns(1), writer);
  must(sitting.pause(4s));
  must(sitting.resume(4s));
  EXPECT_TRUE(must(sitting.good(6s)));
  must(writer.finish());
  EXPECT_THAT(good(), ElementsAre(Attempt{"1", {"Jane", "", "Jane"}, 4s, 6s}));
}

TEST_F(SittingTest, AgainBeginsAnew) {
  auto journal = must(SittingJournal::create(greetings(), "c", kMorning));
  SittingWriter writer(journal);
  Sitting sitting(turns(1), writer);
  must(sitting.again(5s));
  EXPECT_EQ(sitting.current()->name, "Jane");
  EXPECT_TRUE(must(sitting.good(8s)));
  must(writer.finish());
  EXPECT_THAT(good(), ElementsAre(Attempt{"1", {"Jane", "", "Jane"}, 5s, 8s}));
}

TEST_F(SittingTest, ADoublePressIsOne) {
  auto journal = must(SittingJournal::create(greetings(), "c", kMorning));
  SittingWriter writer(journal);
  Sitting sitting(turns(2), writer);
  EXPECT_TRUE(must(sitting.good(3s)));
  EXPECT_FALSE(must(sitting.good(3'100ms)));
  EXPECT_EQ(sitting.current()->name, "Peter");
  must(writer.finish());
  EXPECT_THAT(good(), SizeIs(1));
}

TEST_F(SittingTest, BackAtTheFirstStaysThere) {
  auto journal = must(SittingJournal::create(greetings(), "c", kMorning));
  SittingWriter writer(journal);
  Sitting sitting(turns(2), writer);
  must(sitting.back(1s));
  EXPECT_EQ(sitting.current()->name, "Jane");
}

TEST_F(SittingTest, ABackThatIsSkippedLeavesWhatWasGood) {
  auto journal = must(SittingJournal::create(greetings(), "c", kMorning));
  SittingWriter writer(journal);
  Sitting sitting(turns(2), writer);
  EXPECT_TRUE(must(sitting.good(3s)));
  must(sitting.back(4s));
  must(sitting.skip(5s));
  must(writer.finish());
  EXPECT_THAT(good(), ElementsAre(Attempt{"1", {"Jane", "", "Jane"}, 0s, 3s}));
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
    must(SittingJournal::open(sittings->at(0)).good({"9", {"Zoe"}, 1s, 2s}));
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
  must(must(SittingJournal::create(greetings(), "c", kMorning)).good({"1", {"Jane"}, 0s, 1s}));
  must(must(SittingJournal::create(greetings(), "c", kMorning)).good({"1", {"Jane"}, 0s, 2s}));
  must(must(SittingJournal::create(greetings(), "c", kMorning)).good({"1", {"Jane"}, 0s, 3s}));
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
  must(journal.good({"1", {"Jane"}, 2'500ms, 3'500ms}));
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
  ASSERT_EQ(lines.size(), 10U) << "begin, three good, for each of them placing and cut";
  for (size_t kept = 0; kept <= lines.size(); ++kept) {
    SCOPED_TRACE(kept);
    for (const char* id : {"1", "2", "3"}) {
      std::filesystem::remove(greetings() / fmt::format("{}.mkv", id));
      std::filesystem::remove(greetings() / fmt::format("{}.greeting.json", id));
    }
    std::string text;
    for (size_t i = 0; i < kept; ++i) text += lines[i] + "\n";
    must(write_file(path, text));
    size_t good_lines = kept < 1 ? 0 : std::min<size_t>(kept - 1, 3);
    size_t cut_lines = kept < 5 ? 0 : (kept - 4) / 2;
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
  must(first.good({"1", {"Jane"}, 0s, 3s}));
  std::filesystem::remove(first.take());
  auto second = record(kMorning + 1h);
  must(second.good({"2", {"Peter"}, 3s, 6s}));
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
TEST_F(SittingTest, ASlowDiskKeepsNobodyWaiting) {
  auto journal = must(SittingJournal::create(greetings(), "c", kMorning));
  const std::filesystem::path path = journal_file();
  std::filesystem::remove(path);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  SittingWriter writer(journal);
  Sitting sitting(turns(2), writer);
  EXPECT_TRUE(must(sitting.good(3s)));
  must(sitting.skip(4s));
  EXPECT_EQ(sitting.current(), nullptr);
  std::string line;
  std::getline(std::ifstream(path), line);
  EXPECT_THAT(line, HasSubstr("\"good\""));
  EXPECT_FALSE(writer.finish()) << "a pipe cannot be brought to a disk";
}

TEST_F(SittingTest, LinesKeepTheirOrder) {
  auto journal = must(SittingJournal::create(greetings(), "c", kMorning));
  SittingWriter writer(journal);
  for (int i = 0; i < 40; ++i) writer.event("again", fmt::format("{}", i), 0s);
  must(writer.finish());
  std::istringstream text(must(read_text_file(journal_file())));
  std::string line;
  std::getline(text, line);
  for (int i = 0; i < 40; ++i) {
    std::getline(text, line);
    EXPECT_THAT(line, HasSubstr(fmt::format("\"candidate\":\"{}\"", i)));
  }
}

TEST_F(SittingTest, AJournalThatCannotBeWrittenEndsTheSitting) {
  auto journal = must(SittingJournal::create(greetings(), "c", kMorning));
  SittingWriter writer(journal);
  Sitting sitting(turns(2), writer);
  std::filesystem::remove_all(greetings());
  must(write_file(greetings(), std::string_view("no folder")));
  (void)sitting.again(1s);
  EXPECT_FALSE(writer.finish());
  auto next = sitting.good(3s);
  ASSERT_FALSE(next);
  EXPECT_THAT(next.error().message(), HasSubstr("cannot write"));
  EXPECT_FALSE(sitting.check());
  EXPECT_FALSE(sitting.is_good(0));
}

TEST(GreetingsOfACampaign, AGreetingThatSaysAnotherNameIsABadRow) {
  Workbench bench;
  const auto greetings = bench.folder() / "greetings";
  must(make_folder(greetings));
  auto journal = must(SittingJournal::create(greetings, "c", kMorning));
  test::make_clip(greetings / "1.mkv", "-f lavfi -i color=green:s=320x180:r=30:d=1 -c:v libx264 -pix_fmt yuv420p");
  must(journal.cut({"1", {"Jane Sample"}, to_hex(must(sha256_file(greetings / "1.mkv"))), {}}));
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

// What may be wrong with a greeting is told until somebody has listened to it.
TEST(GreetingsOfACampaign, AFlaggedGreetingIsTold) {
  Workbench bench;
  const auto greetings = bench.folder() / "greetings";
  must(make_folder(greetings));
  test::make_clip(greetings / "2.mkv", "-f lavfi -i color=green:s=320x180:r=30:d=1 -c:v libx264 -pix_fmt yuv420p");
  bench.write("candidates.csv",
              "id,name,role,email\n1,Jane Sample,Engineer,a@acme.org\n2,Al Muster,Designer,b@acme.org\n");
  bench.write("campaign.toml", test::kToml + "[greeting]\nfolder = \"greetings\"\n");
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
