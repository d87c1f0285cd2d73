#include "campaign/sending.h"

#include <gmock/gmock.h>

#include "tests/campaign/publish_bench.h"

namespace candid::campaign {
namespace {

using test::must;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class SendingTest : public testing::Test {
 protected:
  Prepared prepared() {
    const PrepareListener listener{[](const std::string&) {}, [](const Roster&) {}};
    return must(prepare(bench_.job(), {.data = bench_.data().path}, listener, {}));
  }
  static std::vector<Standing> standings_in(const Prepared& work) { return must(standings_of(work, {})); }

  test::PublishBench bench_;
};

TEST_F(SendingTest, SendsToTheCampaignsOwnPlacesAndTellsWhoseLinkOpens) {
  bench_.render();
  const Prepared work = prepared();
  const SendSettings settings{bench_.data().path, 0, {}};
  const Destination destination = must(open_destination(work, settings, {}));
  std::vector<size_t> live;
  auto listen = [&](const PublishProgress& progress) {
    live.insert(live.end(), progress.live.begin(), progress.live.end());
  };
  const PublishReport report = must(send(work, standings_in(work), destination, settings.how, listen, {}));
  ASSERT_EQ(report.links.size(), 2U);
  for (const PublishedLink& link : report.links) EXPECT_TRUE(bench_.record_of(link.url));
  EXPECT_THAT(live, UnorderedElementsAre(0U, 1U));
}

TEST_F(SendingTest, APreviewMakesNeitherStoreNorLedger) {
  bench_.render();
  const Prepared work = prepared();
  const SendSettings settings{bench_.data().path, 0, {}};
  const PublishPreview preview = must(preview_sending(work, standings_in(work), settings, {}, {}));
  EXPECT_EQ(preview.messages, 2U);
  EXPECT_EQ(preview.links_to_make, 2U);
  EXPECT_GT(preview.bytes_to_send, 0U);
  EXPECT_TRUE(std::filesystem::is_empty(bench_.data().path));
}

TEST(CutShort, NamesTheFullDiskBeforeTheStop) {
  RenderOutcome rendered{0, "a", {}, RenderState::Rendered, {}};
  RenderOutcome stopped{1, "b", {}, RenderState::Cancelled, {}};
  RenderOutcome flawed{2, "c", {}, RenderState::Failed, Error(ErrorKind::InvalidInput, "no font has it")};
  RenderOutcome full{3, "d", {}, RenderState::Failed, Error(ErrorKind::NoSpace, "the disk is full")};
  EXPECT_FALSE(cut_short({rendered, flawed}));
  EXPECT_EQ(cut_short({rendered, stopped})->kind(), ErrorKind::Cancelled);
  EXPECT_EQ(cut_short({stopped, full})->kind(), ErrorKind::NoSpace);
}

TEST(FailedLinks, LeaveOutWhatRenderingHasTold) {
  const Error reason(ErrorKind::NotFound, "it is not rendered yet");
  PublishReport report;
  report.links = {{0, "a", "https://video.example.com/v/a"}, {1, "b", "", false, reason}, {2, "c", "", false, reason}};
  const RenderOutcome told{1, "b", {}, RenderState::Failed, Error(ErrorKind::InvalidInput, "no font has it")};
  EXPECT_THAT(failed_links(report, {told}), ElementsAre(&report.links[2]));
  EXPECT_THAT(failed_links(report, {}), ElementsAre(&report.links[1], &report.links[2]));
  report.links.resize(1);
  EXPECT_THAT(failed_links(report, {}), IsEmpty());
}

}  // namespace
}  // namespace candid::campaign
