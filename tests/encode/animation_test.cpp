#include "encode/animation.h"

#include <cmath>
#include <numeric>
#include <sstream>

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

using Bytes = std::vector<uint8_t>;

std::vector<media::Frame> moving(media::FrameSize size, int count) {
  std::vector<media::Frame> frames;
  for (int i = 0; i < count; ++i) frames.push_back(test::picture(size, i));
  return frames;
}

struct Color {
  std::array<uint8_t, 3> bt709;  // as a frame has it
  std::array<int, 3> rgb;
};
const std::vector<Color> kColors = {{{63, 102, 240}, {255, 0, 0}},      {{173, 42, 26}, {0, 255, 0}},
                                    {{32, 240, 118}, {0, 0, 255}},      {{235, 128, 128}, {255, 255, 255}},
                                    {{126, 128, 128}, {128, 128, 128}}, {{16, 128, 128}, {0, 0, 0}}};

std::vector<media::Frame> one_frame_a_color() {
  std::vector<media::Frame> frames;
  for (const Color& color : kColors) {
    frames.push_back(must(media::Frame::allocate({320, 180})));
    frames.back().fill(color.bt709[0], color.bt709[1], color.bt709[2]);
  }
  return frames;
}

void expect_near(std::span<const uint8_t> pixel, const std::array<int, 3>& expected, size_t frame) {
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(pixel[i], expected[i], 6) << "frame " << frame << ", component " << i;
}

// FFmpeg 5.1 reads no animated WebP, so these take the file apart themselves (RFC 9649 §2.7).
struct WebpFrame {
  int width = 0;
  int height = 0;
  int milliseconds = 0;
  Bytes still;  // a WebP file of this frame alone
};
struct WebpFile {
  int width = 0;
  int height = 0;
  int loops = -1;  // 0: for ever
  std::vector<WebpFrame> frames;
};

size_t little_endian(std::span<const uint8_t> bytes, size_t at, size_t size) {
  size_t value = 0;
  for (size_t i = 0; i < size; ++i) value |= size_t{bytes[at + i]} << (8 * i);
  return value;
}

Bytes as_still(std::span<const uint8_t> chunks) {
  std::string head = "RIFF....WEBP";
  for (size_t i = 0; i < 4; ++i) head[4 + i] = static_cast<char>((chunks.size() + 4) >> (8 * i));
  Bytes file(head.begin(), head.end());
  file.insert(file.end(), chunks.begin(), chunks.end());
  return file;
}

WebpFile take_apart(std::span<const uint8_t> file) {
  WebpFile webp;
  EXPECT_EQ(little_endian(file, 4, 4) + 8, file.size());
  for (size_t at = 12; at + 8 <= file.size();) {
    std::string type(file.begin() + static_cast<ptrdiff_t>(at), file.begin() + static_cast<ptrdiff_t>(at) + 4);
    size_t size = little_endian(file, at + 4, 4);
    auto content = file.subspan(at + 8, size);
    if (type == "VP8X") {
      EXPECT_EQ(content[0] & 2, 2) << "animated";
      webp.width = static_cast<int>(little_endian(content, 4, 3)) + 1;
      webp.height = static_cast<int>(little_endian(content, 7, 3)) + 1;
    }
    if (type == "ANIM") webp.loops = static_cast<int>(little_endian(content, 4, 2));
    if (type == "ANMF") {
      webp.frames.push_back({static_cast<int>(little_endian(content, 6, 3)) + 1,
                             static_cast<int>(little_endian(content, 9, 3)) + 1,
                             static_cast<int>(little_endian(content, 12, 3)), as_still(content.subspan(16))});
    }
    at += 8 + size + size % 2;
  }
  return webp;
}

