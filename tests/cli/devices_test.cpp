// candid devices and what candid doctor says of devices, on machines that have some and on those that have none.

#include <csignal>
#include <cstdlib>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "core/files.h"
#include "tests/cli/ended.h"
#include "tests/support/results.h"

namespace candid {
namespace {

using test::Ended;
using test::must;
using testing::HasSubstr;

// Runs candid where `environment` (shell assignments) says which display there is; never with a sound server.
Ended candid(const std::string& environment, const std::string& arguments) {
  auto folder = must(TemporaryFolder::create());
  std::string at = folder.path().string();
  std::string command =
      fmt::format("unset DISPLAY WAYLAND_DISPLAY; {} PULSE_SERVER=unix:{}/none CANDID_DATA={}/data '{}' {}",
                  environment, at, at, CANDID_PROGRAM, arguments);
  return test::run_shell(command, folder.path() / "out", folder.path() / "err");
}

nlohmann::json check_named(const nlohmann::json& doctor, const std::string& name) {
  for (const auto& check : doctor["checks"]) {
    if (check["name"] == name) return check;
  }
  return nullptr;
}

TEST(DevicesCommand, ListsAllKindsAsJson) {
  Ended ended = candid("", "devices --json");
  ASSERT_EQ(ended.code, 0) << ended.err;
  auto json = nlohmann::json::parse(ended.out);
  for (const char* kind : {"cameras", "microphones", "screens", "problems"}) EXPECT_TRUE(json[kind].is_array()) << kind;
  for (const auto& camera : json["cameras"]) {
    EXPECT_THAT(camera["id"].get<std::string>(), testing::StartsWith("/dev/video"));
    EXPECT_TRUE(camera["used_by"].is_array());
    EXPECT_TRUE(camera["problem"].is_null() || camera["problem"].contains("hint"));
    for (const auto& mode : camera["modes"]) {
      EXPECT_GT(mode["width"].get<int>(), 0);
      EXPECT_TRUE(mode["rates"].is_array());
    }
  }
  for (const auto& microphone : json["microphones"]) EXPECT_TRUE(microphone["default"].is_boolean());
  EXPECT_TRUE(json["screens"].empty()) << "there is no display";
  ASSERT_GE(json["problems"].size(), 2u) << "neither a sound server nor a display";
  for (const auto& problem : json["problems"]) EXPECT_FALSE(problem["hint"].get<std::string>().empty()) << problem;
}

TEST(DevicesCommand, SaysWhatToDoWhereThereIsNone) {
  Ended ended = candid("", "devices");
  ASSERT_EQ(ended.code, 0) << ended.err;
  for (const char* heading : {"Cameras", "Microphones", "Screens: none"}) EXPECT_THAT(ended.out, HasSubstr(heading));
  EXPECT_THAT(ended.out, HasSubstr("$DISPLAY is not set"));
  EXPECT_THAT(ended.out, HasSubstr("cannot ask the sound server"));
  if (!std::filesystem::exists("/dev/video0")) {
    EXPECT_THAT(ended.out, HasSubstr("--camera test: needs none"));
  }
  EXPECT_THAT(candid("WAYLAND_DISPLAY=wayland-0", "devices").out, HasSubstr("XWayland"));
  EXPECT_EQ(candid("", "devices --help").code, 0);
}

TEST(DevicesCommand, NeverCallsALackOfDevicesALackOfTheMachine) {
  Ended ended = candid("", "doctor --json");
  auto json = nlohmann::json::parse(ended.out);
  for (const char* name : {"camera", "microphone", "screen"}) {
    auto check = check_named(json, name);
    ASSERT_TRUE(check.is_object()) << name;
    EXPECT_EQ(check["needed"], false) << name;
    EXPECT_TRUE(check["ok"] == true || !check["remedy"].get<std::string>().empty()) << check;
  }
  EXPECT_EQ(check_named(json, "screen")["ok"], false);
}

// An X server of the test's own, without a monitor anybody sees.
class VirtualDisplay {
 public:
  VirtualDisplay() {
    int ends[2];
    if (::pipe(ends) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], 3);
      std::freopen("/dev/null", "w", stderr);
      // Without -noreset it begins anew when its last client leaves, and drops who comes meanwhile.
      ::execlp("Xvfb", "Xvfb", "-displayfd", "3", "-screen", "0", "800x600x24", "-nolisten", "tcp", "-noreset",
               nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    // The display's number and a line's end, when it listens; nothing when it is gone.
    char byte = 0;
    std::string number;
    while (::read(ends[0], &byte, 1) == 1 && byte != '\n') number += byte;
    if (!number.empty()) name_ = fmt::format(":{}", number);
    ::close(ends[0]);
  }
  ~VirtualDisplay() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  VirtualDisplay(const VirtualDisplay&) = delete;
  VirtualDisplay& operator=(const VirtualDisplay&) = delete;
  const std::string& name() const { return name_; }  // empty where there is no Xvfb

 private:
  pid_t pid_ = 0;
  std::string name_;
};

TEST(DevicesCommand, ListsTheMonitorsOfADisplay) {
  VirtualDisplay display;
  if (display.name().empty()) GTEST_SKIP() << "no Xvfb here";
  std::string environment = fmt::format("DISPLAY={}", display.name());
  Ended ended = candid(environment, "devices --json");
  ASSERT_EQ(ended.code, 0) << ended.err;
  auto screens = nlohmann::json::parse(ended.out)["screens"];
  ASSERT_EQ(screens.size(), 1u) << ended.out;
  EXPECT_THAT(screens[0]["id"].get<std::string>(), testing::StartsWith(display.name()));
  EXPECT_EQ(screens[0]["width"], 800);
  EXPECT_EQ(screens[0]["height"], 600);
  EXPECT_EQ(screens[0]["primary"], true);
  auto check = check_named(nlohmann::json::parse(candid(environment, "doctor --json").out), "screen");
  EXPECT_EQ(check["ok"], true) << check;
}

}  // namespace
}  // namespace candid
