#include "capture/face_track.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "capture/picture_score.h"
#include "capture/presenter/presenter_figure.h"
#include "media/probe.h"
#include "media/video_reader.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

namespace candid::capture {
namespace {

using test::must;
using test::quoted;
using namespace std::chrono_literals;

constexpr media::FrameSize kFigureSize{640, 360};
constexpr Rational kClipRate{5, 1};  // a picture for each moment
constexpr double kHead = 0.46;       // the drawn head's unit, a share of the picture's height

using Poses = std::vector<Pose>;

Pose at(double head_x, double head_y = 0) {
  Pose pose;
  pose.head_x = head_x;
  pose.head_y = head_y;
  return pose;
}

// The presenter stands far to the side: an empty room.
const Pose kAway = at(20);

Poses operator+(Poses a, const Poses& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Poses times(size_t count, const Pose& pose = {}) {
  return Poses(count, pose);
}

// The drawn face from brows to chin, as it was drawn.
FaceBox drawn_face(const Pose& pose) {
  double unit_x = kHead * kFigureSize.height / kFigureSize.width;
  double x = 0.5 + pose.head_x * unit_x;
  double y = 0.45 + pose.head_y * kHead;
  return {x - 0.4 * unit_x, y - 0.3 * kHead, x + 0.4 * unit_x, y + 0.48 * kHead};
}

bool covers(const FaceBox& outer, const FaceBox& inner) {
  return outer.left <= inner.left && outer.top <= inner.top && outer.right >= inner.right &&
         outer.bottom >= inner.bottom;
}

bool any_covers(const FaceMoment& moment, const FaceBox& face) {
  return std::any_of(moment.faces.begin(), moment.faces.end(), [&](const FaceBox& box) { return covers(box, face); });
}

std::string described(const FaceMoment& moment) {
  std::string text = fmt::format("from {} us to {} us:", moment.start.count(), moment.end.count());
  for (const FaceBox& box : moment.faces) {
    text += fmt::format(" [{:.3f} {:.3f} {:.3f} {:.3f}]", box.left, box.top, box.right, box.bottom);
  }
  return text;
}

class FaceTrackTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              fmt::format("candid-faces-{}", testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path clip(const std::string& name, const std::string& arguments) {
    return test::make_clip(folder_ / name, arguments);
  }

  // Each pose lasts a fifth of a second. `arguments` may change the picture on the way.
  std::filesystem::path presenter(const std::string& name, const Poses& poses, const std::string& arguments = {}) {
    std::filesystem::path raw = folder_ / "raw.yuv";
    auto figure = must(PresenterFigure::create(kFigureSize));
    std::ofstream out(raw, std::ios::binary);
    for (const Pose& pose : poses) {
      media::Frame frame = must(figure.draw(pose));
      for (int i : {0, 1, 2}) {
        media::ConstPlane plane = frame.plane(i);
        for (int y = 0; y < plane.height; ++y) {
          out.write(reinterpret_cast<const char*>(plane.data) + static_cast<ptrdiff_t>(y) * plane.stride, plane.width);
        }
      }
    }
    out.close();
    return clip(name, fmt::format("-f rawvideo -pixel_format yuv420p -video_size {}x{} -framerate {} -i {} {} -c:v "
                                  "libx264 -preset ultrafast -crf 12",
                                  kFigureSize.width, kFigureSize.height, kClipRate.num, quoted(raw), arguments));
  }

  static FaceTrack whole_track(const std::filesystem::path& path) {
    return must(track_faces(path, {{0us, must(media::probe(path)).duration}}));
  }

 private:
  std::filesystem::path folder_;
};

constexpr Microseconds kStep{200'000};

void expect_gapless(const FaceTrack& track, Microseconds start, Microseconds end) {
  ASSERT_FALSE(track.empty());
  EXPECT_EQ(track.front().start, start);
  EXPECT_EQ(track.back().end, end);
  for (const FaceMoment& moment : track) EXPECT_LT(moment.start, moment.end);
  for (size_t i = 1; i < track.size(); ++i) EXPECT_EQ(track[i].start, track[i - 1].end);
}

TEST_F(FaceTrackTest, CoversTheDrawnPresenter) {
  FaceTrack track = whole_track(presenter("still.mkv", times(10)));
  ASSERT_EQ(track.size(), 10U);
  for (const FaceMoment& moment : track) {
    EXPECT_EQ(moment.faces.size(), 1U) << described(moment);
    EXPECT_TRUE(any_covers(moment, drawn_face({}))) << described(moment);
  }
}

TEST_F(FaceTrackTest, CoversAFaceThatMovesQuickly) {
  Poses poses = times(5, at(-0.7));
  for (double x : {-0.4, -0.1, 0.2, 0.5}) poses.push_back(at(x));
  poses = poses + times(5, at(0.7, 0.1));
  FaceTrack track = whole_track(presenter("moving.mkv", poses));
  ASSERT_EQ(track.size(), poses.size());
  for (size_t i = 0; i < track.size(); ++i) {
    EXPECT_TRUE(any_covers(track[i], drawn_face(poses[i]))) << described(track[i]);
  }
}

TEST_F(FaceTrackTest, HoldsStillWithAFaceThatSways) {
  Poses poses;
  for (int i = 0; i < 25; ++i) poses.push_back(at(i % 2 == 0 ? 0.02 : -0.02));
  FaceTrack track = whole_track(presenter("swaying.mkv", poses));
  for (size_t i = 1; i < track.size(); ++i) {
    ASSERT_EQ(track[i].faces.size(), 1U);
    EXPECT_NEAR(track[i].faces[0].left, track[i - 1].faces[0].left, 0.01);
    EXPECT_NEAR(track[i].faces[0].right, track[i - 1].faces[0].right, 0.01);
    EXPECT_NEAR(track[i].faces[0].top, track[i - 1].faces[0].top, 0.01);
    EXPECT_NEAR(track[i].faces[0].bottom, track[i - 1].faces[0].bottom, 0.01);
  }
}

TEST_F(FaceTrackTest, KeepsTheBoxWhileAFaceIsHidden) {
  FaceTrack track = whole_track(presenter("hidden.mkv", times(6) + times(15, kAway) + times(6)));
  ASSERT_EQ(track.size(), 27U);
  for (const FaceMoment& moment : track) EXPECT_TRUE(any_covers(moment, drawn_face({}))) << described(moment);
}

TEST_F(FaceTrackTest, LetsGoOfAFaceThatLeft) {
  FaceTrack track = whole_track(presenter("left.mkv", times(6) + times(25, kAway)));
  EXPECT_TRUE(any_covers(track[5], drawn_face({})));
  EXPECT_TRUE(any_covers(track[10], drawn_face({}))) << "it may only have turned";
  EXPECT_TRUE(track.back().faces.empty()) << described(track.back());
}

TEST_F(FaceTrackTest, DoesNotBelieveWhatIsSeenOnce) {
  for (const FaceMoment& moment : whole_track(presenter("once.mkv", times(8, kAway) + times(1) + times(8, kAway)))) {
    EXPECT_TRUE(moment.faces.empty()) << described(moment);
  }
}

TEST_F(FaceTrackTest, FindsNothingInAPictureWithoutAFace) {
  auto pattern = clip("pattern.mkv", "-f lavfi -i testsrc2=size=1280x720:rate=30 -t 3 -c:v libx264 -preset ultrafast");
  for (const FaceMoment& moment : whole_track(pattern)) EXPECT_TRUE(moment.faces.empty()) << described(moment);
  auto room = presenter("room.mkv", times(12, kAway));
  for (const FaceMoment& moment : whole_track(room)) EXPECT_TRUE(moment.faces.empty()) << described(moment);
}

TEST_F(FaceTrackTest, NamesTwoPeopleFromLeftToRight) {
  auto path = presenter("two.mkv", times(10), "-filter_complex \"split[a][b];[a][b]hstack\"");
  for (const FaceMoment& moment : whole_track(path)) {
    ASSERT_EQ(moment.faces.size(), 2U) << described(moment);
    FaceBox face = drawn_face({});
    EXPECT_TRUE(covers(moment.faces[0], {face.left / 2, face.top, face.right / 2, face.bottom})) << described(moment);
    EXPECT_TRUE(covers(moment.faces[1], {0.5 + face.left / 2, face.top, 0.5 + face.right / 2, face.bottom}))
        << described(moment);
  }
}

TEST_F(FaceTrackTest, MeasuresThePictureAsItIsShown) {
  FaceBox face = drawn_face(at(0.5));
  auto squeezed = presenter("squeezed.mkv", times(6, at(0.5)), "-vf scale=320:360,setsar=2");
  for (const FaceMoment& moment : whole_track(squeezed)) EXPECT_TRUE(any_covers(moment, face)) << described(moment);
  // As a phone stores it: lying on its side, with a note to turn it.
  auto lying = presenter("lying.mp4", times(6, at(0.5)), "-vf transpose=clock -pix_fmt yuv420p");
  auto turned = clip("turned.mp4", fmt::format("-i {} -c copy -metadata:s:v:0 rotate=90", quoted(lying)));
  ASSERT_EQ(must(media::probe(turned)).video.shown, kFigureSize);
  for (const FaceMoment& moment : whole_track(turned)) EXPECT_TRUE(any_covers(moment, face)) << described(moment);
}

TEST_F(FaceTrackTest, MomentsFillEachSpan) {
  auto path = presenter("still.mkv", times(20));
  expect_gapless(must(track_faces(path, {{0us, 4s}})), 0us, 4s);
  expect_gapless(must(track_faces(path, {{130ms, 3777ms}})), 130ms, 3777ms);
  FaceTrack blink = must(track_faces(path, {{2050ms, 2051ms}}));
  expect_gapless(blink, 2050ms, 2051ms);
  EXPECT_EQ(blink.size(), 1U);
  EXPECT_TRUE(any_covers(blink[0], drawn_face({}))) << "a short span is judged with what surrounds it";
}

TEST_F(FaceTrackTest, LastPictureStaysAfterTheEnd) {
  auto path = presenter("still.mkv", times(10));
  FaceTrack over = must(track_faces(path, {{1500ms, 24h}}));
  expect_gapless(over, 1500ms, 24h);
  EXPECT_EQ(over.size(), 3U);
  EXPECT_EQ(over.back().faces.size(), 1U);
  FaceTrack beyond = must(track_faces(path, {{1h, 2h}}));
  expect_gapless(beyond, 1h, 2h);
  EXPECT_EQ(beyond[0].faces.size(), 1U);
}

TEST_F(FaceTrackTest, SpansMayOverlapAndComeInAnyOrder) {
  auto path = presenter("still.mkv", times(30));
  FaceTrack track =
      must(track_faces(path, {{5s, 5500ms}, {300ms, 1s}, {900ms, 1500ms}, {2s, 2s}, {3s, 1s}, {-1s, 100ms}}));
  // 0 to 0.1 s, 0.3 to 1.5 s, 5 to 5.5 s
  ASSERT_EQ(track.size(), 1U + 7U + 3U);
  expect_gapless({track.begin(), track.begin() + 1}, 0us, 100ms);
  expect_gapless({track.begin() + 1, track.begin() + 8}, 300ms, 1500ms);
  expect_gapless({track.begin() + 8, track.end()}, 5s, 5500ms);
  EXPECT_TRUE(must(track_faces(path, {})).empty());
  EXPECT_TRUE(must(track_faces(path, {{2s, 1s}})).empty());
}

TEST_F(FaceTrackTest, IsTheSameWhereSpansLieCloseTogether) {
  Poses poses;
  for (int i = 0; i < 30; ++i) poses.push_back(at(0.03 * i - 0.4));
  auto path = presenter("moving.mkv", poses);
  FaceTrack whole = whole_track(path);
  FaceTrack parts = must(track_faces(path, {{0us, 2s}, {2200ms, 4s}, {4400ms, 6s}}));
  ASSERT_EQ(parts.size(), 10U + 9U + 8U);
  for (const FaceMoment& part : parts) EXPECT_EQ(part, whole[static_cast<size_t>(part.start / kStep)]);
}

TEST_F(FaceTrackTest, IsTheSameEveryTime) {
  Poses poses;
  for (int i = 0; i < 20; ++i) poses.push_back(at(0.04 * (i % 7)));
  auto path = presenter("swaying.mkv", poses, "-filter_complex \"split[a][b];[a][b]hstack\"");
  FaceTrack first = whole_track(path);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(whole_track(path), first);
}

TEST_F(FaceTrackTest, StopsWhenAsked) {
  auto path = presenter("still.mkv", times(5));
  std::stop_source stop;
  stop.request_stop();
  auto stopped = track_faces(path, {{0us, 1s}}, stop.get_token());
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind(), ErrorKind::Cancelled);
}

TEST_F(FaceTrackTest, AFileThatIsNoRecordingIsAnError) {
  auto missing = track_faces("/nowhere/take.mkv", {{0us, 1s}});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), ErrorKind::NotFound);
  EXPECT_FALSE(track_faces(CANDID_SOURCE_DIR "/capture/face_track.h", {{0us, 1s}}));
  auto sound = clip("sound.mkv", "-f lavfi -i sine=duration=1");
  auto blind = track_faces(sound, {{0us, 1s}});
  ASSERT_FALSE(blind);
  EXPECT_EQ(blind.error().kind(), ErrorKind::InvalidInput);
}

// The frame with all but what lies in the boxes turned grey.
media::Frame only_faces(const media::Frame& frame, const FaceMoment& moment) {
  media::Frame copy = must(media::Frame::allocate(frame.size()));
  copy.fill(126, 128, 128);
  media::ConstPlane from = frame.plane(0);
  media::Plane to = copy.mutable_plane(0);
  for (const FaceBox& box : moment.faces) {
    auto left = static_cast<ptrdiff_t>(box.left * from.width);
    auto right = static_cast<ptrdiff_t>(box.right * from.width);
    for (auto y = static_cast<ptrdiff_t>(box.top * from.height); y < static_cast<ptrdiff_t>(box.bottom * from.height);
         ++y) {
      std::copy(from.data + y * from.stride + left, from.data + y * from.stride + right,
                to.data + y * to.stride + left);
    }
  }
  return copy;
}

// Every clip shows one person, by eye. Each picture is judged on its own, by the judge of posters: a face that it sees
// in the whole picture must be seen as well in the box alone.
TEST_F(FaceTrackTest, CoversEveryFaceOfTheWebcamClips) {
  // A checkout beside the shared clips has them there; elsewhere CANDID_MEDIA says where.
  const char* media = std::getenv("CANDID_MEDIA");
  std::filesystem::path webcam =
      std::filesystem::path(media != nullptr ? media : CANDID_SOURCE_DIR "/../shared/media") / "webcam";
  if (!std::filesystem::is_directory(webcam)) GTEST_SKIP() << "no webcam clips in " << webcam;
  auto judge = must(PictureJudge::create());
  constexpr double kFaceSeen = 0.3;
  for (const auto& entry : std::filesystem::directory_iterator(webcam)) {
    if (entry.path().extension() != ".mkv") continue;
    FaceTrack track = whole_track(entry.path());
    for (const FaceMoment& moment : track) EXPECT_EQ(moment.faces.size(), 1U) << entry.path() << described(moment);
    // Not the pictures that were searched, but the last one of each moment.
    media::VideoRequest request{.size = {640, 480}, .frame_rate = kClipRate, .start = 90ms};
    request.frame_count = static_cast<int64_t>(track.size());
    auto reader = must(media::VideoReader::open(entry.path(), request));
    for (const FaceMoment& moment : track) {
      media::Frame frame = must(reader.next()).value();
      if (judge.judge(frame).face < kFaceSeen) continue;
      EXPECT_GE(judge.judge(only_faces(frame, moment)).face, kFaceSeen) << entry.path() << described(moment);
    }
  }
}

}  // namespace
}  // namespace candid::capture
