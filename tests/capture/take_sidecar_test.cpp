#include "capture/take_sidecar.h"

#include "core/files.h"
#include "tests/support/results.h"

namespace candid::capture {
namespace {

using test::must;
using namespace std::chrono_literals;

TakeSidecar some_sidecar() {
  TakeSidecar sidecar;
  sidecar.duration = 20'466'667us;
  sidecar.size = {720, 1280};
  sidecar.frame_rate = {30000, 1001};
  sidecar.frames = {620, 612, {{Drop::Standby, 5}, {Drop::EncoderSlow, 3}}, 2};
  sidecar.shows = Shows::Screen;
  sidecar.device = "test:";
  sidecar.marks = {{"Hello \"José\"", 600ms, 1'234'567us}, {"Zweite Zeile", 2s, 3s}};
  sidecar.drift_ppm = -37.5;
  sidecar.missing_sound = 120ms;
  sidecar.ended_by = "the camera went away";
  sidecar.bookmarks = {1s, 7'500ms};
  sidecar.pauses = {{5s, 42s}};
  return sidecar;
}

TEST(TakeSidecar, ComesBackAsItWasWritten) {
  auto folder = must(TemporaryFolder::create());
  auto take = folder.path() / "a take.mkv";
  must(write_sidecar(take, some_sidecar()));
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "a take.take.json"));
  EXPECT_EQ(must(read_sidecar(take)), some_sidecar());
}

TEST(TakeSidecar, IsNotFoundBesideAKilledTake) {
  auto folder = must(TemporaryFolder::create());
  auto sidecar = read_sidecar(folder.path() / "killed.mkv");
  ASSERT_FALSE(sidecar);
  EXPECT_EQ(sidecar.error().kind(), ErrorKind::NotFound);
}

TEST(TakeSidecar, SaysWhenItIsDamaged) {
  auto folder = must(TemporaryFolder::create());
  auto take = folder.path() / "take.mkv";
  for (const char* text : {"", "{\"version\": 1", "[]", "{\"version\": 1}", "{\"version\": \"one\"}"}) {
    must(write_file(sidecar_path(take), std::string_view(text)));
    auto sidecar = read_sidecar(take);
    ASSERT_FALSE(sidecar) << text;
    EXPECT_EQ(sidecar.error().kind(), ErrorKind::Corrupt) << text;
    EXPECT_NE(sidecar.error().message().find("take.take.json"), std::string::npos);
  }
}

TEST(TakeSidecar, OfANewerVersionIsNotGuessedAt) {
  auto folder = must(TemporaryFolder::create());
  auto take = folder.path() / "take.mkv";
  must(write_file(sidecar_path(take), std::string_view("{\"version\": 3}")));
  auto sidecar = read_sidecar(take);
  ASSERT_FALSE(sidecar);
  EXPECT_EQ(sidecar.error().kind(), ErrorKind::Unsupported);
}

TEST(TakeSidecar, OfVersion1IsRead) {
  auto folder = must(TemporaryFolder::create());
  auto take = folder.path() / "take.mkv";
  must(write_file(sidecar_path(take), std::string_view(R"({"version": 1, "duration_s": 3.0,
    "size": {"width": 320, "height": 180}, "frame_rate": {"num": 30, "den": 1},
    "frames": {"captured": 88, "encoded": 90, "dropped": 2}, "device": "test:", "marks": [], "pauses": []})")));
  TakeSidecar sidecar = must(read_sidecar(take));
  EXPECT_EQ(sidecar.frames.captured, 88);
  EXPECT_EQ(sidecar.frames.in_take(), 90);
  EXPECT_EQ(sidecar.frames.repeated, 2);
}

TEST(TakeSidecar, SurvivesADeviceNameThatIsNotText) {
  auto folder = must(TemporaryFolder::create());
  auto take = folder.path() / "take.mkv";
  TakeSidecar sidecar = some_sidecar();
  sidecar.device = "Cam\xFF";
  must(write_sidecar(take, sidecar));
  EXPECT_EQ(must(read_sidecar(take)).device, "Cam\xEF\xBF\xBD");
}

}  // namespace
}  // namespace candid::capture
