#include <cstdlib>

#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include "tests/campaign/workbench.h"
#include "tests/cli/ended.h"
#include "tests/support/clips.h"

namespace candid {
namespace {

using test::Ended;
using test::must;
using test::quoted;
using test::Workbench;

// Runs candid with shell words, its data below the bench.
Ended candid(const Workbench& bench, const std::string& arguments) {
  const std::filesystem::path beside = bench.folder().parent_path();
  return test::run_shell("CANDID_DATA=" + quoted(beside / "data") + " '" CANDID_PROGRAM "' " + arguments,
                         beside / "stdout", beside / "stderr");
}

TEST(Program, HelpIsThereForEveryCommand) {
  Workbench bench;
  for (const char* command : {"",         "doctor", "devices",   "new",        "record",       "check", "greet",
                              "captions", "proof",  "render",    "publish",    "run",          "serve", "status",
                              "revoke",   "token",  "token add", "token list", "token remove", "backup"}) {
    Ended help = candid(bench, std::string(command) + " --help");
    EXPECT_EQ(help.code, 0) << command;
    EXPECT_THAT(help.out, testing::HasSubstr("--help")) << command;
  }
}

TEST(Program, WrongUseIsTwo) {
  Workbench bench;
  for (const char* arguments :
       {"", "rnder x", "render", "render x --jobs many", "run x --server example.com", "serve --listen nowhere",
        "status --nonsense", "record -o x.mkv", "record -o x.mkv --camera webcam:", "new x --kit nothing"}) {
    Ended ended = candid(bench, arguments);
    EXPECT_EQ(ended.code, 2) << arguments;
    EXPECT_THAT(ended.err, testing::HasSubstr("try:")) << arguments;
  }
}

TEST(Program, InvalidInputIsTwoAndNothingIsWritten) {
  Workbench bench;
  std::string folder = quoted(bench.folder());
  bench.write("campaign.toml", "rooster = 1\n" + test::kToml);
  for (const char* command : {"proof", "render", "publish", "run"}) {
    Ended ended = candid(bench, command + (" " + folder));
    EXPECT_EQ(ended.code, 2) << command;
    EXPECT_THAT(ended.err, testing::HasSubstr("campaign.toml:1: rooster: is not a known key")) << command;
    EXPECT_THAT(ended.err, testing::HasSubstr("did you mean roster?")) << command;
  }
  EXPECT_FALSE(std::filesystem::exists(bench.out()));
  EXPECT_FALSE(std::filesystem::exists(bench.folder().parent_path() / "data"));
}

TEST(Program, ABadRowIsThreeAndListed) {
  Workbench bench;
  bench.write(
      "candidates.csv",
      "id,name,role,email\n1,Jane,Engineer,jane@example.com\n2,,Engineer,x@example.com\n3,Joe,Engineer,not mail\n");
  std::string folder = quoted(bench.folder());
  Ended ended = candid(bench, "run " + folder + " --json");
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, testing::HasSubstr("candidates.csv:3: name: is empty"));
  EXPECT_THAT(ended.err, testing::HasSubstr("candidates.csv:4: email: \"not mail\" is not a mail address"));
  auto json = nlohmann::json::parse(ended.out);
  EXPECT_EQ(json["messages"].size(), 1u);
  EXPECT_EQ(json["rejected"].size(), 2u);
  EXPECT_EQ(json["rejected"][0]["line"], 3);
}

TEST(Program, ADoneJobIsZero) {
  Workbench bench;
  std::string folder = quoted(bench.folder());
  Ended run = candid(bench, "run " + folder + " --server http://127.0.0.1:1");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, testing::HasSubstr("http://127.0.0.1:1/v/"));
  EXPECT_THAT(run.err, testing::HasSubstr("no candid server answers at http://127.0.0.1:1 yet"));
  Ended status = candid(bench, "status " + folder + " --json");
  EXPECT_EQ(status.code, 0);
  EXPECT_EQ(nlohmann::json::parse(status.out)["campaigns"][0]["messages"][0]["state"], "sent");
  EXPECT_EQ(candid(bench, "doctor --json").code, 0);
}

TEST(Program, AFailureIsOne) {
  Workbench bench;
  // A file stands where the output folder should be.
  bench.write("out", "in the way");
  Ended ended = candid(bench, "render " + quoted(bench.folder()));
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, testing::HasSubstr("error:"));
}

TEST(Program, ATakeIsNeverReplaced) {
  Workbench bench;
  auto before = must(read_file(bench.folder() / "take.mkv"));
  Ended ended = candid(bench, "record " + quoted(bench.folder()) + " --camera test: --size 320x180 --max 1s");
  EXPECT_NE(ended.code, 0);
  EXPECT_THAT(ended.err, testing::HasSubstr("exists"));
  EXPECT_EQ(must(read_file(bench.folder() / "take.mkv")), before);
}

TEST(Program, ReadsHostileNamesAsText) {
  Workbench bench;
  bench.write("candidates.csv",
              "id,name,role\n1,\"x',drawtext=textfile=/etc/passwd\",r\n2,%{localtime},r\n3,100%,r\n4,<script>alert(1)</"
              "script>,r\n5,../../x,r\n6,=1+1,r\n");
  Ended ended = candid(bench, "run " + quoted(bench.folder()) + " --json");
  EXPECT_EQ(ended.code, 0) << ended.err;
  auto json = nlohmann::json::parse(ended.out);
  ASSERT_EQ(json["rendered"].size(), 6u);
  EXPECT_EQ(json["rendered"][0]["name"], "x',drawtext=textfile=/etc/passwd");
  EXPECT_EQ(json["rendered"][5]["name"], "=1+1");
  for (const auto& message : json["rendered"]) {
    std::filesystem::path file = message["file"].get<std::string>();
    EXPECT_EQ(file.parent_path(), bench.out()) << file;
    EXPECT_TRUE(std::filesystem::exists(file)) << file;
  }
  EXPECT_FALSE(std::filesystem::exists(bench.folder().parent_path() / "x.mp4"));
}

}  // namespace
}  // namespace candid
