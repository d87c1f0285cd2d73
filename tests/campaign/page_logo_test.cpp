// The brand's logo on its way to the page.

#include "campaign/page_logo.h"

#include "campaign/serving/object_files.h"
#include "campaign/serving/store_library.h"
#include "tests/campaign/publish_bench.h"

namespace candid::campaign {
namespace {

using test::must;

class PageLogoTest : public testing::Test {
 protected:
  void draw(const std::string& inside) {
    bench.write("logo.svg", R"(<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">)" + inside + "</svg>");
  }
  track::PageLogo shown() {
    auto logo = must(draw_page_logo(bench.folder() / "logo.svg"));
    return logo ? logo->shown : track::PageLogo();
  }
  std::vector<track::MessageRecord> messages() { return must(bench.ledger()->messages(bench.job().campaign.id)); }

  test::PublishBench bench;
};

TEST_F(PageLogoTest, IsGivenAGroundOnWhichItCanBeRead) {
  EXPECT_EQ(shown().ground, track::LogoGround::Any) << "it fills its own shape";
  draw(R"(<circle cx="20" cy="10" r="8" fill="#fff"/>)");
  EXPECT_EQ(shown().ground, track::LogoGround::Dark);
  draw(R"(<circle cx="20" cy="10" r="8" fill="#1c2028"/>)");
  EXPECT_EQ(shown().ground, track::LogoGround::Light);
  draw(R"(<circle cx="20" cy="10" r="8" fill="#888"/>)");
  EXPECT_EQ(shown().ground, track::LogoGround::Any);
}

TEST_F(PageLogoTest, OfWhichNothingIsSeenIsNone) {
  draw("");
  EXPECT_FALSE(must(draw_page_logo(bench.folder() / "logo.svg")));
  EXPECT_FALSE(must(draw_page_logo("")));
}

TEST_F(PageLogoTest, IsPublishedOnceAndServedAsAPicture) {
  bench.render();
  bench.publish();
  auto logo = *bench.job().logo;
  auto published = messages();
  ASSERT_EQ(published.size(), 2u);
  for (const track::MessageRecord& message : published) EXPECT_EQ(message.page.logo, logo.shown);
  auto store = bench.store();
  EXPECT_EQ(must(store->get(upload::part_object(logo.part))), logo.png);
  FolderFiles files(*store);
  auto file = must(StoreLibrary(files).find(published[0].page.logo.ref));
  EXPECT_EQ(file.content_type, "image/png");
  EXPECT_EQ(file.size, logo.png.size());
  EXPECT_FALSE(StoreLibrary(files).find(published[0].page.logo.ref + "x"));
}

TEST_F(PageLogoTest, AnotherOneNeedsNoRendering) {
  bench.render();
  auto links = bench.publish().links;
  bench.write("brand.svg", R"(<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><circle r="9"/></svg>)");
  std::string toml = test::kToml;
  toml.replace(toml.find("logo = \"logo.svg\""), 17, "logo = \"brand.svg\"");
  bench.write("campaign.toml", toml);
  PublishReport report = bench.publish();
  EXPECT_FALSE(report.links[0].error);
  EXPECT_EQ(report.links[0].url, links[0].url);
  EXPECT_EQ(messages()[0].page.logo, bench.job().logo->shown);
  EXPECT_EQ(report.bytes_sent, bench.job().logo->png.size());
}

TEST_F(PageLogoTest, WithoutOneThePageHasNone) {
  std::string toml = test::kToml;
  toml.erase(toml.find("logo = \"logo.svg\""), 17);
  bench.write("campaign.toml", toml);
  bench.render();
  bench.publish();
  EXPECT_EQ(messages()[0].page.logo, track::PageLogo());
}

TEST_F(PageLogoTest, ADryRunLaysNothingDown) {
  bench.render();
  auto before = must(files_below(bench.out()));
  PublishPreview preview = must(bench.preview(nullptr));
  EXPECT_EQ(must(files_below(bench.out())), before);
  EXPECT_TRUE(preview.unready.empty());
  EXPECT_GT(preview.bytes_to_send, bench.job().logo->png.size());
}

}  // namespace
}  // namespace candid::campaign
