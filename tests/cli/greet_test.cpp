// candid greet from outside: the drawn presenter says all by itself, or a person at a terminal leads.

#include <csignal>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/greet_screen.h"
#include "media/probe.h"
#include "tests/campaign/workbench.h"
#include "tests/cli/ended.h"
#include "tests/support/clips.h"
#include "tests/support/terminal.h"

namespace candid {
namespace {

using test::Ended;
using test::must;
using test::quoted;
using test::Workbench;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

const std::string kRoster =
    "id,name,role,email,Say it\n1,Jane Sample,Engineer,jane@example.com,JAYN SAM-pul\n"
    "2,Peter Example,Designer,p@example.com,\n3,Maria Muster,Designer,m@example.com,\n";
const std::string kGreetingTable =
    "\n[greeting]\nfolder = \"greetings\"\ntransition = \"crossfade\"\ncrossfade = \"0.5s\"\n"
    "script = \"Hello {{name}}, it was good to meet you.\"\n";

class Greet : public testing::Test {
 protected:
  Greet() {
    bench_.write("candidates.csv", kRoster);
    bench_.write("campaign.toml", test::kToml + kGreetingTable);
  }

  std::string command(const std::string& arguments) const {
    return "CANDID_DATA=" + quoted(bench_.folder().parent_path() / "data") + " '" CANDID_PROGRAM "' " + arguments;
  }
  Ended candid(const std::string& arguments) const {
    const std::filesystem::path beside = bench_.folder().parent_path();
    return test::run_shell(command(arguments), beside / "stdout", beside / "stderr");
  }
  Ended greet(const std::string& arguments) const {
    return candid("greet " + quoted(bench_.folder()) + " --camera test: --size 160x120 " + arguments);
  }

  std::filesystem::path greetings() const { return bench_.folder() / "greetings"; }
  std::vector<std::string> states(const nlohmann::json& json) const {
    std::vector<std::string> found;
    for (const auto& candidate : json["candidates"]) found.push_back(candidate["state"]);
    return found;
  }
  std::vector<std::string> asked(const nlohmann::json& json) const {
    std::vector<std::string> found;
    for (const auto& greeting : json["greetings"]) found.push_back(greeting["id"]);
    return found;
  }
  // What stands in all journals, an event a line: "good 1".
  std::vector<std::string> events() const {
    std::vector<std::string> found;
    for (const auto& file : must(files_below(greetings() / "sittings"))) {
      if (file.extension() != ".jsonl") continue;
      std::istringstream lines(must(read_text_file(file)));
      for (std::string line; std::getline(lines, line);) {
        auto json = nlohmann::json::parse(line);
        found.push_back(json["event"].get<std::string>() + " " + json.value("candidate", ""));
      }
    }
    return found;
  }

