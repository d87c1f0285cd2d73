// Takes as real cameras, phones and screen recorders give them: each becomes the same kind of video.

#include <nlohmann/json.hpp>

#include "tests/campaign/workbench.h"
#include "tests/support/clips.h"

namespace candid::campaign {
namespace {

using candid::test::output_of;
using candid::test::quoted;
using candid::test::Workbench;

struct Source {
  const char* name;
  const char* recipe;  // ffmpeg arguments of the take
  int width, height;   // of the video
  const char* rate;
  double seconds;
  bool has_sound;
};

void PrintTo(const Source& source, std::ostream* out) {
  *out << source.name;
}

const Source kSources[] = {
    {"FullRangeWebcam", "-f lavfi -i testsrc2=size=640x480:rate=30:duration=1 -c:v mjpeg -q:v 4 -pix_fmt yuvj420p", 640,
     480, "30/1", 1, false},
    {"Portrait",
     "-f lavfi -i testsrc2=size=720x1280:rate=30:duration=1 -f lavfi -i sine=440:duration=1 -c:v libx264 -preset "
     "ultrafast -pix_fmt yuv420p -c:a aac",
     720, 1280, "30/1", 1, true},
    {"VariableRate",
     "-f lavfi -i testsrc2=size=320x180:rate=30:duration=2 -vf \"select='not(eq(mod(n,5),2))*not(eq(mod(n,7),3))'\" "
     "-vsync vfr -c:v libx264 -preset ultrafast -pix_fmt yuv420p",
     320, 180, "30/1", 2, false},
    {"Mono44k",
     "-f lavfi -i testsrc2=size=320x180:rate=25:duration=1 -f lavfi -i sine=440:duration=1:sample_rate=44100 -ac 1 "
     "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a pcm_s16le",
     320, 180, "25/1", 1, true},
    {"Ntsc",
     "-f lavfi -i testsrc2=size=320x180:rate=30000/1001:duration=1.001 -c:v libx264 -preset ultrafast -pix_fmt yuv420p",
     320, 180, "30000/1001", 1.001, false},
    {"OddSize", "-f lavfi -i testsrc2=size=321x181:rate=30:duration=1 -c:v libx264 -preset ultrafast -pix_fmt yuv444p",
     320, 180, "30/1", 1, false},
    {"TallPhone",
     "-f lavfi -i testsrc2=size=1080x2400:rate=30:duration=0.3 -c:v libx264 -preset ultrafast -pix_fmt yuv420p", 864,
     1920, "30/1", 0.3, false},
};

class SourceTest : public testing::TestWithParam<Source> {};

void expect_right_video(const Workbench& bench, const Source& source) {
  bench.render();
  auto video = bench.video("1");
  auto json =
      nlohmann::json::parse(output_of("ffprobe -v error -count_frames -show_streams -of json " + quoted(video)));
  auto picture = json["streams"][0];
  EXPECT_EQ(picture["width"], source.width);
  EXPECT_EQ(picture["height"], source.height);
  EXPECT_EQ(picture["r_frame_rate"], source.rate);
  EXPECT_EQ(picture["avg_frame_rate"], source.rate);
  EXPECT_EQ(picture["color_range"], "tv");
  EXPECT_EQ(picture["pix_fmt"], "yuv420p");
  EXPECT_NEAR(std::stod(picture["duration"].get<std::string>()), source.seconds, 0.04);
  auto sound = json["streams"][1];
  EXPECT_EQ(sound["sample_rate"], "48000");
  EXPECT_EQ(sound["channels"], 2);
  EXPECT_NEAR(std::stod(sound["duration"].get<std::string>()), source.seconds, 0.04);
  std::string level = output_of("ffmpeg -nostdin -v info -i " + quoted(video) +
                                " -af volumedetect -vn -f null - 2>&1 | grep max_volume");
  double loudest = std::stod(level.substr(level.find("max_volume:") + 11));
  EXPECT_EQ(loudest > -30, source.has_sound) << loudest << " dB";
  EXPECT_EQ(loudest < -80, !source.has_sound) << loudest << " dB";
}

TEST_P(SourceTest, BecomesARightVideo) {
  Workbench bench;
  bench.record(GetParam().recipe);
  expect_right_video(bench, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Takes, SourceTest, testing::ValuesIn(kSources),
                         [](const auto& source) { return source.param.name; });

TEST(SourceTest, ARotatedTakeStandsUpright) {
  Workbench bench;
  // Red above blue in the upright picture; stored lying on its side, with a display matrix that says so.
  auto lying = bench.folder() / "lying.mp4";
  candid::test::make_clip(
      lying,
      "-f lavfi -i color=red:size=160x180:rate=30:duration=1 -f lavfi -i color=blue:size=160x180:rate=30:duration=1 "
      "-filter_complex \"[0][1]hstack\" -c:v libx264 -preset ultrafast -pix_fmt yuv420p");
  candid::test::make_clip(bench.folder() / "turned.mp4", "-i " + quoted(lying) + " -c copy -metadata:s:v:0 rotate=90");
  std::filesystem::rename(bench.folder() / "turned.mp4", bench.folder() / "take.mkv");
  // Without layers, so that the bare picture can be looked at.
  bench.write("campaign.toml", "name = \"Bare\"\nroster = \"candidates.csv\"\ntake = \"take.mkv\"\n");
  Source source{"Rotated", "", 180, 320, "30/1", 1, false};
  expect_right_video(bench, source);
  auto pixel = [&](int y) {
    std::string rgb = output_of("ffmpeg -nostdin -v error -i " + quoted(bench.video("1")) +
                                " -frames:v 1 -vf crop=2:2:90:" + std::to_string(y) + " -f rawvideo -pix_fmt rgb24 -");
    return std::array<int, 3>{static_cast<uint8_t>(rgb[0]), static_cast<uint8_t>(rgb[1]), static_cast<uint8_t>(rgb[2])};
  };
  std::array<int, 3> top = pixel(40);
  std::array<int, 3> bottom = pixel(280);
  // ffmpeg's own player turns the same file in the same way.
  std::string reference = output_of("ffmpeg -nostdin -v error -i " + quoted(bench.folder() / "take.mkv") +
                                    " -frames:v 1 -vf crop=2:2:90:40 -f rawvideo -pix_fmt rgb24 -");
  bool red_on_top = static_cast<uint8_t>(reference[0]) > 128;
  EXPECT_EQ(top[0] > 200, red_on_top);
  EXPECT_EQ(top[2] > 200, !red_on_top);
  EXPECT_EQ(bottom[0] > 200, !red_on_top);
}

}  // namespace
}  // namespace candid::campaign
