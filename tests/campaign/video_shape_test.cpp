#include "campaign/video_shape.h"

#include "tests/campaign/workbench.h"

namespace candid::campaign {
namespace {

TEST(VideoShape, HasItsSidesInEvenPixels) {
  EXPECT_EQ(size_of(kVideoShapes[0], 1080), (media::FrameSize{1920, 1080}));
  EXPECT_EQ(size_of(kVideoShapes[0], 720), (media::FrameSize{1280, 720}));
  EXPECT_EQ(size_of(kVideoShapes[0], 480), (media::FrameSize{854, 480}));
  EXPECT_EQ(size_of(kVideoShapes[1], 720), (media::FrameSize{720, 720}));
  EXPECT_EQ(size_of(kVideoShapes[2], 1080), (media::FrameSize{1080, 1920}));
  EXPECT_EQ(size_of(kVideoShapes[2], 480), (media::FrameSize{480, 854}));
}

TEST(VideoShape, EachSizeIsOneThatACampaignMayName) {
  test::Workbench bench;
  for (const VideoShape& shape : kVideoShapes) {
    for (int lines : kVideoLines) {
      media::FrameSize size = size_of(shape, lines);
      bench.write("campaign.toml", test::kToml + "[video]\nfit = \"cover\"\nsize = \"" + size_value(size) + "\"\n");
      EXPECT_EQ(bench.job().timeline.size, size) << shape.name << " " << lines;
    }
  }
}

}  // namespace
}  // namespace candid::campaign