  Workbench bench_;
};

TEST_F(Greet, TwoSittingsMakeAllGreetingsAndTheVideosBeginWithThem) {
  Ended first = greet("--auto --json --count 2");
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_THAT(asked(first.json()), ElementsAre("1", "2"));
  EXPECT_THAT(states(first.json()), ElementsAre("ready", "ready", "missing"));
  for (const auto& greeting : first.json()["greetings"]) {
    EXPECT_THAT(greeting["flags"], IsEmpty());
    EXPECT_NEAR(greeting["loudness_lufs"].get<double>(), -17, 4);
    EXPECT_GT(greeting["length_s"].get<double>(), 1.5);
  }
  auto standing = must(read_file(greetings() / "1.mkv"));

  Ended second = greet("--auto --json");
  EXPECT_EQ(second.code, 0) << second.err;
  EXPECT_THAT(asked(second.json()), ElementsAre("3"));
  EXPECT_THAT(states(second.json()), ElementsAre("ready", "ready", "ready"));
  EXPECT_EQ(must(read_file(greetings() / "1.mkv")), standing) << "nobody is asked twice";
  EXPECT_THAT(greet("--auto --json").json()["sitting"], "");

  Ended render = candid("render " + quoted(bench_.folder()) + " --json");
  EXPECT_EQ(render.code, 0) << render.err;
  auto manifest = nlohmann::json::parse(must(read_text_file(bench_.out() / "manifest.json")));
  EXPECT_EQ(manifest["crossfade"], 15);
  ASSERT_EQ(manifest["messages"].size(), 3U);
  for (const auto& message : manifest["messages"]) {
    auto clip = must(media::probe(greetings() / fmt::format("{}.mkv", message["candidate"].get<std::string>())));
    auto video = must(media::probe(bench_.out() / message["file"].get<std::string>()));
    EXPECT_EQ(video.video.frames, clip.video.frames + 45 - 15) << message["candidate"];
  }
}

TEST_F(Greet, ARenamedCandidateIsAskedAgainAndTheOldClipIsKept) {
  ASSERT_EQ(greet("--auto --json").code, 0);
  std::string roster = kRoster;
  roster.replace(roster.find("Peter Example"), 13, "Petra Example");
  bench_.write("candidates.csv", roster);
  Ended render = candid("render " + quoted(bench_.folder()) + " --json");
  EXPECT_EQ(render.code, 3);
  EXPECT_THAT(render.err, HasSubstr("was said to \"Peter Example\""));
  Ended again = greet("--auto --json");
  EXPECT_THAT(asked(again.json()), ElementsAre("2"));
  EXPECT_THAT(states(again.json()), ElementsAre("ready", "ready", "ready"));
  EXPECT_EQ(must(files_below(greetings() / "sittings/replaced")).size(), 2U) << "the clip and its note";
  EXPECT_EQ(candid("render " + quoted(bench_.folder()) + " --json").code, 0);
}

TEST_F(Greet, ANicknameThatChangedIsAskedAgain) {
  std::string roster = "id,name,role,email,nickname\n1,Robert Sample,Engineer,r@example.com,Bob\n";
  bench_.write("candidates.csv", roster);
  bench_.write("campaign.toml", test::kToml +
                                    "\n[greeting]\nfolder = \"greetings\"\n"
                                    "script = \"Hello {{nickname}}, it was good to meet you.\"\n");
  ASSERT_EQ(greet("--auto --json").code, 0);
  roster.replace(roster.find("Bob"), 3, "Rob");
  bench_.write("candidates.csv", roster);
  // Gigabytes that people delete.
  std::filesystem::remove_all(greetings() / "sittings");
  Ended render = candid("render " + quoted(bench_.folder()));
  EXPECT_NE(render.code, 0);
  EXPECT_THAT(render.err, HasSubstr("was said as \"Hello Bob, it was good to meet you.\""));
  Ended again = greet("--auto --json");
  EXPECT_THAT(asked(again.json()), ElementsAre("1"));
  EXPECT_EQ(again.json()["greetings"][0]["words"], "Hello Rob, it was good to meet you.");
  EXPECT_EQ(candid("render " + quoted(bench_.folder())).code, 0);
}

TEST_F(Greet, TwoClipsOfOneCandidateAreAProblem) {
  ASSERT_EQ(greet("--auto --json").code, 0);
  std::filesystem::copy(greetings() / "2.mkv", greetings() / "2.mp4");
  Ended ended = greet("--auto");
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, HasSubstr("2.mkv and 2.mp4 are both this candidate's greeting\n  try: keep one of them"));
  EXPECT_THAT(ended.out, HasSubstr("2 of 3 candidates have a greeting"));
  EXPECT_THAT(states(greet("--auto --json").json()), ElementsAre("ready", "several", "ready"));
  EXPECT_EQ(greet("--keep 2").code, 2);
}

TEST_F(Greet, TellsWhyItCannotBegin) {
  must(make_folder(greetings() / "sittings"));
  {
    auto lock = must(FileLock::try_acquire(greetings() / "sittings/.lock"));
    EXPECT_THAT(greet("--auto").err, HasSubstr("another candid greet works in"));
  }
  std::filesystem::remove(greetings() / "sittings/.lock");
  must(make_folder(greetings() / "sittings/.lock"));
  Ended ended = greet("--auto");
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("sittings/.lock"));
  EXPECT_THAT(ended.err, Not(HasSubstr("another candid greet")));
}

TEST(GreetScreen, TellsWhatIsWrongWithTheRecording) {
  campaign::SittingView view;
  view.name = "Jane";
  view.lost_pictures = 12;
  view.disk_warning = "the disk has room for 2 min more";
  auto lines = cli::lines_of(view, 80);
  ASSERT_GT(lines.size(), 3U);
  EXPECT_EQ(lines[1], "! 12 pictures lost") << "where a small terminal leaves it out last";
  EXPECT_EQ(lines[2], "! the disk has room for 2 min more");
}

TEST(GreetScreen, AKeyMeansWhatItsPhaseSays) {
  using campaign::SittingCommand;
  using campaign::SittingPhase;
  EXPECT_EQ(cli::command_of(cli::Key::Space, SittingPhase::Ready), SittingCommand::Begin);
  EXPECT_EQ(cli::command_of(cli::Key::Enter, SittingPhase::Recording), SittingCommand::Good);
  EXPECT_EQ(cli::command_of(cli::Key::Space, SittingPhase::Paused), SittingCommand::PauseOrGoOn);
  EXPECT_EQ(cli::command_of(cli::key_of('p'), SittingPhase::Recording), SittingCommand::PauseOrGoOn);
  EXPECT_EQ(cli::command_of(cli::Key::Left, SittingPhase::Recording), SittingCommand::Back);
  EXPECT_EQ(cli::command_of(cli::Key::Escape, SittingPhase::Ready), SittingCommand::End);
  EXPECT_EQ(cli::command_of(cli::key_of('x'), SittingPhase::Recording), std::nullopt);
}

