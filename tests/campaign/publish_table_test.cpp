// The [publish] table of campaign.toml.

#include "campaign/publishing/expiry.h"
#include "tests/campaign/workbench.h"

namespace candid::campaign {
namespace {

using test::must;
using test::Workbench;

struct Reading {
  PublishChoice publish;
  std::vector<std::string> problems;
};

Reading read(const Workbench& bench, const std::string& lines) {
  bench.write("campaign.toml",
              "name = \"Test\"\nroster = \"candidates.csv\"\ntake = \"take.mkv\"\n[publish]\n" + lines);
  Findings findings;
  Campaign campaign = must(read_campaign(bench.folder(), findings));
  Reading reading{campaign.publish, {}};
  for (const Finding& finding : findings) reading.problems.push_back(finding.describe());
  return reading;
}

TEST(PublishTable, SaysWhereThingsGoAndOnWhichTerms) {
  Workbench bench;
  Reading reading =
      read(bench,
           "store = \"s3://videos/x?endpoint=https://s3.example.com\"\nledger = \"postgresql://db/candid\"\n"
           "server = \"https://v.example.com/\"\nexpires = \"30d\"\nviews = 20\npasscode = true\n"
           "download = true\ncompose = true\n");
  EXPECT_THAT(reading.problems, testing::IsEmpty());
  EXPECT_EQ(reading.publish.server, "https://v.example.com");
  EXPECT_EQ(reading.publish.ledger, "postgresql://db/candid");
  EXPECT_EQ(reading.publish.expires->days, 30);
  EXPECT_EQ(reading.publish.views, 20);
  EXPECT_TRUE(reading.publish.passcode && reading.publish.download && reading.publish.compose);
}

TEST(PublishTable, WithoutItTheDataFolderIsTakenAndLinksLast) {
  Workbench bench;
  Reading reading = read(bench, "");
  EXPECT_THAT(reading.problems, testing::IsEmpty());
  EXPECT_EQ(reading.publish.store, "");
  EXPECT_EQ(reading.publish.ledger, "");
  EXPECT_FALSE(reading.publish.expires || reading.publish.views || reading.publish.passcode);
}

TEST(PublishTable, AllThatIsWrongIsToldTogetherWithLineAndKey) {
  Workbench bench;
  Reading reading = read(bench,
                         "store = \"ftp://x\"\nledger = \"mysql://x\"\nserver = \"example.com\"\nexpires = \"soon\"\n"
                         "views = 1.5\npasscode = \"yes\"\ncolour = 1\n");
  std::string all;
  for (const std::string& problem : reading.problems) all += problem + "\n";
  for (const char* wanted :
       {"campaign.toml:5: publish.store", "campaign.toml:6: publish.ledger", "campaign.toml:7: publish.server",
        "campaign.toml:8: publish.expires", "campaign.toml:9: publish.views", "campaign.toml:10: publish.passcode",
        "campaign.toml:11: publish.colour"}) {
    EXPECT_THAT(all, testing::HasSubstr(wanted));
  }
}

TEST(PublishTable, SecretsGoToAServerOverTlsOrNotAtAll) {
  Workbench bench;
  EXPECT_THAT(read(bench, "store = \"server\"\nledger = \"server\"\nserver = \"http://v.example.com\"\n").problems,
              testing::SizeIs(2));
  EXPECT_THAT(read(bench, "store = \"server\"\nserver = \"http://127.0.0.1:8080\"\n").problems, testing::IsEmpty());
  EXPECT_THAT(read(bench, "ledger = \"server\"\nserver = \"https://v.example.com\"\n").problems, testing::IsEmpty());
}

TEST(PublishTable, NoAddressHoldsAPasswordAndNoMessageRepeatsOne) {
  Workbench bench;
  for (const char* line :
       {"ledger = \"postgresql://me:hunter2@db/candid\"\n", "server = \"https://me:hunter2@v.example.com\"\n",
        "store = \"dav://me:hunter2@v.example.com/x\"\n"}) {
    Reading reading = read(bench, line);
    ASSERT_THAT(reading.problems, testing::SizeIs(1)) << line;
    EXPECT_THAT(reading.problems[0], testing::Not(testing::HasSubstr("hunter2")));
  }
}

TEST(PublishTable, VideosArePutTogetherInBucketsAlone) {
  Workbench bench;
  EXPECT_THAT(read(bench, "compose = true\n").problems, testing::SizeIs(1));
  EXPECT_THAT(read(bench, "compose = true\nstore = \"folder:/srv/x\"\n").problems, testing::SizeIs(1));
}

TEST(PublishTable, AFolderIsBesideTheCampaignLikeEveryOtherPath) {
  Workbench bench;
  EXPECT_EQ(read(bench, "store = \"folder:../videos\"\n").publish.store,
            "folder:" + (bench.folder().parent_path() / "videos").string());
  EXPECT_EQ(read(bench, "store = \"folder:/srv/x\"\n").publish.store, "folder:/srv/x");
}

TEST(Expiry, IsANumberOfDaysOrTheEndOfADay) {
  UtcTime noon = must(parse_utc("2026-11-26T12:00:00Z"));
  EXPECT_EQ(must(parse_expiry("30d")).after(noon), noon + std::chrono::days(30));
  EXPECT_EQ(format_utc(must(parse_expiry("2026-12-31")).after(noon)), "2027-01-01T00:00:00Z");
  for (const char* wrong :
       {"", "d", "0d", "-1d", "30", "30 d", "9999d", "2026-02-30", "2026-1-1", "soon", "31.12.2026"}) {
    EXPECT_FALSE(parse_expiry(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace candid::campaign
