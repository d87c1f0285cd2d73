#include "campaign/plan.h"

#include <set>

#include "tests/campaign/workbench.h"

namespace candid::campaign {
namespace {

using test::must;
using test::Workbench;

std::vector<PlannedMessage> planned(const Workbench& bench) {
  return must(make_plan(bench.job())).messages;
}

// Three seconds, a name in the first and a farewell in the last.
Workbench with_two_personal_ranges() {
  Workbench bench;
  bench.record("-f lavfi -i testsrc2=size=320x180:rate=30:duration=3 -c:v libx264 -preset ultrafast -pix_fmt yuv420p");
  bench.write("campaign.toml", R"(name = "Test campaign"
roster = "candidates.csv"
take = "take.mkv"
[[layer]]
kind = "lower_third"
text = "{{name}}"
end = "1s"
[[layer]]
kind = "text"
text = "Yours as a {{role}}"
start = "-1s"
)");
  return bench;
}

TEST(Plan, KeepsWhatIsPersonalApartFromWhatIsShared) {
  Workbench bench = with_two_personal_ranges();
  Plan plan = must(make_plan(bench.job()));
  ASSERT_EQ(plan.ranges.size(), 3U);
  EXPECT_EQ(plan.ranges[0].frame_count, 30);
  EXPECT_EQ(plan.ranges[1].frame_count, 30);
  EXPECT_EQ(plan.ranges[2].frame_count, 30);
  const auto& jane = plan.messages[0].segments;
  const auto& xiaoming = plan.messages[1].segments;
  EXPECT_NE(jane[0], xiaoming[0]);
  EXPECT_EQ(jane[1], xiaoming[1]) << "shared";
  EXPECT_NE(jane[2], xiaoming[2]);
  EXPECT_NE(jane[0], jane[2]);
}

TEST(Plan, EqualWordsAreOneSegment) {
  Workbench bench = with_two_personal_ranges();
  bench.write("candidates.csv", "id,name,role\n1,Anna,Engineer\n2,Anna,Engineer\n3,Bert,Engineer\n");
  Plan plan = must(make_plan(bench.job()));
  EXPECT_EQ(plan.messages[0].segments, plan.messages[1].segments);
  EXPECT_NE(plan.messages[0].key, plan.messages[1].key) << "they are two people all the same";
  EXPECT_NE(plan.messages[0].segments[0], plan.messages[2].segments[0]);
  EXPECT_EQ(plan.messages[0].segments[2], plan.messages[2].segments[2]) << "the role alone is told there";
  EXPECT_FALSE(plan.ranges[0].statistics.empty());
  EXPECT_TRUE(plan.ranges[2].statistics.empty()) << "one wording needs no first pass";
}

TEST(Plan, AChangeTouchesTheRangesThatShowIt) {
  Workbench bench = with_two_personal_ranges();
  Plan before = must(make_plan(bench.job()));
  auto changed = [&] {
    std::vector<bool> ranges;
    Plan after = must(make_plan(bench.job()));
    for (size_t i = 0; i < 3; ++i) ranges.push_back(before.messages[0].segments[i] != after.messages[0].segments[i]);
    return ranges;
  };
  std::string toml = must(read_text_file(bench.folder() / "campaign.toml"));
  bench.write("campaign.toml", toml + "text_color = \"#ff0000\"\n");
  EXPECT_EQ(changed(), (std::vector<bool>{false, false, true}));
  bench.write("campaign.toml", toml);
  EXPECT_EQ(changed(), (std::vector<bool>{false, false, false}));
  bench.write("campaign.toml", toml + "[video]\npreset = \"fast\"\n");
  EXPECT_EQ(changed(), (std::vector<bool>{true, true, true}));
}

TEST(Plan, CoversEveryFrameOnce) {
  Workbench bench;
  int64_t next = 0;
  for (const PlannedRange& range : must(make_plan(bench.job())).ranges) {
    EXPECT_EQ(range.first_frame, next);
    EXPECT_GE(range.frame_count, 2);
    next += range.frame_count;
  }
  EXPECT_EQ(next, 45);
}

TEST(Plan, TheSameInputHasTheSameKeys) {
  Workbench bench;
  auto first = planned(bench);
  auto second = planned(bench);
  for (size_t i = 0; i < first.size(); ++i) EXPECT_EQ(first[i].key, second[i].key);
}

TEST(Plan, AChangedRowChangesItsKeyAlone) {
  Workbench bench;
  auto before = planned(bench);
  bench.write("candidates.csv",
              "id,name,role,email\n1,Jane Changed,Engineer,jane@example.com\n2,王小明,Designer,xm@example.com\n");
  auto after = planned(bench);
  EXPECT_NE(before[0].key, after[0].key);
  EXPECT_EQ(before[1].key, after[1].key);
  EXPECT_EQ(before[0].id, after[0].id) << "the message stays the candidate's";
}

TEST(Plan, AFieldThatIsNotDrawnChangesNoKey) {
  Workbench bench;
  auto before = planned(bench);
  bench.write("candidates.csv",
              "id,name,role,email\n1,Jane Sample,Engineer,other@example.com\n2,王小明,Designer,xm@example.com\n");
  EXPECT_EQ(before[0].key, planned(bench)[0].key);
}

TEST(Plan, WhatIsDrawnOrEncodedChangesEveryKey) {
  Workbench bench;
  auto before = planned(bench);
  auto expect_changed = [&](const char* what) {
    auto after = planned(bench);
    EXPECT_NE(before[0].key, after[0].key) << what;
    EXPECT_NE(before[1].key, after[1].key) << what;
  };
  bench.write("campaign.toml", test::kToml + "\n[video]\nquality = \"high\"\n");
  expect_changed("quality");
  bench.write("campaign.toml", test::kToml + "\n[[layer]]\nkind = \"text\"\ntext = \"hello\"\n");
  expect_changed("a further layer");
  bench.write("campaign.toml", test::kToml);
  bench.write(
      "logo.svg",
      R"(<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="#f00"/></svg>)");
  expect_changed("the logo's pixels");
}

TEST(Plan, MessageIdsDependOnCampaignAndCandidate) {
  EXPECT_EQ(message_id("a", "b"), message_id("a", "b"));
  std::set<std::string> ids = {message_id("a", "b"), message_id("a", "c"), message_id("b", "b"), message_id("ab", ""),
                               message_id("", "ab")};
  EXPECT_EQ(ids.size(), 5u);
}

TEST(Plan, FileNamesAreSafeAndApart) {
  Workbench bench;
  bench.write("candidates.csv",
              "id,name,role\n1,../../x,r\n2,x,r\n3,CON,r\n4,\"a\nb\",r\n5,王小明,r\n6,.hidden,r\n7,%{localtime},r\n");
  std::set<std::string> names;
  for (const PlannedMessage& message : planned(bench)) {
    EXPECT_EQ(message.file_name.find('/'), std::string::npos);
    EXPECT_NE(message.file_name.front(), '.');
    EXPECT_TRUE(message.file_name.ends_with(".mp4"));
    names.insert(message.file_name);
  }
  EXPECT_EQ(names.size(), 7u);
}

}  // namespace
}  // namespace candid::campaign
