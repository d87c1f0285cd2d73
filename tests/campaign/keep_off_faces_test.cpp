// The promise of every layer: where one of the real webcam clips shows a face, no pixel of an overlay is on it,
// wherever the layer was put. What tells where faces are is tested in tests/capture.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <iostream>

#include <fmt/format.h>

#include "campaign/faces.h"
#include "capture/picture_score.h"
#include "media/video_reader.h"
#include "overlay/composition.h"
#include "tests/campaign/workbench.h"

namespace candid::campaign {
namespace {

using test::must;

constexpr const char* kPlaces[] = {"top_left", "top",         "top_right", "left",        "center",
                                   "right",    "bottom_left", "bottom",    "bottom_right"};
constexpr const char* kLooks[] = {"clean", "bold", "minimal", "warm"};
constexpr const char* kShapes[] = {"none", "panel", "bar", "block", "underline"};
// One face moves most, the other reaches lowest.
constexpr const char* kLivelyClips[] = {"yes.mkv", "student.mkv"};
constexpr const char* kKinds[] = {"lower_third", "text", "captions"};

// Beside its layer's words, all that decides where a layer comes to stand.
struct Setting {
  std::string kind = "lower_third";
  std::string place = "bottom_left";
  std::string look = "clean";
  std::string keys{};  // more of the layer's, a line each
  std::string size = "320x180";
  std::string fit = "contain";

  std::string describe() const {
    return fmt::format("{} at {}, look {} {}, {} {}", kind, place, look, keys, size, fit);
  }
};

// What a composition leaves on the faces of a clip.
struct Outcome {
  int pixels = 0;         // in the frame where there are most
  Microseconds worst{0};  // its time
  std::string warning;    // empty: it does not say that it covers a face
  bool draws = false;     // anything at all
};

// The pixels of `drawn`, which was all of one colour, that have another one within the face.
int changed_pixels(const media::Frame& drawn, const overlay::FaceArea& face, const std::array<uint8_t, 3>& color) {
  int changed = 0;
  for (int i = 0; i < 3; ++i) {
    media::ConstPlane plane = drawn.plane(i);
    auto from = [](double share, int length) { return std::max(0, static_cast<int>(std::floor(share * length))); };
    auto to = [](double share, int length) { return std::min(length, static_cast<int>(std::ceil(share * length))); };
    for (int y = from(face.top, plane.height); y < to(face.bottom, plane.height); ++y) {
      for (int x = from(face.left, plane.width); x < to(face.right, plane.width); ++x)
        changed += plane.data[y * plane.stride + x] != color[static_cast<size_t>(i)] ? 1 : 0;
    }
  }
  return changed;
}

class KeepOffFaces : public testing::Test {
 protected:
  void SetUp() override {
    // A checkout beside the shared clips has them there; elsewhere CANDID_MEDIA says where.
    const char* media = std::getenv("CANDID_MEDIA");
    std::filesystem::path webcam =
        std::filesystem::path(media != nullptr ? media : CANDID_SOURCE_DIR "/../shared/media") / "webcam";
    if (!std::filesystem::is_directory(webcam)) GTEST_SKIP() << "no webcam clips in " << webcam;
    for (const auto& entry : std::filesystem::directory_iterator(webcam)) {
      if (entry.path().extension() == ".mkv") clips.push_back(entry.path());
    }
    std::sort(clips.begin(), clips.end());
    ASSERT_FALSE(clips.empty());
    bench.write("candidates.csv",
                "id,name,role\n1,Jo,Engineer\n2,Wolfeschlegelsteinhausenbergerdorff-Sample,Platform Engineer\n");
    bench.write("captions.srt",
                "1\n00:00:00,100 --> 00:00:00,800\nHello {{name}}.\n\n"
                "2\n00:00:00,800 --> 00:00:01,500\nIt was good to talk with you about the team and its plans.\n");
  }

