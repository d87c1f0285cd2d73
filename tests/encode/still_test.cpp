#include "encode/still.h"

#include "core/files.h"
#include "tests/encode/material.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

namespace candid::encode {
namespace {

using candid::test::make_clip;
using candid::test::must;
using candid::test::quoted;
using testing::HasSubstr;

struct Case {
  std::string name;
  std::array<uint8_t, 3> bt709;  // as a frame has it
  std::array<int, 3> rgb;
};
const std::vector<Case> kStillColors = {
    {"red", {63, 102, 240}, {255, 0, 0}},  {"green", {173, 42, 26}, {0, 255, 0}},
    {"blue", {32, 240, 118}, {0, 0, 255}}, {"white", {235, 128, 128}, {255, 255, 255}},
    {"black", {16, 128, 128}, {0, 0, 0}},  {"grey", {126, 128, 128}, {128, 128, 128}}};

media::Frame plain(media::FrameSize size, const std::array<uint8_t, 3>& color) {
  media::Frame frame = must(media::Frame::allocate(size));
  frame.fill(color[0], color[1], color[2]);
  return frame;
}

class Still : public testing::Test {
 protected:
  // Decoded by the ffmpeg program; checks the size, gives the middle pixel.
  std::array<int, 3> middle_of(const std::string& name, const std::vector<uint8_t>& bytes, media::FrameSize size) {
    auto path = folder_.path() / name;
    must(write_file(path, bytes));
    std::string facts = test::probed(path, "stream=width,height,pix_fmt,codec_name");
    EXPECT_THAT(facts, HasSubstr("width=" + std::to_string(size.width) + "\n"));
    EXPECT_THAT(facts, HasSubstr("height=" + std::to_string(size.height) + "\n"));
    EXPECT_THAT(facts, HasSubstr(name == "a.png" ? "pix_fmt=rgb24\n" : "codec_name=mjpeg\n"));
    auto raw = make_clip(folder_.path() / "a.rgb", "-xerror -i " + quoted(path) + " -pix_fmt rgb24 -f rawvideo");
    auto pixels = must(read_file(raw));
    EXPECT_EQ(pixels.size(), static_cast<size_t>(size.width * size.height * 3));
    size_t at = static_cast<size_t>((size.height / 2) * size.width + size.width / 2) * 3;
    return {pixels.at(at), pixels.at(at + 1), pixels.at(at + 2)};
  }
  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

void expect_near(const std::array<int, 3>& seen, const std::array<int, 3>& expected, const std::string& what) {
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(seen[i], expected[i], 6) << what << " " << i;
}

TEST_F(Still, JpegKeepsColours) {
  for (const Case& c : kStillColors) {
    auto jpeg = must(to_jpeg(plain({320, 180}, c.bt709), {320, 180}));
    expect_near(middle_of("a.jpg", jpeg, {320, 180}), c.rgb, c.name);
  }
}

TEST_F(Still, PngKeepsColours) {
  for (const Case& c : kStillColors) {
    auto png = must(to_png(plain({320, 180}, c.bt709)));
    expect_near(middle_of("a.png", png, {320, 180}), c.rgb, c.name);
  }
}

TEST_F(Still, JpegIsScaled) {
  auto jpeg = must(to_jpeg(plain({320, 180}, kStillColors[0].bt709), {160, 90}));
  expect_near(middle_of("a.jpg", jpeg, {160, 90}), kStillColors[0].rgb, "smaller");
  EXPECT_EQ(jpeg.at(0), 0xFF);
  EXPECT_EQ(jpeg.at(1), 0xD8);
}

TEST_F(Still, QualityCostsBytes) {
  media::Frame frame = test::picture({320, 180}, 1);
  size_t low = must(to_jpeg(frame, {320, 180}, 1)).size();
  size_t middle = must(to_jpeg(frame, {320, 180}, 50)).size();
  size_t high = must(to_jpeg(frame, {320, 180}, 100)).size();
  EXPECT_LT(low, middle);
  EXPECT_LT(middle, high);
}

TEST_F(Still, IsDeterministic) {
  media::Frame frame = test::picture({320, 180}, 1);
  EXPECT_EQ(must(to_jpeg(frame, {320, 180})), must(to_jpeg(frame, {320, 180})));
  EXPECT_EQ(must(to_png(frame)), must(to_png(frame)));
}

TEST_F(Still, ScaledKeepsTheHousesColours) {
  for (const Case& c : kStillColors) {
    media::Frame small = must(scaled(plain({320, 180}, c.bt709), {160, 90}));
    EXPECT_EQ(small.size(), (media::FrameSize{160, 90}));
    for (int i = 0; i < 3; ++i) {
      media::ConstPlane plane = small.plane(i);
      EXPECT_NEAR(plane.data[plane.stride * (plane.height / 2) + plane.width / 2], c.bt709[static_cast<size_t>(i)], 1)
          << c.name;
    }
  }
}

}  // namespace
}  // namespace candid::encode
