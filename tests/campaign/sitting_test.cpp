// Greetings of many candidates: what is said, and written down.

#include "campaign/greetings/sitting.h"

#include <fstream>

#include <fmt/format.h>
#include <sys/stat.h>

#include "tests/campaign/sitting_fixture.h"

namespace candid::campaign {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using namespace std::chrono_literals;

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

}  // namespace
}  // namespace candid::campaign