  Job job(const std::filesystem::path& clip, const Setting& setting) const {
    std::string words = "text = \"{{name}}\"\nsubtext = \"{{role}}\"\nstart = \"0.1s\"\nend = \"-0.1s\"";
    if (setting.kind == "text") words = "text = \"For {{name}}\"\nstart = \"0.1s\"\nend = \"-0.1s\"";
    if (setting.kind == "captions") words = "file = \"captions.srt\"";
    bench.write("campaign.toml",
                fmt::format("name = \"Faces\"\nroster = \"candidates.csv\"\ntake = \"{}\"\nlook = \"{}\"\n"
                            "[video]\nsize = \"{}\"\nfit = \"{}\"\n[[layer]]\nkind = \"{}\"\nplace = \"{}\"\n{}\n{}\n",
                            clip.string(), setting.look, setting.size, setting.fit, setting.kind, setting.place, words,
                            setting.keys));
    Job job = bench.job();
    must(find_faces(job, must(Workspace::open(bench.folder())), {}));
    return job;
  }

  static overlay::Composition composition(const Job& job, const Candidate& candidate) {
    return must(
        overlay::Composition::create(job.campaign.look, candidate.fields, job.timeline.size, job.timeline.duration()));
  }

  // Every frame is looked at: layers move.
  static Outcome outcome(const Job& job, const Candidate& candidate) {
    constexpr std::array<uint8_t, 3> kNobodysColor = {126, 90, 200};
    constexpr overlay::FaceArea kWholeFrame = {.right = 1, .bottom = 1};
    Outcome result;
    overlay::Composition overlays = composition(job, candidate);
    for (const Finding& finding : overlays.findings()) {
      if (finding.message.find("of a face") != std::string::npos) result.warning = finding.message;
    }
    media::Frame frame = must(media::Frame::allocate(job.timeline.size));
    for (int64_t i = 0; i < job.timeline.frames; ++i) {
      Microseconds time = job.timeline.time_of(i);
      frame.fill(kNobodysColor[0], kNobodysColor[1], kNobodysColor[2]);
      must(overlays.apply(frame, time));
      int pixels = 0;
      for (const overlay::FaceArea& face : job.campaign.look.faces) {
        if (face.start <= time && time < face.end) pixels += changed_pixels(frame, face, kNobodysColor);
      }
      if (pixels > result.pixels) {
        result.pixels = pixels;
        result.worst = time;
      }
      if (i == job.timeline.frames / 3) result.draws = changed_pixels(frame, kWholeFrame, kNobodysColor) > 0;
    }
    return result;
  }

  // For each candidate: nothing is on a face, or the composition says so.
  void expect_free(const std::filesystem::path& clip, const Setting& setting) {
    Job ready = job(clip, setting);
    ASSERT_FALSE(ready.campaign.look.faces.empty()) << clip << " shows a face";
    for (const Candidate& candidate : ready.roster.candidates) {
      Outcome seen = outcome(ready, candidate);
      ++combinations;
      std::string combination = fmt::format("{}: {}, \"{}\"", clip.stem().string(), setting.describe(), candidate.name);
      EXPECT_TRUE(seen.draws) << combination;
      if (seen.warning.empty()) {
        EXPECT_EQ(seen.pixels, 0) << combination << ", at " << seen.worst.count() << " us";
      } else {
        EXPECT_GT(seen.pixels, 0) << combination << " warns in vain: " << seen.warning;
        warned.push_back(combination + " " + seen.warning);
      }
    }
  }

  void tell() const {
    std::cout << fmt::format("{} combinations, {} of them with a warning\n", combinations, warned.size());
  }

