#include "overlay/play_mark.h"

#include "overlay/blend.h"
#include "tests/overlay/look.h"
#include "tests/support/pictures.h"

namespace candid::overlay {
namespace {

using test::grey;

constexpr int kGrey = 120;  // grey()'s luma

media::Frame marked(media::FrameSize size) {
  media::Frame frame = grey(size);
  blend(frame, draw_play_mark(size));
  return frame;
}

int luma(const media::Frame& frame, int x, int y) {
  media::ConstPlane plane = frame.plane(0);
  return plane.data[y * plane.stride + x];
}

// What is not as grey() left it: first and last column and row.
struct Box {
  int left = 1 << 20, right = -1, top = 1 << 20, bottom = -1;
};
Box marked_box(const media::Frame& frame) {
  Box box;
  for (int y = 0; y < frame.size().height; ++y) {
    for (int x = 0; x < frame.size().width; ++x) {
      if (luma(frame, x, y) == kGrey) continue;
      box = {std::min(box.left, x), std::max(box.right, x), std::min(box.top, y), std::max(box.bottom, y)};
    }
  }
  return box;
}

constexpr media::FrameSize kSizes[] = {{640, 360}, {360, 640}, {480, 480}, {322, 182}, {1920, 1080}, {480, 270}};

TEST(PlayMark, IsARoundInTheMiddle) {
  for (media::FrameSize size : kSizes) {
    media::Frame frame = marked(size);
    Box box = marked_box(frame);
    int unit = std::min(size.width, size.height);
    EXPECT_NEAR(box.right + 1 - box.left, 0.22 * unit, 2) << size.width << "x" << size.height;
    EXPECT_EQ(box.right - box.left, box.bottom - box.top) << "round";
    EXPECT_EQ(box.left + box.right, size.width - 1) << "exactly in the middle";
    EXPECT_EQ(box.top + box.bottom, size.height - 1);
    EXPECT_EQ(luma(frame, box.left, box.top), kGrey) << "no corners";
  }
}

TEST(PlayMark, HasAWhiteTriangleWhoseCentroidIsTheMiddle) {
  for (media::FrameSize size : kSizes) {
    media::Frame frame = marked(size);
    double sum_x = 0;
    double sum_y = 0;
    int count = 0;
    Box white;
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) {
        if (luma(frame, x, y) < 200) continue;
        sum_x += x + 0.5;
        sum_y += y + 0.5;
        ++count;
        white = {std::min(white.left, x), std::max(white.right, x), std::min(white.top, y), std::max(white.bottom, y)};
      }
    }
    ASSERT_GT(count, 0);
    double slack = 0.5;  // px: the edge's pixels count or not
    EXPECT_NEAR(sum_x / count, size.width / 2.0, slack) << size.width << "x" << size.height;
    EXPECT_NEAR(sum_y / count, size.height / 2.0, slack);
    EXPECT_GT(size.width / 2 - white.left, 0);
    EXPECT_LT(size.width / 2 - white.left, white.right - size.width / 2) << "it points to the right";
  }
}

TEST(PlayMark, LetsThePictureThroughItsDisc) {
  auto under_disc = [](uint8_t ground) {
    media::Frame frame = grey();
    frame.fill(ground, 128, 128);
    blend(frame, draw_play_mark(frame.size()));
    return luma(frame, 320, 180 - 30);  // above the triangle
  };
  EXPECT_GT(under_disc(235), under_disc(16) + 40);
  EXPECT_LT(under_disc(235), 140) << "dark enough for white on it";
}

TEST(PlayMark, FitsTheSmallestPictures) {
  for (media::FrameSize size : {media::FrameSize{2, 2}, {16, 16}, {160, 90}}) marked(size);
}

TEST(PlayMark, LooksAsItDid) {
  candid::test::expect_golden(marked({320, 180}), "play-mark");
}

}  // namespace
}  // namespace candid::overlay
