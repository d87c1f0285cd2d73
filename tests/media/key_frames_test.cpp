#include "media/key_frames.h"

#include "core/files.h"
#include "tests/media/pictures.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

namespace candid::media {
namespace {

using candid::test::make_clip;
using candid::test::must;
using test::number_of;
using test::numbered;
using namespace std::chrono_literals;

std::vector<int> numbers_in(const std::vector<KeyFrame>& keys) {
  std::vector<int> numbers;
  for (const KeyFrame& key : keys) numbers.push_back(number_of(key.picture));
  return numbers;
}

TEST(KeyFrames, AreThoseOfTheTimeAskedFor) {
  auto folder = must(TemporaryFolder::create());
  for (const char* name : {"a.mkv", "a.mp4"}) {
    auto path = make_clip(folder.path() / name, numbered("30", 90) + " " + test::kLossless + " -g 15 -bf 2");
    auto keys = must(read_key_frames(path, {64, 64}, 400ms, 2s, 0ms));
    EXPECT_EQ(numbers_in(keys), (std::vector{15, 30, 45})) << name;
    EXPECT_EQ(keys.at(1).time, 1s) << name;
    EXPECT_EQ(keys.at(1).picture.size(), (FrameSize{64, 64}));
  }
}

TEST(KeyFrames, LieApartWhereEveryFrameIsOne) {
  auto folder = must(TemporaryFolder::create());
  auto path = make_clip(folder.path() / "a.mkv", numbered("30", 90) + " " + test::kLossless + " -g 1");
  auto keys = must(read_key_frames(path, {64, 64}, 1s, 2s, 300ms));
  EXPECT_EQ(numbers_in(keys), (std::vector{30, 39, 48, 57}));
}

TEST(KeyFrames, AreNoneBetweenTwo) {
  auto folder = must(TemporaryFolder::create());
  auto path = make_clip(folder.path() / "a.mkv", numbered("30", 90) + " " + test::kLossless + " -g 250");
  EXPECT_TRUE(must(read_key_frames(path, {64, 64}, 500ms, 2s, 0ms)).empty());
}

TEST(KeyFrames, OfAMissingFileAreAnError) {
  EXPECT_FALSE(read_key_frames("/nowhere/a.mkv", {64, 64}, 0ms, 1s, 0ms));
}

}  // namespace
}  // namespace candid::media
