#include "campaign/campaign_summary.h"

#include "campaign/decisions.h"
#include "campaign/publishing/link_book.h"
#include "tests/campaign/workbench.h"

namespace candid::campaign {
namespace {

using test::must;
using test::Workbench;

TEST(CampaignSummary, ANewCampaignHasNameAndRoster) {
  Workbench bench;
  std::filesystem::remove(bench.folder() / "take.mkv");
  CampaignSummary summary = must(summarize_campaign(bench.folder()));
  EXPECT_EQ(summary.name, "Test campaign");
  EXPECT_EQ(summary.candidates, 2U);
  EXPECT_FALSE(summary.has_take);
  EXPECT_EQ(summary.rendered, 0U);
  EXPECT_EQ(summary.links, 0U);
  EXPECT_EQ(summary.held, 0U);
}

TEST(CampaignSummary, CountsWhatWasRenderedPublishedAndHeld) {
  Workbench bench;
  bench.render();
  must(
      write_decisions(bench.folder(), {{"1", {Decision::Hold, "", "Jane"}}, {"2", {Decision::Approve, "", "王小明"}}}));
  BookedLink link{"2", "王小明", "", link_url("https://example.com", "token2"), "m2"};
  BookedLink held{"1", "Jane", "", link_url("https://example.com", "token1"), "m1"};
  held.is_held = true;
  must(write_links({bench.out() / "links.csv", bench.out() / "links-held.csv"}, {link, held}));
  CampaignSummary summary = must(summarize_campaign(bench.folder()));
  EXPECT_TRUE(summary.has_take);
  EXPECT_EQ(summary.rendered, 2U);
  EXPECT_EQ(summary.links, 1U);
  EXPECT_EQ(summary.held, 1U);
}

TEST(CampaignSummary, WhatIsBrokenIsToldAndTheRestShown) {
  Workbench bench;
  std::filesystem::remove(bench.folder() / "candidates.csv");
  CampaignSummary summary = must(summarize_campaign(bench.folder()));
  EXPECT_EQ(summary.candidates, std::nullopt);
  EXPECT_TRUE(summary.has_take);
  bench.write("campaign.toml", "roster = 3\n");
  EXPECT_EQ(must(summarize_campaign(bench.folder())).name, "campaign") << "the folder's";
  bench.write("campaign.toml", "name = \n");
  EXPECT_EQ(summarize_campaign(bench.folder()).error().kind(), ErrorKind::InvalidInput);
  EXPECT_EQ(summarize_campaign(bench.out()).error().kind(), ErrorKind::NotFound);
}

}  // namespace
}  // namespace candid::campaign
