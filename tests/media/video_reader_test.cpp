#include "media/video_reader.h"

#include <fmt/format.h>

#include "core/files.h"
#include "media/probe.h"
#include "tests/media/pictures.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

namespace candid::media {
namespace {

using candid::test::make_clip;
using candid::test::must;
using candid::test::quoted;
using test::kLossless;
using test::number_of;
using test::numbered;
using test::numbers_of;
using test::read_all;
using testing::Each;
using namespace std::chrono_literals;

constexpr FrameSize kSmall{64, 64};

VideoRequest request(int64_t frames, Rational rate = {30, 1}, Microseconds start = 0s) {
  return {kSmall, rate, Fit::Contain, start, frames};
}

std::vector<int> count_from(int first, int count) {
  std::vector<int> numbers;
  for (int i = 0; i < count; ++i) numbers.push_back(first + i);
  return numbers;
}

class VideoReaderTest : public testing::Test {
 protected:
  std::filesystem::path clip(const std::string& name, const std::string& arguments) {
    return make_clip(folder_.path() / name, arguments);
  }
  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

TEST_F(VideoReaderTest, GivesEachFrameOnceAtItsOwnRate) {
  const std::pair<std::string, Rational> rates[] = {
      {"30", {30, 1}}, {"30000/1001", {30000, 1001}}, {"25", {25, 1}}, {"24000/1001", {24000, 1001}}};
  for (const auto& [rate, exact] : rates) {
    for (std::string name : {"a.mkv", "a.mp4"}) {
      auto path = clip(name, numbered(rate, 90) + " " + kLossless);
      EXPECT_EQ(numbers_of(read_all(path, request(90, exact))), count_from(0, 90)) << rate << name;
    }
  }
}

TEST_F(VideoReaderTest, GivesReorderedFramesInOrder) {
  auto path = clip("a.mp4", numbered("30", 90) + " -c:v libx264 -bf 3 -crf 5 -colorspace bt709");
  EXPECT_EQ(numbers_of(read_all(path, request(90))), count_from(0, 90));
}

TEST_F(VideoReaderTest, GivesExactlyAsManyFramesAsAsked) {
  auto path = clip("a.mkv", numbered("30", 10) + " " + kLossless);
  EXPECT_TRUE(read_all(path, request(0)).empty());
  EXPECT_EQ(numbers_of(read_all(path, request(4))), count_from(0, 4));
  std::vector<int> longer = numbers_of(read_all(path, request(15)));
  ASSERT_EQ(longer.size(), 15U);
  EXPECT_THAT(std::vector<int>(longer.begin() + 10, longer.end()), Each(9)) << "the last picture stays";
}

TEST_F(VideoReaderTest, StartsWhereAsked) {
  for (std::string name : {"a.mkv", "a.mp4"}) {
    auto path = clip(name, numbered("30", 90) + " -c:v libx264 -bf 3 -crf 5 -colorspace bt709");
    EXPECT_EQ(numbers_of(read_all(path, request(30, {30, 1}, 1s))), count_from(30, 30)) << name;
    EXPECT_EQ(numbers_of(read_all(path, request(5, {30, 1}, 2'500ms))), count_from(75, 5)) << name;
  }
  auto past = read_all(clip("short.mkv", numbered("30", 10) + " " + kLossless), request(3, {30, 1}, 5s));
  EXPECT_THAT(numbers_of(past), Each(9));
}

TEST_F(VideoReaderTest, BeginningLaterGivesTheSameFrames) {
  const std::pair<std::string, std::string> clips[] = {
      {"closed.mp4", numbered("30", 100) + " -c:v libx264 -g 15 -bf 3 -crf 5 -colorspace bt709"},
      {"open.mkv", numbered("30", 100) + " -c:v libx264 -g 15 -bf 3 -x264-params open-gop=1 -crf 5 -colorspace bt709"},
      {"sparse.mp4", numbered("30", 100) + " -c:v libx264 -g 300 -bf 3 -crf 5 -colorspace bt709"},
      {"camera.mkv", numbered("30", 100) + " -c:v mjpeg -q:v 2 -pix_fmt yuvj420p"},
      {"halved.mp4", numbered("60", 100) + " -c:v libx264 -g 12 -crf 5 -colorspace bt709"},
      {"variable.mkv", numbered("30", 100) + " -vf \"select='not(mod(n,7))+mod(n,3)'\" -vsync vfr -c:v libx264 -g 9" +
                           " -crf 5 -colorspace bt709"},
      {"late.mp4", numbered("30", 100) + " -c:v libx264 -g 15 -crf 5 -colorspace bt709 -output_ts_offset 1.7"},
  };
  for (const auto& [name, arguments] : clips) {
    auto path = clip(name, arguments);
    for (Microseconds start : {Microseconds{0}, Microseconds{123'456}}) {
      VideoRequest whole = request(95, {30, 1}, start);
      std::vector<int> linear = numbers_of(read_all(path, whole));
      for (int64_t first : {1, 29, 31, 45, 60, 88, 94}) {
        VideoRequest later = whole;
        later.first_frame = first;
        later.frame_count = 95 - first;
        std::vector<int> expected(linear.begin() + first, linear.end());
        EXPECT_EQ(numbers_of(read_all(path, later)), expected) << name << " from " << first;
      }
    }
  }
}

TEST_F(VideoReaderTest, OfAVariableRateShowsTheNewestPicture) {
  auto path = clip("a.mkv", numbered("30", 90) + " -vf \"select='not(mod(n,7))+mod(n,3)'\" -vsync vfr " + kLossless);
  std::vector<int> expected;
  for (int n = 0; n < 90; ++n) expected.push_back(n % 7 == 0 || n % 3 != 0 ? n : n - 1);
  EXPECT_EQ(numbers_of(read_all(path, request(90))), expected);
}

TEST_F(VideoReaderTest, ConvertsRatesWithoutDrift) {
  auto path = clip("a.mp4", numbered("25", 100) + " " + kLossless);
  auto frames = numbers_of(read_all(path, request(120)));
  ASSERT_EQ(frames.size(), 120U);
  for (int k = 0; k < 120; ++k) {
    // Within half an output frame of its moment, and never ahead by more.
    double moment = k / 30.0;
    EXPECT_LE(frames[static_cast<size_t>(k)] / 25.0, moment + 0.5 / 30 + 1e-6) << k;
    EXPECT_GT((frames[static_cast<size_t>(k)] + 1) / 25.0, moment + 0.5 / 30 - 1e-3) << k;
  }
}

TEST_F(VideoReaderTest, APictureThatStartsLateShowsFromTheBeginning) {
  auto picture = clip("picture.mkv", numbered("30", 30) + " " + kLossless);
  auto path = clip("a.mkv", "-f lavfi -i sine=440:d=2 -itsoffset 0.5 -i " + quoted(picture) +
                                " -map 0 -map 1 -c:v copy -c:a pcm_s16le");
  std::vector<int> expected(15, 0);
  for (int n = 0; n < 30; ++n) expected.push_back(n);
  EXPECT_EQ(numbers_of(read_all(path, request(45))), expected);
}

TEST_F(VideoReaderTest, FullRangeBecomesLimited) {
  const std::string halves =
      "-f lavfi -i color=white:s=320x480:r=30:d=0.2 -f lavfi -i color=black:s=320x480:r=30:d=0.2 "
      "-filter_complex hstack,scale=out_range=pc,format=yuvj420p ";
  for (std::string codec : {"-c:v mjpeg -q:v 1", "-c:v libx264 -preset ultrafast -crf 1"}) {
    auto path = clip("a.mkv", halves + codec);
    EXPECT_TRUE(must(probe(path)).video.full_range);
    auto frames = read_all(path, {{640, 480}, {30, 1}, Fit::Contain, 0s, 2});
    ASSERT_EQ(frames.size(), 2U);
    test::expect_color(test::mean(frames[1], 40, 100, 240, 280), {235, 128, 128}, 1.5, "white, " + codec);
    test::expect_color(test::mean(frames[1], 360, 100, 240, 280), {16, 128, 128}, 1.5, "black, " + codec);
  }
}

TEST_F(VideoReaderTest, ConvertsColoursToBt709) {
  struct Case {
    std::string color;
    test::Color bt709;
  };
  // ITU-R BT.709, 8 bit, limited range.
  const Case cases[] = {
      {"red", {63, 102, 240}}, {"lime", {173, 42, 26}}, {"blue", {32, 240, 118}}, {"yellow", {219, 16, 138}}};
  auto source = [](const std::string& color, const std::string& size, const std::string& matrix,
                   const std::string& output) {
    return fmt::format(
        "-f lavfi -i color={}:s={}:r=30:d=0.1,format=gbrp,scale=out_color_matrix={}:out_range=tv,format=yuv420p "
        "-c:v libx264 -preset ultrafast -qp 0 {}",
        color, size, matrix, output);
  };
  for (const Case& c : cases) {
    auto first = [&](const std::string& arguments, FrameSize size) {
      auto frames = read_all(clip("a.mkv", arguments), {size, {30, 1}, Fit::Contain, 0s, 1});
      return test::mean(frames.at(0), 16, 16, size.width - 32, size.height - 32);
    };
    test::expect_color(first(source(c.color, "640x480", "bt601", ""), {640, 480}), c.bt709, 3,
                       "untagged SD " + c.color);
    test::expect_color(first(source(c.color, "320x180", "bt709", "-colorspace bt709"), {320, 180}), c.bt709, 3,
                       "tagged BT.709 " + c.color);
    test::expect_color(first(source(c.color, "320x180", "bt601", "-colorspace smpte170m"), {320, 180}), c.bt709, 3,
                       "tagged BT.601 " + c.color);
    test::expect_color(first(source(c.color, "1280x720", "bt709", ""), {1280, 720}), c.bt709, 3,
                       "untagged HD " + c.color);
    test::expect_color(first(fmt::format("-f lavfi -i color={}:s=320x180:r=30:d=0.1,format=bgr0 -c:v libx264rgb -qp 0 "
                                         "-preset ultrafast",
                                         c.color),
                             {320, 180}),
                       c.bt709, 3, "RGB " + c.color);
  }
}

TEST_F(VideoReaderTest, OddSizesFillTheFrame) {
  for (std::string format : {",format=yuv444p -c:v libx264", ",format=gbrp -c:v libx264rgb",
                             ",format=yuv444p -vf format=yuvj420p -c:v mjpeg"}) {
    auto path = clip("a.mkv", "-f lavfi -i color=white:s=321x181:r=30:d=0.2" + format);
    EXPECT_EQ(must(probe(path)).video.stored, (FrameSize{321, 181})) << format;
    auto frames = read_all(path, {{320, 180}, {30, 1}, Fit::Contain, 0s, 1});
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].size(), (FrameSize{320, 180}));
    for (auto [x, y] : {std::pair{0, 0}, {318, 0}, {0, 178}, {318, 178}}) {
      test::expect_color(test::mean(frames[0], x, y, 2, 2), {235, 128, 128}, 3, fmt::format("{} {},{}", format, x, y));
    }
  }
}

TEST_F(VideoReaderTest, AnamorphicPicturesFillTheirShape) {
  auto path = clip("a.mkv", "-f lavfi -i color=white:s=240x180:r=30:d=0.2 -vf setsar=4/3 -c:v libx264");
  auto frames = read_all(path, {{320, 180}, {30, 1}, Fit::Contain, 0s, 1});
  for (auto [x, y] : {std::pair{0, 0}, {318, 0}, {0, 178}, {318, 178}}) {
    EXPECT_NEAR(test::mean(frames.at(0), x, y, 2, 2).y, 235, 3) << x << "," << y;
  }
}

TEST_F(VideoReaderTest, ContainAddsBarsAndCoverCutsEdges) {
  auto path =
      clip("a.mkv", "-f lavfi -i color=white:s=120x120:r=30:d=0.2 -vf drawbox=c=0x808080:t=4 -c:v libx264 -crf 5");
  auto contain = read_all(path, {{320, 180}, {30, 1}, Fit::Contain, 0s, 1});
  EXPECT_NEAR(test::mean(contain.at(0), 0, 0, 60, 180).y, 16, 1);
  EXPECT_NEAR(test::mean(contain.at(0), 260, 0, 60, 180).y, 16, 1);
  EXPECT_NEAR(test::mean(contain.at(0), 100, 40, 120, 100).y, 235, 2);
  EXPECT_LT(test::mean(contain.at(0), 100, 0, 120, 4).y, 160) << "the source's upper edge shows";
  auto cover = read_all(path, {{320, 180}, {30, 1}, Fit::Cover, 0s, 1});
  EXPECT_NEAR(test::mean(cover.at(0), 40, 0, 240, 180).y, 235, 2) << "the source's upper edge is cut";
  EXPECT_LT(test::mean(cover.at(0), 0, 0, 6, 180).y, 160) << "the source's left edge shows";
}

// Corners of a stored picture, by luma; centre at zero, x to the right, y down.
struct Corner {
  int x, y, luma;
};
constexpr Corner kCorners[] = {{-1, -1, 40}, {1, -1, 90}, {1, 1, 150}, {-1, 1, 210}};
const std::string kFourCorners =
    "-f lavfi -i \"color=black:s=128x64:r=30:d=0.2,format=yuv420p,"
    "geq=lum='if(lt(Y,32),if(lt(X,64),40,90),if(lt(X,64),210,150))':cb=128:cr=128\" ";

// x' = a x + c y, y' = b x + d y (ISO/IEC 14496-12 §8.3.2, without the shift).
struct Matrix {
  int a, b, c, d;
};

void expect_turned(const std::filesystem::path& path, Matrix m, const std::string& what) {
  bool sideways = m.a == 0;
  FrameSize size = sideways ? FrameSize{64, 128} : FrameSize{128, 64};
  EXPECT_EQ(must(probe(path)).video.stored, (FrameSize{128, 64})) << what;
  EXPECT_EQ(must(probe(path)).video.shown, size) << what;
  auto frames = read_all(path, {size, {30, 1}, Fit::Contain, 0s, 1});
  for (Corner corner : kCorners) {
    int x = m.a * corner.x + m.c * corner.y;
    int y = m.b * corner.x + m.d * corner.y;
    int left = x < 0 ? 8 : size.width - 24;
    int top = y < 0 ? 8 : size.height - 24;
    EXPECT_NEAR(test::mean(frames.at(0), left, top, 16, 16).y, corner.luma, 2) << what << " " << x << "," << y;
  }
}

TEST_F(VideoReaderTest, TurnsPhonePicturesUpright) {
  auto flat = clip("flat.mp4", kFourCorners + kLossless);
  // With -c copy, ffmpeg 5.1's own rotate tag counts counterclockwise; its players and -autorotate agree.
  struct Turn {
    int tag, degrees;
    Matrix matrix;
  };
  const Turn turns[] = {{90, 270, {0, -1, 1, 0}}, {180, 180, {-1, 0, 0, -1}}, {270, 90, {0, 1, -1, 0}}};
  for (const Turn& turn : turns) {
    auto path = clip("turned.mp4", fmt::format("-i {} -c copy -metadata:s:v:0 rotate={}", quoted(flat), turn.tag));
    EXPECT_EQ(must(probe(path)).video.rotation_degrees, turn.degrees);
    expect_turned(path, turn.matrix, fmt::format("rotate={}", turn.tag));
  }
}

TEST_F(VideoReaderTest, ObeysEveryDisplayMatrix) {
  auto flat = clip("flat.mp4", kFourCorners + kLossless);
  const std::string bytes = must(read_text_file(flat));
  const Matrix matrices[] = {{1, 0, 0, 1},  {0, 1, -1, 0}, {-1, 0, 0, -1}, {0, -1, 1, 0},
                             {-1, 0, 0, 1}, {1, 0, 0, -1}, {0, 1, 1, 0},   {0, -1, -1, 0}};
  for (Matrix m : matrices) {
    // tkhd version 0: type, version and flags, five words, eight bytes, four halves, then a b u c d v x y w.
    size_t at = bytes.find("tkhd") + 4 + 4 + 20 + 8 + 8;
    std::string turned = bytes;
    auto set = [&](size_t index, int value) {
      turned[at + 4 * index] = static_cast<char>(value < 0 ? 0xFF : 0);
      turned[at + 4 * index + 1] = static_cast<char>(value == 0 ? 0 : value < 0 ? 0xFF : 1);
      turned[at + 4 * index + 2] = turned[at + 4 * index + 3] = 0;
    };
    set(0, m.a), set(1, m.b), set(3, m.c), set(4, m.d);
    must(write_file(folder_.path() / "turned.mp4", std::string_view(turned)));
    expect_turned(folder_.path() / "turned.mp4", m, fmt::format("{} {} {} {}", m.a, m.b, m.c, m.d));
  }
}

TEST_F(VideoReaderTest, FramesShareTheirPixelsUntilWritten) {
  auto path = clip("a.mkv", numbered("30", 3) + " " + kLossless);
  auto reader = must(VideoReader::open(path, request(5)));
  std::optional<Frame> last;
  for (int i = 0; i < 3; ++i) last = must(reader.next());
  must(last->make_writable());
  last->fill(235, 128, 128);
  EXPECT_EQ(number_of(*must(reader.next())), 2) << "drawing on a frame does not show on the next";
}

TEST(Frame, MakeWritableCopiesWhatOthersShare) {
  Frame first = must(Frame::allocate({64, 36}));
  first.fill(50, 60, 70);
  Frame second = first.share();
  EXPECT_EQ(second.plane(0).data, first.plane(0).data);
  must(second.make_writable());
  second.fill(100, 110, 120);
  test::expect_color(test::mean(first), {50, 60, 70}, 0);
  test::expect_color(test::mean(second), {100, 110, 120}, 0);
  EXPECT_EQ(first.plane(1).width, 32);
  EXPECT_EQ(first.plane(2).height, 18);
}

}  // namespace
}  // namespace candid::media
