#include "capture/picture_score.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "capture/presenter/presenter_figure.h"
#include "media/video_reader.h"
#include "tests/support/results.h"

namespace candid::capture {
namespace {

using test::must;

constexpr media::FrameSize kScoredSize{1280, 720};

media::Frame presenter(const Pose& pose = {}) {
  return must(must(PresenterFigure::create(kScoredSize)).draw(pose));
}

// The presenter's room without the presenter, who stands far to the side.
media::Frame empty_room() {
  Pose away;
  away.head_x = 20;
  return presenter(away);
}

// A copy whose every luma value went through `change`, which is called with the plane as it was, x and y.
template <typename Change>
media::Frame changed(const media::Frame& frame, Change change) {
  media::Frame copy = frame.share();
  must(copy.make_writable());
  media::ConstPlane before = frame.plane(0);
  media::Plane after = copy.mutable_plane(0);
  for (int y = 0; y < after.height; ++y) {
    for (int x = 0; x < after.width; ++x) {
      after.data[y * after.stride + x] = static_cast<uint8_t>(std::clamp<int>(change(before, x, y), 0, 255));
    }
  }
  return copy;
}

media::Frame blurred(const media::Frame& frame, int radius) {
  auto mean = [radius](int dx, int dy) {
    return [=](const media::ConstPlane& plane, int x, int y) {
      int sum = 0;
      for (int i = -radius; i <= radius; ++i) {
        int at_x = std::clamp(x + i * dx, 0, plane.width - 1);
        int at_y = std::clamp(y + i * dy, 0, plane.height - 1);
        sum += plane.data[at_y * plane.stride + at_x];
      }
      return sum / (2 * radius + 1);
    };
  };
  return changed(changed(frame, mean(1, 0)), mean(0, 1));
}

// Exposed so many times as long, without a camera's soft shoulder.
media::Frame exposed(const media::Frame& frame, double times) {
  return changed(frame, [times](const media::ConstPlane& plane, int x, int y) {
    return std::min(235, 16 + static_cast<int>((plane.data[y * plane.stride + x] - 16) * times));
  });
}

void expect_equal(const PictureScore& a, const PictureScore& b) {
  EXPECT_EQ(a.sharpness, b.sharpness);
  EXPECT_EQ(a.light, b.light);
  EXPECT_EQ(a.face, b.face);
  EXPECT_EQ(a.total, b.total);
}

void expect_shares(const PictureScore& score) {
  for (double share : {score.sharpness, score.light, score.face, score.total}) {
    EXPECT_GE(share, 0);
    EXPECT_LE(share, 1);
  }
}

TEST(PictureScore, IsLowerTheMoreAPictureIsBlurred) {
  auto judge = must(PictureJudge::create());
  for (const media::Frame& sharp : {presenter(), empty_room()}) {
    PictureScore before = judge.judge(sharp);
    PictureScore soft = judge.judge(blurred(sharp, 4));
    PictureScore softer = judge.judge(blurred(sharp, 10));
    EXPECT_LT(soft.sharpness, before.sharpness);
    EXPECT_LT(soft.total, before.total);
    EXPECT_LT(softer.sharpness, soft.sharpness);
    EXPECT_LT(softer.total, soft.total);
  }
}

TEST(PictureScore, IsLowerForADarkOrABlownOutPicture) {
  auto judge = must(PictureJudge::create());
  // The drawn skin is light; this is nearer to what a camera exposes it to.
  media::Frame well_lit = exposed(presenter(), 0.7);
  PictureScore good = judge.judge(well_lit);
  for (double times : {0.2, 0.4, 2.2, 4.0}) {
    PictureScore bad = judge.judge(exposed(well_lit, times));
    EXPECT_LT(bad.light, good.light) << times;
    EXPECT_LT(bad.total, good.total) << times;
  }
}

TEST(PictureScore, OfAFaceBeatsAnEmptyRoom) {
  auto judge = must(PictureJudge::create());
  PictureScore room = judge.judge(empty_room());
  PictureScore face = judge.judge(presenter());
  EXPECT_EQ(room.face, 0);
  EXPECT_GT(face.face, 0.3);
  EXPECT_GT(face.total, room.total);
}

TEST(PictureScore, OfOpenEyesBeatsABlink) {
  auto judge = must(PictureJudge::create());
  Pose blink;
  blink.eyes_open = 0;
  PictureScore closed = judge.judge(presenter(blink));
  PictureScore open = judge.judge(presenter());
  EXPECT_GT(open.face, closed.face + 0.3);
  EXPECT_GT(open.total, closed.total);
}

TEST(PictureScore, IsTheSameForTheSamePictureWhateverWasJudgedBefore) {
  auto judge = must(PictureJudge::create());
  media::Frame frame = presenter();
  PictureScore first = judge.judge(frame);
  judge.judge(empty_room());
  expect_equal(judge.judge(frame), first);
  auto moved = std::move(judge);
  expect_equal(moved.judge(frame), first);
  expect_equal(must(PictureJudge::create()).judge(frame), first);
}

TEST(PictureScore, LeavesThePictureAsItWas) {
  auto judge = must(PictureJudge::create());
  media::Frame frame = presenter();
  media::Frame copy = changed(frame, [](const media::ConstPlane& p, int x, int y) { return p.data[y * p.stride + x]; });
  judge.judge(frame);
  media::ConstPlane now = frame.plane(0);
  media::ConstPlane before = copy.plane(0);
  for (int y = 0; y < now.height; ++y) {
    ASSERT_TRUE(
        std::equal(now.data + y * now.stride, now.data + y * now.stride + now.width, before.data + y * before.stride));
  }
}

TEST(PictureScore, StaysBetweenZeroAndOneForAnySizeAndAnyGrey) {
  auto judge = must(PictureJudge::create());
  for (media::FrameSize size : {media::FrameSize{2, 2}, {2, 4096}, {4096, 2}, {64, 64}, {360, 640}}) {
    media::Frame frame = must(media::Frame::allocate(size));
    for (uint8_t grey : {0, 16, 126, 235, 255}) {
      frame.fill(grey, 128, 128);
      PictureScore score = judge.judge(frame);
      expect_shares(score);
      EXPECT_EQ(score.sharpness, 0);
      EXPECT_EQ(score.face, 0);
    }
  }
}

TEST(PictureScore, FindsAFaceAmongTwelveFramesOfEveryWebcamClip) {
  // A checkout beside the shared clips has them there; elsewhere CANDID_MEDIA says where.
  const char* media = std::getenv("CANDID_MEDIA");
  std::filesystem::path folder =
      std::filesystem::path(media != nullptr ? media : CANDID_SOURCE_DIR "/../shared/media") / "webcam";
  if (!std::filesystem::is_directory(folder)) GTEST_SKIP() << "no webcam clips in " << folder;
  auto judge = must(PictureJudge::create());
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".mkv") continue;
    constexpr int kFrames = 12;
    media::VideoRequest request{.size = {640, 480}, .frame_rate = {6, 1}, .frame_count = kFrames};
    auto reader = must(media::VideoReader::open(entry.path(), request));
    PictureScore best;
    while (auto frame = must(reader.next())) {
      PictureScore score = judge.judge(*frame);
      expect_shares(score);
      if (score.total > best.total) best = score;
    }
    // These people stand far away: their faces are found, their eyes are too small to be told open every time.
    EXPECT_GT(best.face, 0.3) << entry.path();
  }
}

}  // namespace
}  // namespace candid::capture
