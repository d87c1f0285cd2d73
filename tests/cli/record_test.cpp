// candid record from outside: at a terminal, and where nobody watches.

#include <csignal>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include "capture/take_sidecar.h"
#include "cli/level_bar.h"
#include "cli/live_display.h"
#include "cli/recording_screen.h"
#include "core/files.h"
#include "media/probe.h"
#include "tests/cli/ended.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"
#include "tests/support/terminal.h"

namespace candid {
namespace {

using test::Ended;
using test::must;
using test::quoted;
using test::Terminal;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

class RecordAtATerminal : public testing::Test {
 protected:
  RecordAtATerminal() {
    must(write_file(script(), std::string_view("Good to see you.\nHere is the answer.\nAll the best.\n")));
  }
  std::filesystem::path script() const { return folder_.path() / "script.txt"; }
  std::filesystem::path take() const { return folder_.path() / "take.mkv"; }
  std::filesystem::path out() const { return folder_.path() / "out"; }
  std::string record(const std::string& arguments = "") const {
    return fmt::format("'" CANDID_PROGRAM "' record -o {} --camera test:live --size 320x180 {}", quoted(take()),
                       arguments);
  }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      found.push_back(entry.path().filename().string());
    std::sort(found.begin(), found.end());
    return found;
  }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

TEST_F(RecordAtATerminal, KeysDoWhatTheScreenSays) {
  Terminal terminal(record("--countdown 1 --script " + quoted(script())), out());
  terminal.wait_for_next("ready");
  terminal.wait_for_next("Good to see you.");
  terminal.type("\r");
  terminal.wait_for_next("0:00.6");
  terminal.type("m");
  terminal.wait_for_next("1 marks");
  terminal.type("n");
  terminal.wait_for_next("0:01.5");
  terminal.type(" ");
  terminal.wait_for_next("paused at");
  terminal.type(" ");
  terminal.wait_for_next("0:02.2");
  terminal.type("\r");
  terminal.wait_for_next("keep it");
  terminal.type("\r");
  EXPECT_EQ(terminal.wait_for_end(), 0) << terminal.screen();
  EXPECT_TRUE(terminal.is_as_before());

  auto sidecar = must(capture::read_sidecar(take()));
  EXPECT_EQ(sidecar.ended_by, "finished");
  ASSERT_EQ(sidecar.bookmarks.size(), 1U);
  EXPECT_NEAR(std::chrono::duration<double>(sidecar.bookmarks[0]).count(), 0.7, 0.5);
  ASSERT_EQ(sidecar.pauses.size(), 1U);
  ASSERT_EQ(sidecar.marks.size(), 2U);
  EXPECT_EQ(sidecar.marks[1].text, "Here is the answer.");
  EXPECT_EQ(sidecar.marks[1].start, sidecar.marks[0].end);
  auto facts = must(media::probe(take()));
  EXPECT_EQ(facts.video.frames, sidecar.frames.in_take());
  EXPECT_GT(sidecar.frames.dropped_for(capture::Drop::Standby), 20) << "before it began, and in the pause";
}

TEST_F(RecordAtATerminal, AgainKeepsWhatWasSaidBesideTheNewTake) {
  Terminal terminal(record("--countdown 0"), out());
  terminal.wait_for_next("ready");
  terminal.type("\r");
  terminal.wait_for_next("0:00.7");
  terminal.type("r");
  terminal.wait_for_next("is kept as");
  terminal.wait_for_next("ready");
  terminal.type("\r");
  terminal.wait_for_next("0:00.7");
  terminal.type("q");
  terminal.wait_for_next("keep it");
  terminal.type("r");
  terminal.wait_for_next("ready");
  terminal.type("\r");
  terminal.wait_for_next("0:00.7");
  terminal.type("q");
  terminal.wait_for_next("keep it");
  terminal.type("\r");
  EXPECT_EQ(terminal.wait_for_end(), 0) << terminal.screen();
  EXPECT_THAT(names(), ElementsAre("out", "script.txt", "take.earlier-1.mkv", "take.earlier-1.take.json",
                                   "take.earlier-2.mkv", "take.earlier-2.take.json", "take.mkv", "take.take.json"));
}

TEST_F(RecordAtATerminal, GivingUpAsksAndThenLeavesNothing) {
  Terminal terminal(record("--countdown 0"), out());
  terminal.wait_for_next("ready");
  terminal.type("\r");
  terminal.wait_for_next("0:00.5");
  terminal.type("c");
  terminal.wait_for_next("Delete this take?");
  terminal.type("x");
  terminal.wait_for_next("paused at");
  terminal.type("c");
  terminal.wait_for_next("Delete this take?");
  terminal.type("y");
  EXPECT_EQ(terminal.wait_for_end(), 1);
  EXPECT_THAT(names(), ElementsAre("out", "script.txt"));
  EXPECT_TRUE(terminal.is_as_before());
}

TEST_F(RecordAtATerminal, InterruptedKeepsTheTake) {
  Terminal terminal(record("--countdown 0"), out());
  terminal.wait_for_next("ready");
  terminal.type("\r");
  terminal.wait_for_next("0:00.5");
  terminal.signal(SIGINT);
  EXPECT_EQ(terminal.wait_for_end(), 0) << terminal.screen();
  EXPECT_EQ(must(capture::read_sidecar(take())).ended_by, "stopped");
  EXPECT_TRUE(terminal.is_as_before());
}

TEST_F(RecordAtATerminal, ATerminalThatIsClosedKeepsTheTake) {
  Terminal terminal(record("--countdown 0"), out());
  terminal.wait_for_next("ready");
  terminal.type("\r");
  terminal.wait_for_next("0:00.5");
  terminal.signal(SIGHUP);
  EXPECT_EQ(terminal.wait_for_end(), 0) << terminal.screen();
  EXPECT_EQ(must(capture::read_sidecar(take())).ended_by, "stopped");
}

TEST_F(RecordAtATerminal, TwoKeysAtOnceBeginAgain) {
  Terminal terminal(record("--countdown 0"), out());
  terminal.wait_for_next("ready");
  terminal.type("\r\rr");
  terminal.wait_for_next("ready");
  terminal.type("q");
  EXPECT_EQ(terminal.wait_for_end(), 1);
  EXPECT_THAT(names(), ElementsAre("out", "script.txt"));
}

TEST_F(RecordAtATerminal, LeavingBeforeTheBeginningLeavesNothing) {
  Terminal terminal(record(), out());
  terminal.wait_for_next("ready");
  terminal.type("q");
  EXPECT_EQ(terminal.wait_for_end(), 1);
  EXPECT_THAT(names(), ElementsAre("out", "script.txt"));
}

class Record : public RecordAtATerminal {
 protected:
  Ended candid(const std::string& command) const { return test::run_shell(command, out(), folder_.path() / "err"); }
};

TEST_F(Record, AccountsForEveryPictureInItsJson) {
  Ended ended = candid(record("--max 1s --json"));
  ASSERT_EQ(ended.code, 0) << ended.err;
  auto json = nlohmann::json::parse(ended.out);
  int64_t dropped = 0;
  for (const auto& [reason, count] : json["frames"]["dropped"].items()) dropped += count.get<int64_t>();
  EXPECT_EQ(json["frames"]["captured"], json["frames"]["encoded"].get<int64_t>() + dropped);
  EXPECT_EQ(json["frames"]["encoded"].get<int64_t>() + json["frames"]["repeated"].get<int64_t>(), 30);
  EXPECT_EQ(json["ended_by"], "max_length");
}

TEST_F(Record, PlacesThePresentersMarksAfterACountdown) {
  auto with = [&](const std::string& arguments) {
    Ended ended =
        candid("'" CANDID_PROGRAM "' record -o " + quoted(folder_.path() / (arguments + "take.mkv")) +
               " --camera test: --size 320x180 --json --script " + quoted(script()) + " --countdown " + arguments);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return nlohmann::json::parse(ended.out)["marks"];
  };
  auto at_once = with("0");
  auto later = with("2");
  ASSERT_EQ(at_once.size(), 3U);
  ASSERT_GE(later.size(), 1U);
  EXPECT_NEAR(later.back()["start_s"].get<double>(), at_once.back()["start_s"].get<double>() - 2, 0.04);
}

TEST_F(Record, FindsTheScriptsLinesInTheSoundWhereNobodyScrolled) {
  Ended ended = candid(record("--max 6s --script " + quoted(script())));
  ASSERT_EQ(ended.code, 0) << ended.err;
  auto marks = must(capture::read_sidecar(take())).marks;
  ASSERT_EQ(marks.size(), 3U) << ended.err;
  EXPECT_LT(marks[0].end, marks[1].start);
}

TEST_F(Record, NeverOverwrites) {
  must(write_file(take(), std::string_view("precious")));
  Ended ended = candid(record("--max 1s"));
  EXPECT_NE(ended.code, 0);
  EXPECT_THAT(ended.err, HasSubstr("never overwritten"));
  EXPECT_EQ(must(read_text_file(take())), "precious");
}

TEST_F(Record, NamesWhatCannotBe) {
  auto with = [&](const std::string& arguments) {
    return candid("'" CANDID_PROGRAM "' record -o " + quoted(take()) + " " + arguments);
  };
  for (auto [arguments, words] : {std::pair{"--camera test:tube", "test:live"},
                                  {"--camera none --mic none", "nothing to record"},
                                  {"--camera test: --size 12", "1280x720"},
                                  {"--camera test: --fps x", "29.97"},
                                  {"--camera test: --bubble middle", "top-left"},
                                  {"--camera test: --max 0s", "more than nothing"},
                                  {"--camera none --mic default --fps 0", "1 to 120"},
                                  {"--screen default --mic none --size 641x481", "even"},
                                  {"--camera /dev/video99", "/dev/video99"},
                                  {"--mic test: --camera none", "presenter"}}) {
    Ended ended = with(arguments);
    EXPECT_EQ(ended.code, 2) << arguments << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(words)) << arguments;
  }
  EXPECT_FALSE(std::filesystem::exists(take()));
}

TEST(LevelBar, IsAsLongAsItIsLoud) {
  EXPECT_EQ(cli::level_bar(-90, 4), "▕····▏ silent");
  EXPECT_EQ(cli::level_bar(-30, 4), "▕██··▏ -30 dB");
  EXPECT_EQ(cli::level_bar(0, 4), "▕████▏ 0 dB");
}

TEST(RecordingScreen, AKeyMeansWhatItsPhaseSays) {
  using capture::DeskCommand;
  using capture::DeskPhase;
  EXPECT_EQ(cli::command_of(cli::Key::Space, DeskPhase::Looking), DeskCommand::Begin);
  EXPECT_EQ(cli::command_of(cli::Key::Space, DeskPhase::Recording), DeskCommand::PauseOrGoOn);
  EXPECT_EQ(cli::command_of(cli::key_of('q'), DeskPhase::Counting), DeskCommand::GiveUp);
  EXPECT_EQ(cli::command_of(cli::key_of('q'), DeskPhase::Paused), DeskCommand::Finish);
  EXPECT_EQ(cli::command_of(cli::key_of('y'), DeskPhase::Leaving), DeskCommand::Delete);
  EXPECT_EQ(cli::command_of(cli::key_of('r'), DeskPhase::Leaving), DeskCommand::Keep) << "any other key";
  EXPECT_EQ(cli::command_of(cli::key_of('m'), DeskPhase::Looking), std::nullopt);
}

TEST(Wrapped, CountsCells) {
  EXPECT_THAT(cli::wrapped("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(cli::wrapped("漢字漢字 漢字", 9), ElementsAre("漢字漢字", "漢字"));
  EXPECT_THAT(cli::wrapped("a\033[2Jb", 20), ElementsAre("a [2Jb"));
  EXPECT_THAT(cli::wrapped("", 20), IsEmpty());
}

}  // namespace
}  // namespace candid
