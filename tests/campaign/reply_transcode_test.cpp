#include "campaign/replies/reply_transcode.h"

#include <cmath>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/files.h"
#include "media/audio_reader.h"
#include "media/loudness.h"
#include "media/probe.h"
#include "media/video_reader.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

namespace candid::campaign {
namespace {

using candid::test::make_clip;
using candid::test::must;
using candid::test::output_of;
using candid::test::quoted;

// As browsers record: VP8 and Opus in a WebM whose header knows no length.
constexpr const char* kWebm = "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 400k -c:a libopus -f webm -live 1";

std::string picture(const char* size, double seconds = 2) {
  return fmt::format("-f lavfi -i testsrc2=size={}:rate=30:duration={}", size, seconds);
}

std::string sound(double seconds = 2) {
  return fmt::format("-f lavfi -i sine=frequency=440:sample_rate=44100:duration={}", seconds);
}

class ReplyTranscodeTest : public testing::Test {
 protected:
  std::filesystem::path path(const char* name) const { return folder_.path() / name; }
  ReplyJob job(const std::filesystem::path& raw) const { return {raw, path("video.mp4"), path("poster.jpg")}; }
  std::filesystem::path clip(const std::string& arguments) { return make_clip(path("raw"), arguments); }
  Error refused(const std::filesystem::path& raw) {
    auto result = transcode_reply(job(raw));
    EXPECT_FALSE(result);
    EXPECT_FALSE(std::filesystem::exists(path("video.mp4")));
    return result ? Error(ErrorKind::Internal, "taken") : result.error();
  }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

TEST_F(ReplyTranscodeTest, MakesWhatPlaysEverywhere) {
  auto result = must(transcode_reply(job(clip(fmt::format("{} {} {}", picture("640x360"), sound(), kWebm)))));
  EXPECT_EQ(result.width, 640);
  EXPECT_EQ(result.height, 360);
  EXPECT_NEAR(static_cast<double>(result.duration.count()), 2e6, 1e5);
  auto facts = must(media::probe(path("video.mp4")));
  EXPECT_EQ(facts.video.codec, "h264");
  EXPECT_EQ(facts.video.pixel_format, "yuv420p");
  ASSERT_TRUE(facts.audio);
  EXPECT_EQ(facts.audio->codec, "aac");
  EXPECT_EQ(facts.audio->sample_rate, 48000);
  EXPECT_NEAR(static_cast<double>(facts.duration.count()), static_cast<double>(result.duration.count()), 1e5);
  // The index comes first, so that it plays while it loads.
  std::string bytes = must(read_text_file(path("video.mp4")));
  EXPECT_LT(bytes.find("moov"), bytes.find("mdat"));
  EXPECT_TRUE(must(read_text_file(path("poster.jpg"))).starts_with("\xff\xd8\xff"));
}

TEST_F(ReplyTranscodeTest, MakesFilesForTheirOwnerAlone) {
  must(transcode_reply(job(clip(fmt::format("{} {} {}", picture("160x90", 0.5), sound(0.5), kWebm)))));
  for (const char* name : {"video.mp4", "poster.jpg"}) {
    struct stat facts {};
    ASSERT_EQ(::stat(path(name).c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600u) << name;
  }
}

TEST_F(ReplyTranscodeTest, ReadsWhatSafariRecords) {
  auto raw = clip(fmt::format("{} {} -c:v libx264 -preset ultrafast -c:a aac -movflags frag_keyframe+empty_moov -f mp4",
                              picture("320x180"), sound()));
  must(transcode_reply(job(raw)));
  EXPECT_EQ(must(media::probe(path("video.mp4"))).video.codec, "h264");
}

TEST_F(ReplyTranscodeTest, ShowsLargePicturesAtTheLengthThatIsShown) {
  auto result = must(transcode_reply(job(clip(fmt::format("{} {} {}", picture("1920x1080", 0.5), sound(0.5), kWebm)))));
  EXPECT_EQ(result.width, 1280);
  EXPECT_EQ(result.height, 720);
}

TEST_F(ReplyTranscodeTest, TurnsWhatAPhoneRecordedUpright) {
  make_clip(path("flat.mp4"),
            fmt::format("{} {} -c:v libx264 -preset ultrafast -c:a aac -f mp4", picture("320x180"), sound()));
  // The same packets, said to be a quarter turn off.
  auto raw = clip(fmt::format("-i {} -c copy -metadata:s:v rotate=90 -f mp4", quoted(path("flat.mp4"))));
  auto facts = must(media::probe(raw));
  ASSERT_NE(facts.video.rotation_degrees % 180, 0);
  auto result = must(transcode_reply(job(raw)));
  EXPECT_EQ(result.width, 180);
  EXPECT_EQ(result.height, 320);
  EXPECT_EQ(must(media::probe(path("video.mp4"))).video.rotation_degrees, 0);
}

TEST_F(ReplyTranscodeTest, LeavesLoudnessAsItIs) {
  auto raw = clip(fmt::format("{} -f lavfi -i sine=frequency=440:sample_rate=48000:duration=3 -af volume=-20dB {}",
                              picture("320x180", 3), kWebm));
  auto measured = [](const std::filesystem::path& file) {
    media::AudioReader reader = must(media::AudioReader::open(file, Microseconds{0}, 2 * media::kSampleRate));
    return must(media::measure_loudness(reader)).integrated_lufs;
  };
  must(transcode_reply(job(raw)));
  EXPECT_NEAR(measured(path("video.mp4")), measured(raw), 0.5);
}

TEST_F(ReplyTranscodeTest, TakesRecordingsWithoutSound) {
  must(transcode_reply(job(clip(fmt::format("{} {} -an", picture("320x180", 1), kWebm)))));
}

TEST_F(ReplyTranscodeTest, RefusesWhatIsLongerThanTwoMinutes) {
  auto raw = clip(fmt::format("-f lavfi -i color=size=64x64:rate=1:duration=140 {} -an", kWebm));
  EXPECT_EQ(refused(raw).kind(), ErrorKind::InvalidInput);
}

TEST_F(ReplyTranscodeTest, RefusesPicturesThatAreTooLargeOrNoPictures) {
  auto large = clip(fmt::format("-f lavfi -i color=size=2048x64:rate=5:duration=0.4 {} -an", kWebm));
  EXPECT_EQ(refused(large).kind(), ErrorKind::InvalidInput);
  auto silent = clip(fmt::format("{} -c:a libopus -f webm", sound()));
  EXPECT_EQ(refused(silent).kind(), ErrorKind::InvalidInput);
}

TEST_F(ReplyTranscodeTest, RefusesWhatIsNoRecording) {
  std::string noise;
  for (uint32_t i = 0, seed = 5; i < 100'000; ++i)
    noise += static_cast<char>((seed = seed * 1'664'525 + 1'013'904'223) >> 24);
  must(write_file(path("raw"), noise));
  refused(path("raw"));
  must(write_file(path("raw"), "\x1a\x45\xdf\xa3" + noise));
  refused(path("raw"));
  must(write_file(path("raw"), std::string_view("\x00\x00\x00\x18"
                                                "ftypisom",
                                                12)));
  refused(path("raw"));
  must(write_file(path("raw"), std::string_view()));
  refused(path("raw"));
  must(write_file(path("raw"), "#EXTM3U\n#EXTINF:2,\nfile:///etc/passwd\n"));
  refused(path("raw"));
}

TEST_F(ReplyTranscodeTest, RefusesABoxThatClaimsAGigabyte) {
  auto whole =
      clip(fmt::format("{} {} -c:v libx264 -preset ultrafast -c:a aac -f mp4", picture("320x180", 1), sound(1)));
  std::string bytes = must(read_text_file(whole));
  for (const char* name : {"moov", "mdat", "stsz", "stco", "stts", "avcC", "trak"}) {
    std::string claims = bytes;
    size_t at = claims.find(name);
    ASSERT_NE(at, std::string::npos) << name;
    claims.replace(at - 4, 4, std::string_view("\x40\x00\x00\x00", 4));
    must(write_file(path("raw"), claims));
    auto result = transcode_reply(job(path("raw")));  // a player may make something of it; it ends either way
    if (result) {
      EXPECT_LE(result->duration, kLongestReplyVideo);
    }
  }
  // A table of samples that are not there.
  std::string claims = bytes;
  claims.replace(claims.find("stsz") + 12, 4, std::string_view("\x40\x00\x00\x00", 4));
  must(write_file(path("raw"), claims));
  auto result = transcode_reply(job(path("raw")));
  if (result) {
    EXPECT_LE(result->duration, kLongestReplyVideo);
  }
}

TEST_F(ReplyTranscodeTest, TakesWhatIsThereOfARecordingThatBrokeOff) {
  auto whole = clip(fmt::format("{} {} {}", picture("320x180"), sound(), kWebm));
  std::string bytes = must(read_text_file(whole));
  must(write_file(path("raw"), bytes.substr(0, bytes.size() * 2 / 3)));
  auto result = must(transcode_reply(job(path("raw"))));
  EXPECT_GT(result.duration, std::chrono::milliseconds(500));
}

}  // namespace
}  // namespace candid::campaign
