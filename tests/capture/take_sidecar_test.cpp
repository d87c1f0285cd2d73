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
  sidecar.frames_captured = 612;
  sidecar.frames_encoded = 614;
  sidecar.frames_dropped = 2;
  sidecar.device = "test:";
  sidecar.marks = {{"Hello \"José\"", 600ms, 1'234'567us}, {"Zweite Zeile", 2s, 3s}};
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
  must(write_file(sidecar_path(take), std::string_view("{\"version\": 2}")));
  auto sidecar = read_sidecar(take);
  ASSERT_FALSE(sidecar);
  EXPECT_EQ(sidecar.error().kind(), ErrorKind::Unsupported);
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
