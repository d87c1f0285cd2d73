#include "overlay/logo.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/files.h"
#include "media/probe.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

namespace candid::overlay {
namespace {

using candid::test::must;

constexpr media::FrameSize kMost{480, 96};

class LogoTest : public testing::Test {
 protected:
  Logo drawn(int width, int height, const std::string& inside) {
    must(write_file(folder_.path() / "logo.svg",
                    fmt::format(R"(<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="{}">{}</svg>)", width,
                                height, inside)));
    return must(draw_logo(folder_.path() / "logo.svg", kMost));
  }
  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

TEST_F(LogoTest, FitsInItsOwnShape) {
  EXPECT_EQ(drawn(40, 20, "").size, (media::FrameSize{192, 96}));
  EXPECT_EQ(drawn(1000, 100, "").size, (media::FrameSize{480, 48}));
  EXPECT_EQ(drawn(20, 40, "").size, (media::FrameSize{48, 96}));
  EXPECT_EQ(drawn(5000, 1, "").size, (media::FrameSize{480, 2}));
  EXPECT_EQ(drawn(1, 5000, "").size, (media::FrameSize{2, 96}));
}

TEST_F(LogoTest, TellsHowMuchIsThereAndHowLightItIs) {
  Logo white = drawn(40, 20, R"(<rect width="40" height="20" fill="#fff"/>)");
  EXPECT_NEAR(white.coverage, 1, 0.01);
  EXPECT_NEAR(white.lightness, 1, 0.01);
  Logo black_half = drawn(40, 20, R"(<rect width="20" height="20" fill="#000"/>)");
  EXPECT_NEAR(black_half.coverage, 0.5, 0.02);
  EXPECT_NEAR(black_half.lightness, 0, 0.01);
  Logo veil = drawn(40, 20, R"(<rect width="40" height="20" fill="#fff" fill-opacity="0.25"/>)");
  EXPECT_NEAR(veil.coverage, 0.25, 0.02);
  EXPECT_NEAR(veil.lightness, 1, 0.02);
  EXPECT_EQ(drawn(40, 20, "").coverage, 0);
}

TEST_F(LogoTest, IsAPngOfItsSizeAndTheSameEachTime) {
  const char* inside = R"(<circle cx="20" cy="10" r="8" fill="#1f6feb"/>)";
  Logo logo = drawn(40, 20, inside);
  must(write_file(folder_.path() / "drawn.png", logo.png));
  EXPECT_EQ(must(draw_logo(folder_.path() / "drawn.png", kMost)).size, logo.size);
  EXPECT_EQ(drawn(40, 20, inside).png, logo.png);
}

TEST_F(LogoTest, OfAPhotographIsSmall) {
  candid::test::make_clip(folder_.path() / "photo.png", "-f lavfi -i testsrc2=size=3000x1500 -frames:v 1");
  Logo logo = must(draw_logo(folder_.path() / "photo.png", kMost));
  EXPECT_EQ(logo.size, (media::FrameSize{192, 96}));
  EXPECT_LT(logo.png.size(), 80'000u);
}

TEST_F(LogoTest, WhatIsNoPictureFails) {
  must(write_file(folder_.path() / "text.png", std::string_view("hello")));
  EXPECT_FALSE(draw_logo(folder_.path() / "text.png", kMost));
  EXPECT_FALSE(draw_logo(folder_.path() / "gone.png", kMost));
}

}  // namespace
}  // namespace candid::overlay
