// A sitting is cut into a clip for each.

#include "campaign/greetings/greeting_cuts.h"

#include <fmt/format.h>

#include "tests/campaign/sitting_fixture.h"

namespace candid::campaign {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

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

}  // namespace
}  // namespace candid::campaign
