#include <cstdlib>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include "core/files.h"
#include "tests/cli/ended.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

namespace candid {
namespace {

using test::Ended;
using test::must;
using test::quoted;

class CheckCommand : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              fmt::format("candid-check-command-{}", testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Ended check(const std::string& arguments) {
    return test::run_shell("'" CANDID_PROGRAM "' check " + arguments, folder_ / "out", folder_ / "err");
  }
  // Speech alone, with silence before it.
  std::filesystem::path speech(const std::string& name, const std::string& filters) {
    return test::make_clip(folder_ / name,
                           fmt::format("-f lavfi -i \"flite=text='Thank you for the good talk last week, we would like "
                                       "to show you around the office.':voice=slt\" -af \"aresample=48000,{}\" -c:a "
                                       "pcm_s16le",
                                       filters));
  }

  std::filesystem::path folder_;
};

TEST_F(CheckCommand, AFitTakeIsZero) {
  Ended ended = check(quoted(speech("good.mka", "volume=-3dB")));
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, testing::HasSubstr("fit to send."));
}

TEST_F(CheckCommand, WarningsAreZeroAndTheTrimIsThereToPaste) {
  auto path = speech("late.mka", "adelay=2500");
  Ended ended = check(quoted(path));
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, testing::ContainsRegex("\ntrim = \\[\"2\\.[0-9]s\", \"-0\\.0s\"\\]\n"));
  Ended json = check(quoted(path) + " --json");
  EXPECT_EQ(json.code, 0);
  auto report = nlohmann::json::parse(json.out);
  EXPECT_EQ(report["fit"], true);
  ASSERT_EQ(report["findings"].size(), 1u);
  EXPECT_EQ(report["findings"][0]["fault"], "silent_head");
  EXPECT_EQ(report["findings"][0]["severity"], "warning");
  EXPECT_THAT(report["trim"]["line"].get<std::string>(), testing::StartsWith("trim = [\"2."));
  EXPECT_EQ(report["facts"]["picture"], nullptr);
  EXPECT_LT(report["facts"]["sound"]["speech_dbfs"], -10);
}

TEST_F(CheckCommand, ATakeThatIsNotFitIsOne) {
  Ended ended = check(quoted(speech("silent.mka", "volume=0")) + " --json");
  EXPECT_EQ(ended.code, 1);
  auto report = nlohmann::json::parse(ended.out);
  EXPECT_EQ(report["fit"], false);
  EXPECT_EQ(report["findings"][0]["fault"], "no_sound");
  EXPECT_EQ(report["findings"][0]["severity"], "error");
  EXPECT_EQ(report["facts"]["sound"]["speech_dbfs"], nullptr);
}

TEST_F(CheckCommand, WhatIsNoTakeIsTwo) {
  EXPECT_EQ(check("").code, 2);
  Ended missing = check(quoted(folder_ / "nothing.mkv"));
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, testing::HasSubstr("does not exist"));
  EXPECT_EQ(check("'" CANDID_SOURCE_DIR "/README.md'").code, 2);
}

}  // namespace
}  // namespace candid