  test::Workbench bench;
  std::vector<std::filesystem::path> clips;
  int combinations = 0;
  std::vector<std::string> warned;
};

TEST_F(KeepOffFaces, HoldsInEveryClipAtEveryPlace) {
  for (const auto& clip : clips) {
    for (const char* kind : kKinds) {
      for (const char* place : kPlaces) expect_free(clip, {.kind = kind, .place = place});
    }
  }
  tell();
  EXPECT_THAT(warned, testing::IsEmpty()) << "layers of the usual sizes find a free place";
}

TEST_F(KeepOffFaces, HoldsInEveryLookShapeAndFrame) {
  struct Shown {
    const char* size;
    const char* fit;
  };
  for (const char* name : kLivelyClips) {
    std::filesystem::path clip = clips.front().parent_path() / name;
    for (auto [size, fit] :
         {Shown{"320x180", "cover"}, {"180x320", "contain"}, {"180x320", "cover"}, {"180x180", "cover"}}) {
      for (const char* place : kPlaces) {
        for (const char* look : kLooks) {
          for (const char* kind : kKinds) expect_free(clip, {kind, place, look, "", size, fit});
        }
        for (const char* shape : kShapes)
          expect_free(clip, {"lower_third", place, "clean", fmt::format("shape = \"{}\"", shape), size, fit});
      }
    }
  }
  tell();
  EXPECT_THAT(warned, testing::IsEmpty()) << "layers of the usual sizes find a free place";
}

TEST_F(KeepOffFaces, HoldsInFramesOfFullSize) {
  std::filesystem::path clip = clips.front().parent_path() / kLivelyClips[0];
  for (const char* place : kPlaces) {
    for (const char* size : {"1280x720", "720x1280", "720x720"}) {
      for (const char* kind : kKinds) expect_free(clip, {kind, place, "clean", "", size, "cover"});
    }
  }
  tell();
  EXPECT_THAT(warned, testing::IsEmpty()) << "layers of the usual sizes find a free place";
}

// What slides leaves the place that was found for it; other motions do not.
TEST_F(KeepOffFaces, HoldsWhileLayersSlideInAndOut) {
  for (const auto& clip : clips) {
    for (const char* kind : {"lower_third", "text"}) {
      for (const char* place : kPlaces)
        expect_free(clip, {kind, place, "clean", "animate = \"slide\"", "180x180", "cover"});
    }
  }
  tell();
  EXPECT_THAT(warned, testing::IsEmpty()) << "layers of the usual sizes find a free place";
}

TEST_F(KeepOffFaces, WhatFitsNowhereSaysWhatItCovers) {
  for (const char* kind : kKinds) {
    for (const char* place : kPlaces) expect_free(clips.front(), {kind, place, "clean", "font_size = 0.4"});
  }
  tell();
  EXPECT_THAT(warned, testing::Not(testing::IsEmpty()));
}

// Without the boxes that layers were placed by: the judge of posters looks for the face itself.
TEST_F(KeepOffFaces, AJudgeOfPicturesSeesTheFaceAsBefore) {
  constexpr double kFaceSeen = 0.3;
  auto judge = must(capture::PictureJudge::create());
  int seen = 0;
  for (size_t c = 0; c < clips.size(); ++c) {
    // Kinds and places take turns: judging takes its time.
    for (size_t turn = 0; turn < std::size(kKinds); ++turn) {
      const char* place = kPlaces[(c + turn * 4) % std::size(kPlaces)];
      Setting setting{.kind = kKinds[turn], .place = place, .size = "640x480"};
      Job ready = job(clips[c], setting);
      media::VideoRequest request{.size = ready.timeline.size, .frame_rate = ready.timeline.rate};
      request.frame_count = ready.timeline.frames;
      request.first_frame = ready.timeline.frame_at(Microseconds{700'000});
      auto reader = must(media::VideoReader::open(ready.campaign.take, request));
      media::Frame frame = must(reader.next()).value();
      double before = judge.judge(frame).face;
      if (before < kFaceSeen) continue;
      ++seen;
      must(composition(ready, ready.roster.candidates[1]).apply(frame, ready.timeline.time_of(request.first_frame)));
      EXPECT_NEAR(judge.judge(frame).face, before, 1e-6) << clips[c].stem() << ": " << setting.describe();
    }
  }
  EXPECT_GT(seen, 0);
  std::cout << seen << " pictures with a face\n";
}

}  // namespace
}  // namespace candid::campaign
