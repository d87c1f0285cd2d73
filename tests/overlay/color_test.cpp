#include "overlay/color.h"

#include "tests/support/results.h"

namespace candid::overlay {
namespace {

using test::must;

TEST(Color, ReadsEveryNotation) {
  EXPECT_EQ(must(parse_color("#fff")), (Color{255, 255, 255}));
  EXPECT_EQ(must(parse_color("#1f6feb")), (Color{31, 111, 235}));
  EXPECT_EQ(must(parse_color("#1F6FEB80")), (Color{31, 111, 235, 128}));
}

TEST(Color, RefusesWhatIsNone) {
  for (const char* text : {"", "red", "#12", "#12345", "#gggggg", "1f6feb", "#1f6feb8", "#1f6feb801"}) {
    EXPECT_FALSE(parse_color(text)) << text;
  }
}

TEST(Color, WritesWhatItReads) {
  for (const char* text : {"#000000", "#1f6feb", "#1f6feb80"}) EXPECT_EQ(to_string(must(parse_color(text))), text);
}

TEST(Color, ContrastFollowsWcag) {
  EXPECT_NEAR(contrast_ratio({0, 0, 0}, {255, 255, 255}), 21, 0.01);
  EXPECT_NEAR(contrast_ratio({255, 255, 255}, {255, 255, 255}), 1, 0.001);
  EXPECT_NEAR(contrast_ratio({119, 119, 119}, {255, 255, 255}), 4.48, 0.01);  // WCAG's well-known borderline grey
}

// ITU-R BT.709-6, 8-bit limited range.
TEST(Color, ConvertsToBt709) {
  auto expect = [](int r, int g, int b, int y, int cb, int cr) {
    Yuv yuv = to_yuv(r, g, b);
    EXPECT_EQ(yuv.y, y);
    EXPECT_EQ(yuv.cb, cb);
    EXPECT_EQ(yuv.cr, cr);
  };
  expect(0, 0, 0, 16, 128, 128);
  expect(255, 255, 255, 235, 128, 128);
  expect(255, 0, 0, 63, 102, 240);
  expect(0, 255, 0, 173, 42, 26);
  expect(0, 0, 255, 32, 240, 118);
}

TEST(Color, AGroundThatLetsThePictureThroughIsJudgedAtItsWorst) {
  const Color white{255, 255, 255};
  EXPECT_NEAR(worst_contrast(white, {0, 0, 0}), 21, 0.01);
  EXPECT_LT(worst_contrast(white, {0, 0, 0, 128}), 5.5) << "white shines through";
  EXPECT_NEAR(worst_contrast(white, {0, 0, 0, 0}), 1, 0.01);
}

TEST(Color, TheBetterColourIsReadableAndNear) {
  for (Color ground : {Color{255, 214, 10}, {31, 111, 235}, {128, 128, 128}, {255, 255, 255}, {0, 0, 0}}) {
    for (Color wanted : {Color{255, 255, 255}, {0, 0, 0}, {200, 40, 40}, {128, 128, 128}}) {
      Color better = readable_on(ground, wanted);
      EXPECT_GE(contrast_ratio(better, ground), kReadableContrast) << to_string(ground) << to_string(wanted);
      if (contrast_ratio(wanted, ground) >= kReadableContrast) {
        EXPECT_EQ(better, wanted);
      }
      EXPECT_GE(contrast_ratio(ink_on(ground, wanted), ground), kReadableContrast);
    }
  }
  EXPECT_EQ(ink_on({255, 214, 10}, {255, 255, 255}), (Color{14, 17, 24})) << "not a grey that just passes";
}

}  // namespace
}  // namespace candid::overlay