TEST_F(Greet, FlaggedIsThreeWithARemedyAndIsRedoneOrKept) {
  // So short a line that it cannot be all.
  bench_.write("campaign.toml", test::kToml + "\n[greeting]\nfolder = \"greetings\"\nscript = \"{{name}}\"\n");
  bench_.write("candidates.csv", "id,name,role,email\n1,Al,r,a@example.com\n2,Alexander Longername,r,b@example.com\n");
  Ended ended = greet("--auto");
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.out, HasSubstr("too_short"));
  EXPECT_THAT(ended.err, HasSubstr("--redo-flagged"));
  EXPECT_THAT(candid("render " + quoted(bench_.folder())).err,
              HasSubstr("1 of 2 greetings was flagged: 1.mkv (too_short)"));
  Ended proof = candid("proof " + quoted(bench_.folder()));
  EXPECT_THAT(proof.err, HasSubstr("candidates.csv:2: id: "));
  EXPECT_THAT(proof.err, HasSubstr("1.mkv was flagged: too_short"));
  EXPECT_THAT(greet("--auto --json").json()["greetings"], IsEmpty());
  EXPECT_THAT(asked(greet("--auto --json --redo-flagged").json()), ElementsAre("1"));
  EXPECT_EQ(greet("--keep 1").code, 0);
  EXPECT_THAT(candid("render " + quoted(bench_.folder())).err, Not(HasSubstr("flagged")));
  EXPECT_THAT(greet("--auto --json --redo-flagged").json()["greetings"], IsEmpty());
  EXPECT_THAT(asked(greet("--auto --json --only 2").json()), ElementsAre("2")) << "whether or not there is one";
}

TEST_F(Greet, WhatCannotBeIsRefusedBeforeAnythingIsRecorded) {
  Ended ended = greet("");
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("no terminal"));
  ended = candid("greet " + quoted(bench_.folder()) + " --camera none --mic none --auto");
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(greet("--auto --only 7").code, 2);
  bench_.write("candidates.csv",
               "id,name,role,email\n../x,Jane,r,a@example.com\nA,Al,r,b@example.com\na,Bo,r,c@example.com\n");
  ended = greet("--auto");
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("candidates.csv:2: id: the id \"../x\" cannot be the name of a file"));
  EXPECT_THAT(ended.err, HasSubstr("candidates.csv:4: id: \"A\" and \"a\" are one file name"));
  for (const auto& file : must(files_below(greetings()))) EXPECT_EQ(file.filename(), ".lock");
}

TEST_F(Greet, WithoutATableItTellsTheLinesAndLeavesTheFile) {
  bench_.write("campaign.toml", test::kToml);
  Ended ended = greet("--auto --count 1");
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("[greeting]\n  folder = \"greetings\""));
  EXPECT_EQ(must(read_text_file(bench_.folder() / "campaign.toml")), test::kToml);
  EXPECT_TRUE(std::filesystem::exists(greetings() / "1.mkv"));
}

TEST_F(Greet, ExplainsItself) {
  Ended help = candid("greet --help");
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, HasSubstr("--redo-flagged"));
}

TEST_F(Greet, TheTakeNeedNotBeThereYet) {
  std::filesystem::remove(bench_.folder() / "take.mkv");
  EXPECT_EQ(greet("--auto --count 1 --json").code, 0);
}

// What the sitting's screen says.
class SittingTerminal : public test::Terminal {
 public:
  using Terminal::Terminal;

  // Until a picture of the screen holds the text, and the take is so long.
  void wait_for(const std::string& text, double recorded = 0) {
    wait_until(
        [&](const std::string& all) {
          size_t status = all.rfind(" good · ");
          if (status == std::string::npos) return false;
          size_t begin = all.rfind('\n', status);
          std::string picture = all.substr(begin == std::string::npos ? 0 : begin);
          return picture.find(text) != std::string::npos && std::stod(all.substr(status + 9)) >= recorded;
        },
        text);
  }
  double recorded() const { return std::stod(screen().substr(screen().rfind(" good · ") + 9)); }
};

class GreetAtATerminal : public Greet {
 protected:
  std::string live(const std::string& arguments = "") const {
    return command("greet " + quoted(bench_.folder()) + " --camera test:live --size 160x120 " + arguments);
  }
  std::filesystem::path out() const { return bench_.folder().parent_path() / "out.json"; }
};

