#include "campaign/recent.h"

#include <cstdlib>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "core/files.h"
#include "core/log.h"
#include "tests/support/results.h"

namespace candid::campaign {
namespace {

using test::must;
using testing::HasSubstr;

class RecentTest : public testing::Test {
 protected:
  std::filesystem::path file() const { return temporary_.path() / "state" / "recent.json"; }
  std::filesystem::path campaign(const std::string& name) const {
    std::filesystem::path folder = temporary_.path() / name;
    must(make_folder(folder));
    must(write_file(folder / "campaign.toml", std::string_view("name = \"x\"\n")));
    return folder;
  }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const RecentCampaign& recent : read_recent(file())) names.push_back(recent.folder.filename().string());
    return names;
  }
  TemporaryFolder temporary_ = must(TemporaryFolder::create());
};

using Names = std::vector<std::string>;

TEST_F(RecentTest, NewestFirstAndEachOnce) {
  EXPECT_TRUE(read_recent(file()).empty());
  for (const char* name : {"a", "b", "c", "a"}) must(remember_recent(file(), campaign(name)));
  EXPECT_EQ(names(), (Names{"a", "c", "b"}));
  must(remember_recent(file(), campaign("b") / "." / ""));
  must(remember_recent(file(), campaign("c") / ".." / "c/"));
  EXPECT_EQ(names(), (Names{"c", "b", "a"})) << "however it was named";
  must(forget_recent(file(), campaign("b")));
  must(forget_recent(file(), campaign("never opened")));
  EXPECT_EQ(names(), (Names{"c", "a"}));
  EXPECT_TRUE(std::filesystem::exists(campaign("b") / "campaign.toml"));
}

TEST_F(RecentTest, KeepsTwenty) {
  for (int i = 0; i < 25; ++i) must(remember_recent(file(), temporary_.path() / fmt::format("c{}", i)));
  Names kept = names();
  ASSERT_EQ(kept.size(), kMostRecent);
  EXPECT_EQ(kept.front(), "c24");
  EXPECT_EQ(kept.back(), "c5");
}

TEST_F(RecentTest, TellsWhichAreMissing) {
  must(remember_recent(file(), campaign("there")));
  must(remember_recent(file(), temporary_.path() / "gone"));
  auto recent = read_recent(file());
  ASSERT_EQ(recent.size(), 2U);
  EXPECT_TRUE(recent[0].is_missing);
  EXPECT_FALSE(recent[1].is_missing);
}

TEST_F(RecentTest, PathsAreAbsoluteAndOfAnyScript) {
  std::filesystem::path odd = temporary_.path() / "Kampagne \"Ünï\" 王 🎉\n";
  must(remember_recent(file(), odd));
  must(remember_recent(file(), "somewhere"));
  auto recent = read_recent(file());
  EXPECT_EQ(recent[1].folder, odd);
  EXPECT_EQ(recent[0].folder, std::filesystem::current_path() / "somewhere");
  EXPECT_EQ(remember_recent(file(), "\xFF").error().kind(), ErrorKind::InvalidInput);
  EXPECT_EQ(read_recent(file()).size(), 2U);
}

TEST_F(RecentTest, ADamagedFileCountsAsEmptyAndIsToldInTheLog) {
  must(make_folder(file().parent_path()));
  for (std::string_view damaged :
       {"", "{", "[]", "{\"folders\": 3}", "{\"folders\": [3]}", "{\"folders\": {\"a\": \"b\"}}", "\xFF\xFE"}) {
    must(write_file(file(), damaged));
    testing::internal::CaptureStderr();
    EXPECT_TRUE(read_recent(file()).empty()) << damaged;
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("recent campaigns")) << damaged;
  }
  must(remember_recent(file(), campaign("a")));
  EXPECT_EQ(names(), (Names{"a"}));
}

TEST_F(RecentTest, LiesAmongThePersonsState) {
  const char* state = std::getenv("XDG_STATE_HOME");
  const std::optional<std::string> before = state == nullptr ? std::nullopt : std::optional<std::string>(state);
  ::setenv("XDG_STATE_HOME", "/var/state", 1);
  EXPECT_EQ(recent_file(), "/var/state/candid/recent.json");
  ::setenv("XDG_STATE_HOME", "relative", 1);
  EXPECT_THAT(recent_file().string(), testing::EndsWith(".local/state/candid/recent.json"));
  ::unsetenv("XDG_STATE_HOME");
  EXPECT_THAT(recent_file().string(), testing::EndsWith(".local/state/candid/recent.json"));
  if (before) ::setenv("XDG_STATE_HOME", before->c_str(), 1);
}

}  // namespace
}  // namespace candid::campaign