class Animation : public testing::Test {
 protected:
  std::filesystem::path written(const std::string& name, const Bytes& bytes) {
    must(write_file(folder_.path() / name, bytes));
    return folder_.path() / name;
  }
  Bytes decoded(const std::filesystem::path& path) {
    auto raw = make_clip(folder_.path() / "a.rgb",
                         "-xerror -i " + quoted(path) + " -vsync passthrough -pix_fmt rgb24 -f rawvideo");
    return must(read_file(raw));
  }
  // Of each picture, hundredths of a second.
  std::vector<int> gif_delays(const std::filesystem::path& path) {
    std::istringstream lines(test::probed(path, "packet=duration_time", "v"));
    std::vector<int> delays;
    for (std::string line; std::getline(lines, line);)
      delays.push_back(static_cast<int>(std::lround(100 * std::stod(line.substr(line.find('=') + 1)))));
    return delays;
  }
  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

TEST_F(Animation, GifDecodesAndLoopsForEver) {
  Bytes gif = must(to_gif(moving({640, 360}, 60), {30, 1}));
  auto path = written("a.gif", gif);
  std::string facts = test::probed(path, "stream=codec_name,width,height");
  for (std::string line : {"codec_name=gif", "width=480", "height=270"}) EXPECT_THAT(facts, HasSubstr(line + "\n"));
  EXPECT_EQ(decoded(path).size(), size_t{20} * 480 * 270 * 3);
  EXPECT_EQ(gif_delays(path), std::vector<int>(20, 10));
  // The application extension that browsers read: sub-block of 3 bytes, id 1, count 0.
  std::string_view text(reinterpret_cast<const char*>(gif.data()), gif.size());
  size_t extension = text.find("NETSCAPE2.0");
  ASSERT_NE(extension, std::string_view::npos);
  EXPECT_EQ(text.substr(extension + 11, 5), std::string_view("\x03\x01\x00\x00\x00", 5));
}

TEST_F(Animation, WebpDecodesAndLoopsForEver) {
  WebpFile webp = take_apart(must(to_webp(moving({640, 360}, 60), {30, 1})));
  EXPECT_EQ(webp.width, 480);
  EXPECT_EQ(webp.height, 270);
  EXPECT_EQ(webp.loops, 0);
  ASSERT_EQ(webp.frames.size(), 20U);
  for (const WebpFrame& frame : webp.frames) {
    EXPECT_EQ(frame.milliseconds, 100);
    EXPECT_EQ(decoded(written("frame.webp", frame.still)).size(), static_cast<size_t>(frame.width * frame.height * 3));
  }
}

TEST_F(Animation, GifKeepsColours) {
  Bytes pixels = decoded(written("a.gif", must(to_gif(one_frame_a_color(), {2, 1}))));
  size_t picture = size_t{320} * 180 * 3;
  ASSERT_EQ(pixels.size(), kColors.size() * picture);
  for (size_t i = 0; i < kColors.size(); ++i)
    expect_near(std::span(pixels).subspan(i * picture + picture / 2 + 480, 3), kColors[i].rgb, i);
}

TEST_F(Animation, WebpKeepsColours) {
  WebpFile webp = take_apart(must(to_webp(one_frame_a_color(), {2, 1})));
  ASSERT_EQ(webp.frames.size(), kColors.size());
  for (size_t i = 0; i < kColors.size(); ++i) {
    Bytes pixels = decoded(written("frame.webp", webp.frames[i].still));
    expect_near(std::span(pixels).subspan(pixels.size() / 6 * 3, 3), kColors[i].rgb, i);
  }
}

TEST_F(Animation, LastsAsLongAsItsFrames) {
  struct Case {
    Rational rate;
    int frames;
  };
  for (Case c : {Case{{30, 1}, 47}, {{30000, 1001}, 61}, {{24, 1}, 50}, {{25, 1}, 26}, {{8, 1}, 9}, {{60, 1}, 33}}) {
    auto frames = moving({96, 54}, c.frames);
    int hundredths = static_cast<int>(std::lround(100 * c.frames / c.rate.value()));
    auto delays = gif_delays(written("a.gif", must(to_gif(frames, c.rate))));
    EXPECT_EQ(std::accumulate(delays.begin(), delays.end(), 0), hundredths) << c.rate.num;
    auto [shortest, longest] = std::minmax_element(delays.begin(), delays.end());
    EXPECT_LE(*longest - *shortest, 1) << "an even pace, " << c.rate.num;
    int milliseconds = 0;
    for (const WebpFrame& frame : take_apart(must(to_webp(frames, c.rate))).frames) milliseconds += frame.milliseconds;
    EXPECT_NEAR(milliseconds, 10 * hundredths, 10) << c.rate.num;
  }
}

TEST_F(Animation, GoesDownTheLadderUntilItFits) {
  auto frames = moving({640, 360}, 60);
  size_t gif = must(to_gif(frames, {30, 1})).size();
  size_t webp = must(to_webp(frames, {30, 1})).size();
  for (size_t part : {2U, 5U, 20U}) {
    Bytes small_gif = must(to_gif(frames, {30, 1}, {gif / part}));
    EXPECT_LE(small_gif.size(), gif / part);
    EXPECT_GT(small_gif.size(), gif / part / 4) << "not further down than it must";
    decoded(written("a.gif", small_gif));
    Bytes small_webp = must(to_webp(frames, {30, 1}, {webp / part}));
    EXPECT_LE(small_webp.size(), webp / part);
    EXPECT_GT(small_webp.size(), webp / part / 4);
  }
}

TEST_F(Animation, SaysWhenNothingFits) {
  auto frames = moving({320, 180}, 10);
  for (auto result : {to_gif(frames, {10, 1}, {500}), to_webp(frames, {10, 1}, {500})}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind(), ErrorKind::InvalidInput);
    EXPECT_THAT(result.error().message(), HasSubstr("500"));
  }
}

