#include "media/probe.h"

#include <fmt/format.h>

#include "core/files.h"
#include "tests/media/pictures.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

namespace candid::media {
namespace {

using candid::test::make_clip;
using candid::test::must;
using candid::test::output_of;
using candid::test::quoted;
using test::kLossless;
using test::numbered;
using testing::AnyOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

TEST(StandardRate, OfAConstantRateIsItself) {
  const Rational rates[] = {{24000, 1001}, {24, 1}, {25, 1}, {30000, 1001}, {30, 1}, {50, 1}, {60000, 1001}, {60, 1}};
  for (Rational rate : rates) {
    EXPECT_EQ(standard_rate(rate.value(), true), rate) << rate.num;
    EXPECT_EQ(standard_rate(rate.value() * 1.0003, true), rate) << rate.num;
    EXPECT_EQ(standard_rate(rate.value() * 0.9997, true), rate) << rate.num;
  }
}

TEST(StandardRate, OfAVariableOrOddRateKeepsMoments) {
  EXPECT_EQ(standard_rate(29.97, false), (Rational{30, 1}));
  EXPECT_EQ(standard_rate(22.4, false), (Rational{30, 1}));
  EXPECT_EQ(standard_rate(47, false), (Rational{60, 1}));
  EXPECT_EQ(standard_rate(59.2, false), (Rational{60, 1}));
  EXPECT_EQ(standard_rate(15, true), (Rational{30, 1}));
  EXPECT_EQ(standard_rate(20, true), (Rational{30, 1}));
  EXPECT_EQ(standard_rate(48, true), (Rational{60, 1}));
  EXPECT_EQ(standard_rate(120, true), (Rational{60, 1}));
}

TEST(Probe, TellsConstantRatesInEveryContainer) {
  auto folder = must(TemporaryFolder::create());
  const std::pair<std::string, Rational> rates[] = {
      {"30", {30, 1}}, {"30000/1001", {30000, 1001}}, {"25", {25, 1}}, {"24000/1001", {24000, 1001}}, {"60", {60, 1}}};
  for (const auto& [rate, expected] : rates) {
    for (std::string container : {"mkv", "mp4"}) {
      auto path = make_clip(folder.path() / ("clip." + container), numbered(rate, 90) + " " + kLossless);
      VideoFacts video = must(probe(path)).video;
      EXPECT_TRUE(video.constant_rate) << rate << container;
      EXPECT_EQ(video.output_rate, expected) << rate << container;
      EXPECT_EQ(video.frames, 90);
      EXPECT_NEAR(video.average_rate, expected.value(), 0.02);
    }
  }
}

TEST(Probe, CountsFramesThatAreReordered) {
  auto folder = must(TemporaryFolder::create());
  auto path = make_clip(folder.path() / "a.mp4", "-f lavfi -i testsrc=s=320x180:r=30:d=3 -c:v libx264 -bf 3");
  RecordingFacts facts = must(probe(path));
  EXPECT_EQ(facts.video.frames, 90);
  EXPECT_TRUE(facts.video.constant_rate);
  EXPECT_NEAR(static_cast<double>(facts.duration.count()), 3e6, 2e3);
}

TEST(Probe, TellsAVariableRate) {
  auto folder = must(TemporaryFolder::create());
  auto path =
      make_clip(folder.path() / "a.mkv",
                numbered("30", 90) + " -vf \"select='not(mod(n,7))+mod(n,3)'\" -vsync vfr " + std::string(kLossless));
  VideoFacts video = must(probe(path)).video;
  EXPECT_FALSE(video.constant_rate);
  EXPECT_EQ(video.output_rate, (Rational{30, 1}));
  EXPECT_LT(video.average_rate, 25);
}

TEST(Probe, DescribesPictureAndSound) {
  auto folder = must(TemporaryFolder::create());
  auto path = make_clip(folder.path() / "a.mkv",
                        "-f lavfi -i color=red:s=320x180:r=30:d=1 -f lavfi -i sine=440:r=44100:d=2 -ac 1 "
                        "-pix_fmt yuvj420p -c:v mjpeg -c:a pcm_s16le");
  RecordingFacts facts = must(probe(path));
  EXPECT_THAT(facts.container, HasSubstr("matroska"));
  EXPECT_EQ(facts.video.codec, "mjpeg");
  EXPECT_EQ(facts.video.pixel_format, "yuvj420p");
  EXPECT_TRUE(facts.video.full_range);
  EXPECT_EQ(facts.video.stored, (FrameSize{320, 180}));
  EXPECT_EQ(facts.video.shown, (FrameSize{320, 180}));
  ASSERT_TRUE(facts.audio);
  EXPECT_EQ(facts.audio->codec, "pcm_s16le");
  EXPECT_EQ(facts.audio->sample_rate, 44100);
  EXPECT_EQ(facts.audio->channels, 1);
  EXPECT_NEAR(static_cast<double>(facts.duration.count()), 2e6, 5e4) << "the longer track counts";
}

TEST(Probe, SoundIsOptional) {
  auto folder = must(TemporaryFolder::create());
  auto path = make_clip(folder.path() / "a.mp4", numbered("30", 30) + " " + kLossless);
  EXPECT_FALSE(must(probe(path)).audio);
  EXPECT_FALSE(must(probe(path)).video.full_range);
}

TEST(Probe, ShowsSquarePixels) {
  auto folder = must(TemporaryFolder::create());
  auto wide =
      make_clip(folder.path() / "wide.mkv", "-f lavfi -i color=red:s=240x180:d=0.2 -vf setsar=4/3 -c:v libx264");
  EXPECT_EQ(must(probe(wide)).video.stored, (FrameSize{240, 180}));
  EXPECT_EQ(must(probe(wide)).video.shown, (FrameSize{320, 180}));
  auto tall = make_clip(folder.path() / "tall.mp4", "-f lavfi -i color=red:s=180x90:d=0.2 -vf setsar=8/9 -c:v libx264");
  EXPECT_EQ(must(probe(tall)).video.shown, (FrameSize{180, 100}));
}

TEST(Probe, ShowsEvenSizes) {
  auto folder = must(TemporaryFolder::create());
  auto path = make_clip(folder.path() / "a.mkv", "-f lavfi -i color=red:s=321x181:d=0.2,format=yuv444p -c:v libx264");
  EXPECT_EQ(must(probe(path)).video.stored, (FrameSize{321, 181}));
  EXPECT_EQ(must(probe(path)).video.shown, (FrameSize{320, 180}));
}

TEST(Probe, OverlooksACover) {
  auto folder = must(TemporaryFolder::create());
  auto cover = make_clip(folder.path() / "cover.png", "-f lavfi -i color=red:s=100x100 -frames:v 1");
  auto clip = make_clip(folder.path() / "clip.mp4", numbered("30", 30) + " " + kLossless);
  auto path = make_clip(folder.path() / "a.mp4", "-i " + quoted(cover) + " -i " + quoted(clip) +
                                                     " -map 0 -map 1 -c copy -disposition:v:0 attached_pic");
  VideoFacts video = must(probe(path)).video;
  EXPECT_EQ(video.codec, "h264");
  EXPECT_EQ(video.frames, 30);
}

TEST(Probe, ReadsTags) {
  auto folder = must(TemporaryFolder::create());
  auto path =
      make_clip(folder.path() / "a.mp4", numbered("30", 5) + " " + kLossless +
                                             " -metadata title='Für Ada 👩‍💻' -metadata comment='id=1'");
  auto tags = must(read_tags(path));
  EXPECT_EQ(tags["title"], "Für Ada 👩‍💻");
  EXPECT_EQ(tags["comment"], "id=1");
}

// What a recording of 3 s is, of noise, so that bytes lie evenly.
constexpr const char* kThreeSeconds =
    "-f lavfi -i \"nullsrc=s=320x180:r=30:d=3,geq=random(1)*255:128:128\" -f lavfi -i sine=440:r=48000:d=3 "
    "-c:v libx264 -preset ultrafast -g 15 -c:a aac";

fs::path cut(const fs::path& path, double share) {
  fs::path shorter = path.parent_path() / ("cut" + path.extension().string());
  fs::copy_file(path, shorter, fs::copy_options::overwrite_existing);
  fs::resize_file(shorter, static_cast<uintmax_t>(static_cast<double>(fs::file_size(path)) * share));
  return shorter;
}

TEST(Probe, AFinishedRecordingThatIsCutIsCorrupt) {
  auto folder = must(TemporaryFolder::create());
  for (std::string name : {"a.mkv", "index behind.mp4", "index first.mp4", "a.mov", "a.avi"}) {
    std::string flags = name == "index first.mp4" ? " -movflags +faststart" : "";
    auto path = make_clip(folder.path() / name, kThreeSeconds + flags);
    must(probe(path));
    for (double share : {0.3, 0.6, 0.8}) {
      auto facts = probe(cut(path, share));
      ASSERT_FALSE(facts) << name << " " << share;
      EXPECT_EQ(facts.error().kind(), ErrorKind::Corrupt) << name;
      EXPECT_THAT(facts.error().message() + facts.error().hint(), AnyOf(HasSubstr("cut short"), HasSubstr("damaged")))
          << name;
    }
  }
}

TEST(Probe, ARecordingThatWasNeverFinishedIsTakenAsItIs) {
  auto folder = must(TemporaryFolder::create());
  for (std::string flags : {"", " -live 1"}) {
    // Through a pipe nothing can be written back into the header, as after a crash.
    auto path = folder.path() / "a.mkv";
    output_of(std::string("ffmpeg -nostdin -v error ") + kThreeSeconds + flags + " -f matroska - > " + quoted(path));
    EXPECT_EQ(must(probe(path)).video.frames, 90);
    RecordingFacts facts = must(probe(cut(path, 0.6)));
    EXPECT_GT(facts.video.frames, 30);
    EXPECT_LT(facts.video.frames, 80);
    EXPECT_TRUE(facts.video.constant_rate);
    EXPECT_EQ(facts.video.output_rate, (Rational{30, 1}));
    EXPECT_GT(facts.duration.count(), 1'000'000);
    EXPECT_LT(facts.duration.count(), 2'700'000);
  }
}

class Refusals : public testing::Test {
 protected:
  fs::path write(const std::string& name, std::string_view text) {
    must(write_file(folder_.path() / name, text));
    return folder_.path() / name;
  }
  Error refused(const fs::path& path) {
    auto facts = probe(path);
    EXPECT_FALSE(facts) << path;
    EXPECT_FALSE(VideoReader::open(path, {{64, 64}, {30, 1}, Fit::Contain, Microseconds(0), 1})) << path;
    return facts ? Error(ErrorKind::Internal, "was accepted") : facts.error();
  }
  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

TEST_F(Refusals, AMissingFile) {
  Error error = refused(folder_.path() / "missing.mp4");
  EXPECT_EQ(error.kind(), ErrorKind::NotFound);
  EXPECT_THAT(error.message(), HasSubstr("missing.mp4"));
}

TEST_F(Refusals, AFolder) {
  EXPECT_EQ(refused(folder_.path()).kind(), ErrorKind::InvalidInput);
}

TEST_F(Refusals, AnEmptyOrATextFile) {
  for (auto& path : {write("empty.mp4", ""), write("text.mp4", "This is a letter, not a recording.\n"),
                     write("notes.txt", std::string(100'000, 'x'))}) {
    Error error = refused(path);
    EXPECT_THAT(error.kind(), AnyOf(ErrorKind::Corrupt, ErrorKind::InvalidInput)) << error.describe();
    EXPECT_THAT(error.message(), HasSubstr(path.filename().string()));
    EXPECT_FALSE(error.hint().empty()) << error.describe();
  }
}

TEST_F(Refusals, SoundAlone) {
  Error error = refused(make_clip(folder_.path() / "a.wav", "-f lavfi -i sine=440:d=0.5"));
  EXPECT_EQ(error.kind(), ErrorKind::InvalidInput);
  EXPECT_THAT(error.message(), HasSubstr("no picture"));
}

// Lists that would read files that the user did not name.
TEST_F(Refusals, ARecordingOfDecades) {
  auto path = make_clip(folder_.path() / "a.mkv",
                        "-f lavfi -i testsrc=s=64x64:r=10:d=2 -vf \"setpts=PTS+if(gt(N\\,10)\\,1e9/TB\\,0)\" -fps_mode "
                        "passthrough -c:v libx264 -preset ultrafast");
  auto facts = probe(path);
  ASSERT_FALSE(facts);
  EXPECT_THAT(facts.error().message(), HasSubstr("hours"));
}

TEST_F(Refusals, APlaylistThatNamesAnotherFile) {
  auto other = make_clip(folder_.path() / "other.ts", numbered("30", 30) + " " + kLossless + std::string(" -f mpegts"));
  must(probe(other));
  write("index.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1.0,\nother.ts\n#EXT-X-ENDLIST\n");
  write("hidden.mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1.0,\nother.ts\n#EXT-X-ENDLIST\n");
  write("list.ffconcat", "ffconcat version 1.0\nfile other.ts\n");
  write("list.mkv", "ffconcat version 1.0\nfile other.ts\n");
  for (std::string name : {"index.m3u8", "hidden.mp4", "list.ffconcat", "list.mkv"}) {
    Error error = refused(folder_.path() / name);
    EXPECT_THAT(error.kind(), AnyOf(ErrorKind::Corrupt, ErrorKind::InvalidInput)) << error.describe();
  }
}

TEST_F(Refusals, ANameIsNeverReadAsAProtocolOrAPattern) {
  auto clip = make_clip(folder_.path() / "clip.mkv", numbered("30", 5) + " " + kLossless);
  for (std::string name :
       {"concat:a|b.mkv", "%03d.mkv", "a?b&c=d.mkv", "http:x.mkv", "-i.mkv", "ünï 漢.mkv", "a\nb.mkv"}) {
    fs::copy_file(clip, folder_.path() / name);
    EXPECT_EQ(must(probe(folder_.path() / name)).video.frames, 5) << name;
  }
}

}  // namespace
}  // namespace candid::media
