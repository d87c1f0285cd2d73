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

TEST(Plan, CoversEveryFrameOnce) {
  Workbench bench;
  for (const PlannedMessage& message : planned(bench)) {
    int64_t next = 0;
    for (const PlannedSegment& segment : message.segments) {
      EXPECT_EQ(segment.first_frame, next);
      EXPECT_GE(segment.frame_count, 2);
      next += segment.frame_count;
    }
    EXPECT_EQ(next, 45);
  }
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