TEST_F(GreetAtATerminal, KeysSayWhatIsGood) {
  SittingTerminal terminal(live("--json"), out());
  terminal.wait_for("not recording yet");
  EXPECT_THAT(terminal.screen(), HasSubstr("Jane Sample"));
  EXPECT_THAT(terminal.screen(), HasSubstr("say: JAYN SAM-pul"));
  EXPECT_THAT(terminal.screen(), HasSubstr("Hello Jane Sample, it was good to meet you."));
  EXPECT_THAT(terminal.screen(), HasSubstr("then: Peter Example"));
  terminal.type(" ");
  terminal.wait_for("1 of 3", 0.6);
  terminal.type("a");
  terminal.wait_for("1 of 3", terminal.recorded() + 0.7);
  terminal.type(" ");
  terminal.wait_for("2 of 3", terminal.recorded() + 0.7);
  terminal.type("\r");
  terminal.wait_for("3 of 3");
  terminal.type("b");
  terminal.wait_for("good already");
  terminal.type("s");
  terminal.wait_for("3 of 3");
  terminal.type("p");
  terminal.wait_for("paused");
  terminal.type("p");
  terminal.wait_for("recording");
  terminal.type("q");
  int code = terminal.wait_for_end();
  EXPECT_TRUE(code == 0 || code == 3) << code << terminal.screen();
  EXPECT_TRUE(terminal.is_as_before());
  std::vector<std::string> seen = events();
  std::erase_if(seen,
                [](const std::string& event) { return event.starts_with("cut") || event.starts_with("placing"); });
  EXPECT_THAT(seen,
              ElementsAre("begin ", "again 1", "good 1", "good 2", "back 3", "skip 2", "pause 3", "resume 3", "end 3"));
  auto json = nlohmann::json::parse(must(read_text_file(out())));
  EXPECT_THAT(asked(json), ElementsAre("1", "2"));
  EXPECT_EQ(states(json)[2], "missing");
}

TEST_F(GreetAtATerminal, WhoLeavesBeforeTheBeginningLeavesNothing) {
  SittingTerminal terminal(live(), out());
  terminal.wait_for("not recording yet");
  terminal.type("q");
  EXPECT_EQ(terminal.wait_for_end(), 0) << terminal.screen();
  for (const auto& file : must(files_below(greetings()))) EXPECT_EQ(file.filename(), ".lock");
}

// A live picture is older than the key that is pressed at it.
TEST_F(GreetAtATerminal, WhatWasSaidBeforeTheLastKeyIsInTheTake) {
  SittingTerminal terminal(live("--json --count 1"), out());
  terminal.wait_for("not recording yet");
  terminal.type(" ");
  terminal.wait_for("1 of 1", 1.0);
  terminal.type(" ");
  int code = terminal.wait_for_end();
  EXPECT_TRUE(code == 0 || code == 3) << code << terminal.screen();
  std::optional<int64_t> to;
  std::filesystem::path take;
  for (const auto& file : must(files_below(greetings() / "sittings"))) {
    if (file.extension() == ".mkv") take = file;
    if (file.extension() != ".jsonl") continue;
    std::istringstream lines(must(read_text_file(file)));
    for (std::string line; std::getline(lines, line);) {
      auto json = nlohmann::json::parse(line);
      if (json["event"] == "good") to = json["to_us"];
    }
  }
  ASSERT_TRUE(to);
  EXPECT_GE(must(media::probe(take)).duration.count(), *to - 1000);
}

TEST_F(GreetAtATerminal, CtrlCEndsWithOneAndTheNextRunCuts) {
  SittingTerminal terminal(live(), out());
  terminal.wait_for("not recording yet");
  terminal.type(" ");
  terminal.wait_for("1 of 3", 2.5);
  terminal.type(" ");
  terminal.wait_for("2 of 3");
  terminal.type("\x03");
  EXPECT_EQ(terminal.wait_for_end(), 1) << terminal.screen();
  EXPECT_TRUE(terminal.is_as_before());
  EXPECT_THAT(asked(greet("--auto --json --count 1").json()), ElementsAre("1", "2"));
}

TEST_F(GreetAtATerminal, AKilledSittingLosesNothingThatWasGood) {
  {
    SittingTerminal terminal(live(), out());
    terminal.wait_for("not recording yet");
    terminal.type(" ");
    terminal.wait_for("1 of 3", 2.5);
    terminal.type(" ");
    terminal.wait_for("2 of 3", terminal.recorded() + 1.5);  // the take reaches the disk every half second
    terminal.kill();
  }
  EXPECT_THAT(events(), Contains("good 1"));
  EXPECT_FALSE(std::filesystem::exists(greetings() / "1.mkv"));
  Ended next = greet("--auto --json --count 1");
  EXPECT_THAT(asked(next.json()), ElementsAre("1", "2")) << next.err;
  EXPECT_TRUE(std::filesystem::exists(greetings() / "1.mkv"));
  EXPECT_THAT(next.json()["greetings"][0]["flags"], Not(Contains("no_voice")));
}

}  // namespace
}  // namespace candid
