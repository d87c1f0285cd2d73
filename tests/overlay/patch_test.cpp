#include "overlay/blend.h"
#include "overlay/color.h"
#include "tests/support/results.h"

namespace candid::overlay {
namespace {

using candid::test::must;

// A patch of one colour; alpha 0..255, colours straight.
Patch flat(int width, int height, Color color, int x, int y) {
  auto premultiplied = [&](uint8_t c) { return static_cast<uint32_t>(c * color.alpha / 255); };
  uint32_t pixel =
      uint32_t{color.alpha} << 24 | premultiplied(color.r) << 16 | premultiplied(color.g) << 8 | premultiplied(color.b);
  std::vector<uint32_t> pixels(static_cast<size_t>(width * height), pixel);
  return make_patch(reinterpret_cast<const uint8_t*>(pixels.data()), width * 4, width, height, x, y);
}

media::Frame grey_ground(int width = 64, int height = 32) {
  media::Frame frame = must(media::Frame::allocate({width, height}));
  frame.fill(100, 128, 128);
  return frame;
}

int luma_at(const media::Frame& frame, int x, int y) {
  media::ConstPlane plane = frame.plane(0);
  return plane.data[y * plane.stride + x];
}

int chroma(const media::Frame& frame, int index, int x, int y) {
  media::ConstPlane plane = frame.plane(index);
  return plane.data[y * plane.stride + x];
}

TEST(Patch, OpaqueReplacesExactly) {
  media::Frame frame = grey_ground();
  blend(frame, flat(8, 8, {255, 0, 0}, 10, 10));
  EXPECT_EQ(luma_at(frame, 10, 10), 63);
  EXPECT_EQ(luma_at(frame, 17, 17), 63);
  EXPECT_EQ(chroma(frame, 1, 5, 5), 102);
  EXPECT_EQ(chroma(frame, 2, 8, 8), 240);
}

TEST(Patch, TouchesNothingOutsideItsRectangle) {
  media::Frame frame = grey_ground();
  blend(frame, flat(8, 8, {255, 255, 255}, 10, 10));
  for (auto [x, y] : {std::pair{9, 10}, {18, 10}, {10, 9}, {10, 18}})
    EXPECT_EQ(luma_at(frame, x, y), 100) << x << "," << y;
  EXPECT_EQ(chroma(frame, 1, 4, 5), 128);
  EXPECT_EQ(chroma(frame, 1, 9, 5), 128);
}

TEST(Patch, HalfAlphaIsHalfway) {
  media::Frame frame = grey_ground();
  blend(frame, flat(8, 8, {255, 255, 255, 128}, 0, 0));
  EXPECT_NEAR(luma_at(frame, 3, 3), 100 + (235 - 100) * 128 / 255, 1);
}

TEST(Patch, OpacityFadesFromNothingToAll) {
  media::Frame none = grey_ground();
  blend(none, flat(8, 8, {255, 255, 255}, 0, 0), {.opacity = 0});
  EXPECT_EQ(luma_at(none, 0, 0), 100);
  media::Frame half = grey_ground();
  blend(half, flat(8, 8, {255, 255, 255}, 0, 0), {.opacity = 128});
  EXPECT_NEAR(luma_at(half, 0, 0), 168, 1);
}

TEST(Patch, IsClippedAtEveryEdge) {
  for (auto [dx, dy] : {std::pair{-6, 0}, {60, 0}, {0, -6}, {0, 30}, {-100, -100}, {100, 100}}) {
    media::Frame frame = grey_ground();
    blend(frame, flat(8, 8, {255, 255, 255}, 0, 0), {.dx = dx, .dy = dy});
    for (int y = 0; y < 32; ++y) {
      for (int x = 0; x < 64; ++x) {
        bool inside = x >= dx && x < dx + 8 && y >= dy && y < dy + 8;
        ASSERT_EQ(luma_at(frame, x, y), inside ? 235 : 100) << dx << "," << dy << " at " << x << "," << y;
      }
    }
  }
}

TEST(Patch, TransparentPixelsDoNotTintTheirNeighbours) {
  // Chroma covers four pixels: one red among three transparent must stay red, weighted by a quarter.
  std::vector<uint32_t> pixels = {0xFFFF0000, 0, 0, 0};
  Patch patch = make_patch(reinterpret_cast<const uint8_t*>(pixels.data()), 8, 2, 2, 0, 0);
  EXPECT_EQ(patch.cr[0], 240);
  EXPECT_EQ(patch.chroma_coverage.row(0)[0], 64);
  EXPECT_EQ(patch.coverage.row(0)[1], 0);
}

}  // namespace
}  // namespace candid::overlay