TEST_F(Animation, RefusesNoFrames) {
  EXPECT_FALSE(to_gif({}, {30, 1}));
  EXPECT_FALSE(to_webp({}, {30, 1}));
}

TEST_F(Animation, OneFrameIsAPictureToo) {
  auto frames = moving({320, 180}, 1);
  EXPECT_EQ(decoded(written("a.gif", must(to_gif(frames, {30, 1})))).size(), size_t{320} * 180 * 3);
  EXPECT_FALSE(must(to_webp(frames, {30, 1})).empty());
}

TEST_F(Animation, KeepsShapesAndNeverEnlarges) {
  struct Case {
    media::FrameSize size, shown;
  };
  for (Case c : {Case{{360, 640}, {270, 480}}, {{200, 200}, {200, 200}}, {{322, 182}, {322, 182}}}) {
    auto frames = moving(c.size, 3);
    std::string facts = test::probed(written("a.gif", must(to_gif(frames, {10, 1}))), "stream=width,height");
    EXPECT_EQ(facts, "width=" + std::to_string(c.shown.width) + "\nheight=" + std::to_string(c.shown.height) + "\n");
    WebpFile webp = take_apart(must(to_webp(frames, {10, 1})));
    EXPECT_EQ((media::FrameSize{webp.width, webp.height}), c.shown);
  }
}

TEST_F(Animation, LeavesItsFramesAlone) {
  auto frames = moving({96, 54}, 3);
  must(to_gif(frames, {10, 1}));
  for (int i = 0; i < 3; ++i) {
    media::Frame again = test::picture({96, 54}, i);
    EXPECT_TRUE(
        std::equal(again.plane(0).data, again.plane(0).data + 96, frames[static_cast<size_t>(i)].plane(0).data));
  }
}

TEST_F(Animation, IsDeterministic) {
  auto frames = moving({320, 180}, 20);
  EXPECT_EQ(must(to_gif(frames, {10, 1})), must(to_gif(frames, {10, 1})));
  EXPECT_EQ(must(to_webp(frames, {10, 1})), must(to_webp(frames, {10, 1})));
}

}  // namespace
}  // namespace candid::encode
