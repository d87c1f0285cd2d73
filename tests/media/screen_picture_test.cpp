#include "media/screen_picture.h"

#include <array>
#include <cmath>

#include "tests/support/results.h"

namespace candid::media {
namespace {

using candid::test::must;

struct Rgb {
  int r, g, b;
};

// ITU-R BT.709-6 §3.2 to §3.5, 8 bits, limited range; what lies outside of RGB is cut off.
Rgb rgb_of(int luma, int cb, int cr) {
  double y = (luma - 16) / 219.0;
  double b_minus_y = (cb - 128) / 224.0 * 1.8556;
  double r_minus_y = (cr - 128) / 224.0 * 1.5748;
  double r = y + r_minus_y;
  double b = y + b_minus_y;
  double g = (y - 0.2126 * r - 0.0722 * b) / 0.7152;
  auto byte = [](double part) { return static_cast<int>(std::lround(std::clamp(part, 0.0, 1.0) * 255)); };
  return {byte(r), byte(g), byte(b)};
}

std::array<int, 4> pixel(const ScreenPixels& pixels, int x, int y) {
  const uint8_t* at = pixels.rgba + static_cast<ptrdiff_t>(y) * pixels.stride + 4 * x;
  return {at[0], at[1], at[2], at[3]};
}

// Left half and right half differ, and so do top and bottom.
Frame quarters(FrameSize size) {
  Frame frame = must(Frame::allocate(size));
  for (int number = 0; number < 3; ++number) {
    Plane plane = frame.mutable_plane(number);
    for (int y = 0; y < plane.height; ++y) {
      for (int x = 0; x < plane.width; ++x)
        plane.data[y * plane.stride + x] =
            static_cast<uint8_t>(60 + 40 * number + (2 * x < plane.width ? 0 : 60) + (2 * y < plane.height ? 0 : 25));
    }
  }
  return frame;
}

TEST(ScreenPicture, ColoursAreThoseOfBt709) {
  const int colors[][3] = {{16, 128, 128}, {235, 128, 128}, {126, 128, 128}, {63, 102, 240},  {173, 42, 26},
                           {32, 240, 118}, {180, 100, 150}, {90, 150, 90},   {250, 128, 128}, {4, 128, 128}};
  ScreenPicture picture;
  for (auto [y, cb, cr] : colors) {
    Frame frame = must(Frame::allocate({320, 180}));
    frame.fill(static_cast<uint8_t>(y), static_cast<uint8_t>(cb), static_cast<uint8_t>(cr));
    Rgb expected = rgb_of(y, cb, cr);
    for (FrameSize size : {FrameSize{320, 180}, {160, 90}, {213, 121}, {480, 270}}) {
      ScreenPixels pixels = must(picture.convert(frame, size));
      ASSERT_EQ(pixels.size, size);
      for (auto [px, py] : {std::pair(0, 0), std::pair(size.width - 1, size.height - 1), std::pair(51, 47)}) {
        SCOPED_TRACE(testing::Message() << y << "," << cb << "," << cr << " at " << size.width << ": " << px);
        auto [r, g, b, alpha] = pixel(pixels, px, py);
        EXPECT_NEAR(r, expected.r, 2);
        EXPECT_NEAR(g, expected.g, 2);
        EXPECT_NEAR(b, expected.b, 2);
        EXPECT_EQ(alpha, 255);
      }
    }
  }
}

TEST(ScreenPicture, EachCornerStaysInItsPlace) {
  Frame frame = quarters({320, 180});
  ScreenPicture picture;
  ScreenPixels pixels = must(picture.convert(frame, {161, 91}));
  auto expect = [&](int x, int y, int luma, int cb, int cr) {
    auto [r, g, b, alpha] = pixel(pixels, x, y);
    Rgb expected = rgb_of(luma, cb, cr);
    EXPECT_NEAR(r, expected.r, 2);
    EXPECT_NEAR(g, expected.g, 2);
    EXPECT_NEAR(b, expected.b, 2);
  };
  expect(10, 10, 60, 100, 140);
  expect(150, 10, 120, 160, 200);
  expect(10, 80, 85, 125, 165);
  expect(150, 80, 145, 185, 225);
}

TEST(ScreenPicture, AMirrorChangesLeftAndRightAndNothingElse) {
  Frame frame = quarters({320, 180});
  for (FrameSize size : {FrameSize{320, 180}, {160, 90}, {77, 43}, {1, 1}}) {
    ScreenPicture plain;
    ScreenPicture mirrored;
    ScreenPixels one = must(plain.convert(frame, size));
    ScreenPixels other = must(mirrored.convert(frame, size, Mirror::Yes));
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x)
        ASSERT_EQ(pixel(one, x, y), pixel(other, size.width - 1 - x, y)) << size.width << ": " << x << "," << y;
    }
  }
}

TEST(ScreenPicture, UsesItsBytesAgainUntilTheSizeChanges) {
  ScreenPicture picture;
  Frame frame = quarters({320, 180});
  ScreenPixels first = must(picture.convert(frame, {160, 90}));
  EXPECT_EQ(must(picture.convert(frame, {160, 90})).rgba, first.rgba);
  ScreenPixels larger = must(picture.convert(quarters({640, 360}), {480, 270}));
  auto [r, g, b, alpha] = pixel(larger, 479, 269);
  EXPECT_NEAR(r, rgb_of(145, 185, 225).r, 2);
  EXPECT_EQ(alpha, 255);
}

TEST(ScreenPicture, LeavesTheFrameAsItWas) {
  Frame frame = quarters({320, 180});
  Frame before = frame.share();
  must(before.make_writable());
  ScreenPicture picture;
  must(picture.convert(frame, {160, 90}, Mirror::Yes));
  for (int number = 0; number < 3; ++number) {
    ConstPlane seen = frame.plane(number);
    ConstPlane kept = before.plane(number);
    for (int y = 0; y < seen.height; ++y)
      ASSERT_TRUE(std::equal(seen.data + y * seen.stride, seen.data + y * seen.stride + seen.width,
                             kept.data + y * kept.stride));
  }
}

TEST(ScreenPicture, RefusesASizeThatNoScreenHas) {
  ScreenPicture picture;
  Frame frame = quarters({320, 180});
  for (FrameSize size : {FrameSize{0, 90}, {160, 0}, {-4, 90}, {16385, 2}}) {
    auto result = picture.convert(frame, size);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind(), ErrorKind::InvalidInput);
  }
  EXPECT_TRUE(picture.convert(frame, {160, 90})) << "and is not spoiled by it";
}

}  // namespace
}  // namespace candid::media
