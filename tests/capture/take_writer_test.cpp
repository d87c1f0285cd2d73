#include "capture/take_writer.h"

#include <cmath>

#include <sys/stat.h>
#include <unistd.h>

#include "core/files.h"
#include "media/probe.h"
#include "media/video_reader.h"
#include "tests/support/results.h"
#include "tests/support/small_disk.h"

namespace candid::capture {
namespace {

using test::must;
using namespace std::chrono_literals;

constexpr media::FrameSize kTakeSize{320, 180};
const TakeFormat kFormat{kTakeSize, {30, 1}};

// A picture that does not compress away, and a thirtieth of a second of a tone.
Result<void> push_moment(TakeWriter& take, int index) {
  media::Frame frame = TRY(media::Frame::allocate(kTakeSize));
  frame.fill(100, 120, 130);
  media::Plane luma = frame.mutable_plane(0);
  uint32_t noise = static_cast<uint32_t>(index) * 2654435761U + 1;
  for (int y = 0; y < luma.height; ++y) {
    for (int x = 0; x < luma.width; ++x) {
      noise = noise * 1664525U + 1013904223U;
      luma.data[y * luma.stride + x] = static_cast<uint8_t>(100 + (noise >> 27));
    }
  }
  media::Samples sound(1600 * media::kChannels);
  for (size_t i = 0; i < sound.size(); ++i) sound[i] = 0.3F * std::sin(0.05F * static_cast<float>(i / 2));
  TRY_VOID(take.push(std::move(frame)));
  return take.push(sound);
}

TEST(TakeWriter, WritesWhatProbeReads) {
  auto folder = must(TemporaryFolder::create());
  auto path = folder.path() / "odd: name, 100%.mkv";
  auto take = must(TakeWriter::create(path, kFormat));
  for (int i = 0; i < 45; ++i) must(push_moment(*take, i));
  EXPECT_EQ(take->frames(), 45);
  EXPECT_EQ(take->duration(), 1500ms);
  must(take->finish());

  auto facts = must(media::probe(path));
  EXPECT_EQ(facts.video.codec, "h264");
  EXPECT_EQ(facts.video.stored, kTakeSize);
  EXPECT_EQ(facts.video.frames, 45);
  EXPECT_TRUE(facts.video.constant_rate);
  EXPECT_FALSE(facts.video.full_range);
  EXPECT_EQ(facts.video.output_rate, (Rational{30, 1}));
  ASSERT_TRUE(facts.audio);
  EXPECT_EQ(facts.audio->sample_rate, 48000);
  EXPECT_EQ(facts.audio->channels, 2);
}

TEST(TakeWriter, NeverOverwrites) {
  auto folder = must(TemporaryFolder::create());
  auto path = folder.path() / "take.mkv";
  must(write_file(path, std::string_view("precious")));
  auto take = TakeWriter::create(path, kFormat);
  ASSERT_FALSE(take);
  EXPECT_EQ(take.error().kind(), ErrorKind::Exists);
  EXPECT_FALSE(take.error().hint().empty());
  EXPECT_EQ(must(read_text_file(path)), "precious");
}

TEST(TakeWriter, NeedsItsFolder) {
  auto folder = must(TemporaryFolder::create());
  auto take = TakeWriter::create(folder.path() / "missing" / "take.mkv", kFormat);
  ASSERT_FALSE(take);
  EXPECT_EQ(take.error().kind(), ErrorKind::NotFound);
  EXPECT_NE(take.error().message().find("missing"), std::string::npos);
}

TEST(TakeWriter, NeedsAFolderItMayWriteTo) {
  auto folder = must(TemporaryFolder::create());
  ASSERT_EQ(::chmod(folder.path().c_str(), 0555), 0);
  constexpr uid_t kNobody = 65534;
  bool is_root = ::geteuid() == 0;  // root may write anywhere
  ASSERT_EQ(is_root ? ::seteuid(kNobody) : 0, 0);
  auto take = TakeWriter::create(folder.path() / "take.mkv", kFormat);
  ASSERT_EQ(is_root ? ::seteuid(0) : 0, 0);
  ::chmod(folder.path().c_str(), 0755);
  ASSERT_FALSE(take);
  EXPECT_EQ(take.error().kind(), ErrorKind::PermissionDenied);
}

TEST(TakeWriter, LeavesNothingWhenNoPictureCame) {
  auto folder = must(TemporaryFolder::create());
  auto path = folder.path() / "take.mkv";
  must(TakeWriter::create(path, kFormat)).reset();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(TakeWriter, ThatIsKilledLeavesATakeThatPlaysToItsLastSecond) {
  auto folder = must(TemporaryFolder::create());
  auto path = folder.path() / "take.mkv";
  auto copy = folder.path() / "as the disk had it.mkv";
  auto take = must(TakeWriter::create(path, kFormat));
  for (int i = 0; i < 150; ++i) {
    must(push_moment(*take, i));
    // Moments at every distance from a cluster's end.
    if (i < 60 || i % 7 != 0) continue;
    std::filesystem::copy_file(path, copy, std::filesystem::copy_options::overwrite_existing);
    auto facts = must(media::probe(copy));
    EXPECT_GE(facts.duration, take->duration() - 1s) << "killed after frame " << i;
    EXPECT_TRUE(facts.video.constant_rate);
    EXPECT_TRUE(facts.audio);
    EXPECT_TRUE(must(media::VideoReader::open(copy, {kTakeSize, {30, 1}, media::Fit::Contain, 0s, 60})).next());
  }
}

TEST(TakeWriter, ThatIsCutAnywhereIsPlayableSoFar) {
  auto folder = must(TemporaryFolder::create());
  auto path = folder.path() / "take.mkv";
  auto take = must(TakeWriter::create(path, kFormat));
  for (int i = 0; i < 120; ++i) must(push_moment(*take, i));
  auto size = std::filesystem::file_size(path);
  for (int eighths : {3, 5, 7}) {
    auto cut = folder.path() / "cut.mkv";
    std::filesystem::copy_file(path, cut, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(cut, size * static_cast<uintmax_t>(eighths) / 8);
    auto facts = must(media::probe(cut));
    EXPECT_GT(facts.duration, 500ms * (eighths - 2)) << eighths;
  }
}

TEST(TakeWriter, ReportsAFullDiskAndKeepsWhatItHas) {
  auto folder = must(TemporaryFolder::create());
  auto disk = candid::test::SmallDisk::mount(folder.path(), 512);
  if (!disk) GTEST_SKIP() << candid::test::kNoSmallDisk;
  auto path = folder.path() / "take.mkv";
  auto take = must(TakeWriter::create(path, kFormat));
  Result<void> pushed;
  for (int i = 0; i < 300 && pushed; ++i) pushed = push_moment(*take, i);
  ASSERT_FALSE(pushed);
  EXPECT_EQ(pushed.error().kind(), ErrorKind::NoSpace);
  EXPECT_FALSE(pushed.error().hint().empty());
  auto finished = take->finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().kind(), ErrorKind::NoSpace);
  take.reset();
  EXPECT_GT(must(media::probe(path)).video.frames, 0);
}

}  // namespace
}  // namespace candid::capture
