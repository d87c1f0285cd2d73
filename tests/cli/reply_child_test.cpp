// Transcoding in a process of its own: the real program, with recordings that mean harm.

#include "campaign/replies/reply_child.h"

#include <csignal>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/files.h"
#include "media/probe.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

namespace candid::campaign {
namespace {

using candid::test::make_clip;
using candid::test::must;

class ReplyChildTest : public testing::Test {
 protected:
  std::filesystem::path path(const char* name) const { return folder_.path() / name; }
  ReplyJob job() const { return {path("raw"), path("video.mp4"), path("poster.jpg")}; }
  Result<track::ReplyResult> transcode(const std::stop_token& stop = {}) const {
    return transcode_in_child(child_, job(), stop);
  }
  void record(const std::string& arguments) { make_clip(path("raw"), arguments); }
  // A program that stands in for this one.
  void stand_in(const std::string& script) {
    must(write_file(path("program"), "#!/bin/sh\n" + script + "\n"));
    std::filesystem::permissions(path("program"), std::filesystem::perms::owner_all);
    child_.program = path("program");
  }
  ErrorKind kind() const {
    auto result = transcode();
    EXPECT_FALSE(result);
    return result ? ErrorKind::Internal : result.error().kind();
  }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  ReplyChild child_{CANDID_PROGRAM};
};

TEST_F(ReplyChildTest, MakesAReplyPlayable) {
  record(
      "-f lavfi -i testsrc2=size=320x180:rate=30:duration=1 -f lavfi -i sine=duration=1 -c:v libvpx -deadline realtime "
      "-cpu-used 8 -c:a libopus -f webm -live 1");
  auto result = must(transcode());
  EXPECT_EQ(result.width, 320);
  EXPECT_EQ(must(media::probe(path("video.mp4"))).video.codec, "h264");
  EXPECT_TRUE(std::filesystem::exists(path("poster.jpg")));
}

TEST_F(ReplyChildTest, OpensNothingThatBrowsersDoNotRecord) {
  const char* others[] = {
      "-f lavfi -i testsrc2=size=64x64:rate=10:duration=1 -c:v mpeg4 -f avi",
      "-f lavfi -i testsrc2=size=64x64:rate=10:duration=1 -c:v mpeg2video -f mpegts",
      "-f lavfi -i testsrc2=size=64x64:rate=10:duration=1 -c:v mjpeg -f matroska",
      "-f lavfi -i testsrc2=size=64x64:rate=10:duration=1 -c:v mpeg4 -f mp4",
      "-f lavfi -i testsrc2=size=64x64:rate=10:duration=1 -c:v flv1 -f flv",
  };
  for (const char* other : others) {
    record(other);
    EXPECT_EQ(kind(), ErrorKind::Corrupt) << other;
    EXPECT_FALSE(std::filesystem::exists(path("video.mp4")));
  }
  must(write_file(path("raw"), "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"));
  EXPECT_EQ(kind(), ErrorKind::Corrupt);
  must(write_file(path("raw"), "ffconcat version 1.0\nfile /etc/passwd\n"));
  EXPECT_EQ(kind(), ErrorKind::Corrupt);
}

TEST_F(ReplyChildTest, SurvivesRandomBytes) {
  uint32_t seed = 11;
  for (std::string_view beginning : {std::string_view("\x1a\x45\xdf\xa3"), std::string_view("\0\0\0\x18"
                                                                                            "ftyp",
                                                                                            8)}) {
    std::string bytes(beginning);
    for (int i = 0; i < 200'000; ++i) bytes += static_cast<char>((seed = seed * 1'664'525 + 1'013'904'223) >> 24);
    must(write_file(path("raw"), bytes));
    EXPECT_EQ(kind(), ErrorKind::Corrupt);
  }
}

TEST_F(ReplyChildTest, SurvivesRecordingsWithFlippedBytes) {
  record(
      "-f lavfi -i testsrc2=size=160x90:rate=15:duration=1 -f lavfi -i sine=duration=1 -c:v libvpx -deadline realtime "
      "-cpu-used 8 -c:a libopus -f webm -live 1");
  const std::string whole = must(read_text_file(path("raw")));
  uint32_t seed = 3;
  for (int round = 0; round < 12; ++round) {
    std::string bytes = whole;
    for (int i = 0; i < 40; ++i) {
      seed = seed * 1'664'525 + 1'013'904'223;
      bytes[seed % bytes.size()] = static_cast<char>(seed >> 16);
    }
    must(write_file(path("raw"), bytes));
    auto result = transcode();
    if (!result) {
      EXPECT_EQ(result.error().kind(), ErrorKind::Corrupt) << result.error().describe();
    }
  }
}

TEST_F(ReplyChildTest, ThatCrashesIsTheRecordingsFault) {
  must(write_file(path("raw"), "x"));
  stand_in("kill -SEGV $$");
  EXPECT_EQ(kind(), ErrorKind::Corrupt);
  stand_in("kill -XCPU $$");
  EXPECT_EQ(kind(), ErrorKind::Corrupt);
}

TEST_F(ReplyChildTest, ThatIsKilledOrSaysNothingMayDoBetterLater) {
  stand_in("kill -KILL $$");
  EXPECT_NE(kind(), ErrorKind::Corrupt);
  stand_in("exit 1");
  EXPECT_NE(kind(), ErrorKind::Corrupt);
  stand_in("echo '{\"result\": 7}'");
  EXPECT_NE(kind(), ErrorKind::Corrupt);
  child_.program = path("nowhere");
  EXPECT_NE(kind(), ErrorKind::Corrupt);
}

TEST_F(ReplyChildTest, ThatTakesTooLongIsEndedAndMayDoBetterWhereLessElseRuns) {
  stand_in("sleep 600");
  child_.longest = std::chrono::seconds(1);
  EXPECT_EQ(kind(), ErrorKind::OutOfReach);
}

TEST_F(ReplyChildTest, ThatSaysTooMuchIsEnded) {
  stand_in("yes");
  EXPECT_EQ(kind(), ErrorKind::Corrupt);
}

TEST_F(ReplyChildTest, IsEndedWhenItIsStopped) {
  stand_in("echo $$ > " + path("pid.part").string() + "; mv " + path("pid.part").string() + " " + path("pid").string() +
           "; exec sleep 600");
  std::stop_source source;
  std::jthread stopper([&] {
    while (!std::filesystem::exists(path("pid"))) std::this_thread::yield();
    source.request_stop();
  });
  auto result = transcode(source.get_token());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::Cancelled);
  pid_t child = std::stoi(must(read_text_file(path("pid"))));
  EXPECT_EQ(::kill(child, 0), -1) << "it is gone";
}

TEST_F(ReplyChildTest, GetsNoFilesAndNoSettingsOfOurs) {
  int leaked = ::dup(STDOUT_FILENO);  // without close-on-exec, as sockets of a library may be
  ::setenv("CANDID_SAMPLE_SECRET", "of ours", 1);
  stand_in("ls /proc/self/fd > " + path("files").string() + "; env > " + path("settings").string());
  kind();
  ::close(leaked);
  ::unsetenv("CANDID_SAMPLE_SECRET");
  EXPECT_EQ(must(read_text_file(path("settings"))).find("SECRET"), std::string::npos);
  // Its three streams, and the folder that `ls` reads.
  std::string files = must(read_text_file(path("files")));
  EXPECT_LE(std::count(files.begin(), files.end(), '\n'), 4) << files;
}

}  // namespace
}  // namespace candid::campaign
