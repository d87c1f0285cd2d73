// A greeting that goes over into the body by a crossfade.

#include <cmath>

#include <nlohmann/json.hpp>

#include "campaign/ranges.h"
#include "media/audio_reader.h"
#include "media/loudness.h"
#include "media/probe.h"
#include "media/video_reader.h"
#include "overlay/composition.h"
#include "tests/campaign/workbench.h"
#include "tests/support/clips.h"

namespace candid::campaign {
namespace {

using test::must;
using test::output_of;
using test::quoted;
using test::Workbench;

constexpr int64_t kGreeting = 60;  // frames
constexpr int64_t kBody = 75;
constexpr int64_t kFade = 9;  // 0.3 s
constexpr int64_t kJoint = kGreeting - kFade;
constexpr int kSamplesAFrame = media::kSampleRate / 30;

const std::string kHead = "name = \"Fade\"\nroster = \"candidates.csv\"\ntake = \"take.mkv\"\n";
const std::string kFading = "[greeting]\nfolder = \"greetings\"\ntransition = \"crossfade\"\n";
const std::string kLogo = "[[layer]]\nkind = \"image\"\nimage = \"logo.svg\"\nanimate = \"none\"\n";
// Shows from the middle of the crossfade on.
const std::string kName =
    "[[layer]]\nkind = \"lower_third\"\ntext = \"{{name}}\"\nstart = \"0.1s\"\nend = \"1s\"\nanimate = \"none\"\n";
const std::string kCaptions = "[[layer]]\nkind = \"captions\"\nfile = \"captions.vtt\"\n";

double difference(const media::Frame& a, const media::Frame& b) {
  double sum = 0;
  double count = 0;
  for (int number = 0; number < 3; ++number) {
    media::ConstPlane one = a.plane(number);
    media::ConstPlane other = b.plane(number);
    for (int y = 0; y < one.height; ++y) {
      for (int x = 0; x < one.width; ++x)
        sum += std::abs(one.data[y * one.stride + x] - other.data[y * other.stride + x]);
    }
    count += static_cast<double>(one.width) * one.height;
  }
  return sum / count;
}

// What an editor would make of the two: each value for itself, in floating point.
media::Frame mix(const media::Frame& from, const media::Frame& to, double share) {
  media::Frame mixed = must(media::Frame::allocate(from.size()));
  for (int number = 0; number < 3; ++number) {
    media::ConstPlane a = from.plane(number);
    media::ConstPlane b = to.plane(number);
    media::Plane out = mixed.mutable_plane(number);
    for (int y = 0; y < out.height; ++y) {
      for (int x = 0; x < out.width; ++x) {
        double value = a.data[y * a.stride + x] * (1 - share) + b.data[y * b.stride + x] * share;
        out.data[y * out.stride + x] = static_cast<uint8_t>(std::lround(value));
      }
    }
  }
  return mixed;
}

std::vector<std::string> packets(const std::filesystem::path& video, const std::string& stream) {
  std::istringstream lines(output_of("ffmpeg -nostdin -v error -xerror -i " + quoted(video) + " -map 0:" + stream +
                                     " -c copy -f framemd5 -"));
  std::vector<std::string> found;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('#')) found.push_back(line.substr(line.rfind(',') + 1));
  }
  return found;
}

// Greeting 1 is for Jane; Al has none. Both sounds are noise of one room, recorded at different levels.
class CrossfadeTest : public testing::Test {
 protected:
  CrossfadeTest() {
    bench_.record(
        "-f lavfi -i testsrc2=s=320x180:r=30:d=2.5 -f lavfi -i anoisesrc=color=pink:seed=3:d=2.5:r=48000:amplitude=0.2 "
        "-c:v libx264 -preset ultrafast -crf 8 -pix_fmt yuv420p -c:a pcm_s16le");
    must(make_folder(bench_.folder() / "greetings"));
    test::make_clip(bench_.folder() / "greetings/1.mkv",
                    "-f lavfi -i mandelbrot=s=320x180:r=30:start_scale=0.3 -f lavfi -i "
                    "anoisesrc=color=pink:seed=9:r=48000:amplitude=0.05 -t 2 -c:v libx264 -preset ultrafast -crf 8 "
                    "-pix_fmt yuv420p -c:a pcm_s16le");
    bench_.write("captions.vtt", "WEBVTT\n\n00:00.200 --> 00:01.200\nWelcome aboard\n");
    bench_.write("campaign.toml", kHead + kFading + kLogo + kName);
  }

  Job load() const {
    Findings findings;
    return must(load_job(bench_.folder(), findings));
  }
  std::filesystem::path greeted() const { return bench_.video("1"); }
  std::filesystem::path plain() const { return bench_.video("2"); }

  // As the reader and the drawing give them, without any encoding.
  std::vector<media::Frame> body_frames(int64_t count) const {
    Job job = load();
    auto composition = must(overlay::Composition::create(job.campaign.look, job.roster.candidates[0].fields,
                                                         job.timeline.size, job.timeline.duration()));
    return frames(job.campaign.take, 0, count, &composition);
  }
  std::vector<media::Frame> greeting_frames() const {
    Job job = load();
    std::vector<size_t> layers{0};
    auto logo = must(overlay::Composition::create(job.campaign.look, {}, job.timeline.size,
                                                  job.timeline.time_of(kGreeting), {layers}));
    return frames(job.greetings.at(0).file, 0, kGreeting, &logo);
  }
  static std::vector<media::Frame> frames(const std::filesystem::path& video, int64_t first, int64_t count,
                                          const overlay::Composition* drawn = nullptr) {
    auto reader = must(media::VideoReader::open(video, {{320, 180}, {30, 1}, {}, {}, count, first}));
    std::vector<media::Frame> found;
    for (int64_t i = 0; i < count; ++i) {
      found.push_back(std::move(*must(reader.next())));
      if (drawn != nullptr) must(drawn->apply(found.back(), Microseconds((first + i) * 1'000'000 / 30)));
    }
    return found;
  }

  media::Samples sound(const std::filesystem::path& video) const {
    auto reader = must(media::AudioReader::open(video, Microseconds{0}, (kJoint + kBody) * kSamplesAFrame));
    media::Samples all;
    for (auto some = must(reader.next(4096)); !some.empty(); some = must(reader.next(4096)))
      all.insert(all.end(), some.begin(), some.end());
    return all;
  }

  Workbench bench_;
};

TEST_F(CrossfadeTest, ThePicturesAreTheMixOfBothWithTheCandidatesWords) {
  bench_.render();
  output_of("ffmpeg -nostdin -v error -xerror -i " + quoted(greeted()) + " -f null -");
  std::vector<media::Frame> greeting = greeting_frames();
  std::vector<media::Frame> body = body_frames(kFade + 3);
  std::vector<media::Frame> seen = frames(greeted(), 0, kGreeting + 3);
  for (int64_t i = kJoint - 3; i < kGreeting + 3; ++i) {
    auto at = static_cast<size_t>(i);
    int64_t into = i - kJoint;
    double share = std::clamp(static_cast<double>(into + 1) / (kFade + 1), 0.0, 1.0);
    const media::Frame& to = body[static_cast<size_t>(std::max<int64_t>(0, into))];
    const media::Frame& from = greeting[std::min(at, greeting.size() - 1)];
    EXPECT_LT(difference(seen[at], mix(from, to, share)), 4.5) << i;
    if (into < 2 || into >= kFade - 2) continue;
    EXPECT_GT(difference(seen[at], from), 9) << i << ": the greeting alone";
    EXPECT_GT(difference(seen[at], to), 9) << i << ": the body alone";
  }
}

TEST_F(CrossfadeTest, FromItsEndOnTheBodyIsSharedByteForByte) {
  bench_.render();
  auto body = packets(plain(), "v");
  auto all = packets(greeted(), "v");
  ASSERT_EQ(body.size(), static_cast<size_t>(kBody));
  ASSERT_EQ(all.size(), static_cast<size_t>(kGreeting + kBody - kFade));
  // Frames 9 to 30 hold the name; those after it are everybody's.
  EXPECT_TRUE(std::equal(body.begin() + 30, body.end(), all.end() - (kBody - 30)));
  auto sounds = packets(plain(), "a");
  auto joined = packets(greeted(), "a");
  size_t same = 0;
  while (same < sounds.size() && sounds[sounds.size() - 1 - same] == joined[joined.size() - 1 - same]) ++same;
  EXPECT_GE(same + 2 + kFade * kSamplesAFrame / 1024 + 14, sounds.size());

  auto manifest = nlohmann::json::parse(must(read_text_file(bench_.out() / "manifest.json")));
  EXPECT_EQ(manifest["crossfade"], kFade);
  EXPECT_EQ(manifest["ranges"][0]["frames"], kFade);
  EXPECT_EQ(manifest["messages"][0]["segments"][0], "") << "the greeting has it";
  EXPECT_NE(manifest["messages"][1]["segments"][0], "");
  for (const auto& message : manifest["messages"]) {
    EXPECT_EQ(message["bytes"], std::filesystem::file_size(bench_.out() / message["file"].get<std::string>()));
  }
}

TEST_F(CrossfadeTest, TheMessageIsShorterByTheOverlap) {
  bench_.render();
  double length = (kGreeting + kBody - kFade) / 30.0;
  EXPECT_NEAR(std::stod(output_of("ffprobe -v error -show_entries format=duration -of csv=p=0 " + quoted(greeted()))),
              length, 0.03);
  EXPECT_NEAR(std::stod(output_of("ffprobe -v error -show_entries format=duration -of csv=p=0 " + quoted(plain()))),
              kBody / 30.0, 0.03);
  auto workspace = must(Workspace::open(bench_.folder()));
  Plan plan = must(make_plan(load()));
  EXPECT_EQ(workspace.find_recipe(plan.messages[0].id)->duration.count(), (kGreeting + kBody - kFade) * 1'000'000 / 30);
}

TEST_F(CrossfadeTest, LevelAndWaveGoOnOverTheJoint) {
  bench_.render();
  auto lufs = [&](double from, double seconds) {
    auto reader = must(media::AudioReader::open(greeted(), Microseconds(std::llround(from * 1e6)),
                                                std::llround(seconds * media::kSampleRate)));
    return must(media::measure_loudness(reader)).integrated_lufs;
  };
  double before = lufs(0.2, 1.3);
  double after = lufs(2.2, 1.8);
  EXPECT_NEAR(before, after, 1);
  for (double from = kJoint / 30.0 - 0.4; from < kGreeting / 30.0; from += 0.05) {
    EXPECT_NEAR(lufs(from, 0.401), (before + after) / 2, 1) << from;
  }
  media::Samples all = sound(greeted());
  auto steepest = [&](double from, double to) {
    float most = 0;
    auto end = std::min(static_cast<size_t>(to * media::kSampleRate) * 2, all.size() - 2);
    for (size_t i = static_cast<size_t>(from * media::kSampleRate) * 2; i < end; ++i)
      most = std::max(most, std::abs(all[i + 2] - all[i]));
    return most;
  };
  EXPECT_LT(steepest(1.6, 2.1), 1.25F * std::max(steepest(0.2, 1.6), steepest(2.2, 4))) << "a click";
}

// Of a look that fades layers in.
TEST_F(CrossfadeTest, ALogoStandsStillOverTheJoint) {
  for (const std::string& greeting : {kFading, std::string("[greeting]\nfolder = \"greetings\"\n")}) {
    SCOPED_TRACE(greeting);
    std::string logo = kLogo;
    logo.replace(logo.find("none"), 4, "fade");
    bench_.write("campaign.toml", kHead + greeting + logo);
    bench_.render();
    // The logo is white, at the top right; its corners are left out.
    std::vector<media::Frame> seen = frames(greeted(), 0, kGreeting + 20);
    media::ConstPlane first = seen[0].plane(0);
    int x = 319;
    int y = 0;
    while (y < 90 && first.data[y * first.stride + x] < 225) {
      if (--x < 160) x = 319, ++y;
    }
    ASSERT_LT(y, 90) << "no logo is there in the first frame";
    for (size_t i = 0; i < seen.size(); ++i) {
      media::ConstPlane plane = seen[i].plane(0);
      EXPECT_GT(plane.data[(y + 4) * plane.stride + x - 4], 215) << i;
    }
  }
}

TEST_F(CrossfadeTest, CaptionsFollowTheBody) {
  bench_.write("campaign.toml", kHead + kFading + kLogo + kCaptions);
  bench_.render();
  double start = kJoint / 30.0 + 0.2;
  auto vtt = must(read_text_file(greeted().replace_extension(".vtt")));
  EXPECT_THAT(vtt, testing::HasSubstr("00:00:01.900 --> 00:00:02.900"));
  std::string packet = output_of("ffprobe -v error -select_streams s -show_entries packet=pts_time,size -of csv=p=0 " +
                                 quoted(greeted()));
  bool is_found = false;
  std::istringstream lines(packet);
  for (std::string line; std::getline(lines, line);) {
    is_found |= std::stoi(line.substr(line.find(',') + 1)) > 2 && std::abs(std::stod(line) - start) < 0.002;
  }
  EXPECT_TRUE(is_found) << packet;
  // Burned in: it is on the picture of frame 6 of the body, within the crossfade, and not on that of frame 5.
  Job job = load();
  auto bare = frames(job.campaign.take, 0, 12);
  auto greeting = greeting_frames();
  auto seen = frames(greeted(), kJoint, 12);
  auto at_bottom = [](const media::Frame& a, const media::Frame& b) {
    double most = 0;
    for (int y = 120; y < 175; ++y) {
      double row = 0;
      for (int x = 80; x < 240; ++x)
        row += std::abs(a.plane(0).data[y * a.plane(0).stride + x] - b.plane(0).data[y * b.plane(0).stride + x]);
      most = std::max(most, row / 160);
    }
    return most;
  };
  auto expected = [&](size_t i) {
    return mix(greeting[static_cast<size_t>(kJoint) + i], bare[i], static_cast<double>(i + 1) / (kFade + 1));
  };
  EXPECT_LT(at_bottom(seen[5], expected(5)), 12);
  EXPECT_GT(at_bottom(seen[7], expected(7)), 14) << "the caption, shown through the mix";
}

TEST_F(CrossfadeTest, KeysHoldWhatIsBlended) {
  Plan before = must(make_plan(load()));
  auto with = [&](const std::string& toml) {
    bench_.write("campaign.toml", toml);
    return must(make_plan(load()));
  };
  EXPECT_EQ(with(kHead + kFading + kLogo + kName).messages[0].greeting, before.messages[0].greeting);
  // The words that show while it fades, its length, the layers below them.
  std::string upper = kName;
  upper.replace(upper.find("{{name}}"), 8, "Dear {{name}}");
  Plan words = with(kHead + kFading + kLogo + upper);
  EXPECT_NE(words.messages[0].greeting, before.messages[0].greeting);
  Plan longer = with(kHead + kFading + "crossfade = \"0.5s\"\n" + kLogo + kName);
  EXPECT_NE(longer.messages[0].greeting, before.messages[0].greeting);
  EXPECT_EQ(longer.ranges[0].frame_count, 15);
  Plan cut = with(kHead + "[greeting]\nfolder = \"greetings\"\n" + kLogo + kName);
  EXPECT_NE(cut.messages[0].greeting, before.messages[0].greeting);
  std::string higher = kName + "place = \"top_left\"\n";
  EXPECT_NE(with(kHead + kFading + kLogo + higher).messages[0].greeting, before.messages[0].greeting);
  bench_.write("candidates.csv", "id,name,role,email\n1,Jane Other,Engineer,jane@example.com\n");
  EXPECT_NE(with(kHead + kFading + kLogo + kName).messages[0].greeting, before.messages[0].greeting);
  bench_.write("candidates.csv", "id,name,role,email\n1,Jane Sample,Architect,jane@example.com\n");
  // What shows later, or nowhere, is none of its affair.
  std::string late = "[[layer]]\nkind = \"text\"\ntext = \"{{role}}\"\nstart = \"1.5s\"\n";
  EXPECT_EQ(with(kHead + kFading + kLogo + kName).messages[0].greeting, before.messages[0].greeting);
  Plan other = with(kHead + kFading + kLogo + kName + late);
  EXPECT_EQ(other.messages[0].greeting, before.messages[0].greeting);
  EXPECT_NE(other.messages[0].key, before.messages[0].key);
}

TEST_F(CrossfadeTest, WhoHasNoGreetingLooksAsWithoutOne) {
  bench_.render();
  std::vector<media::Frame> wanted;
  {
    Job job = load();
    auto composition = must(overlay::Composition::create(job.campaign.look, job.roster.candidates[1].fields,
                                                         job.timeline.size, job.timeline.duration()));
    wanted = frames(job.campaign.take, 0, kBody, &composition);
  }
  std::vector<media::Frame> seen = frames(plain(), 0, kBody);
  for (size_t i = 0; i < static_cast<size_t>(kBody); ++i) EXPECT_LT(difference(seen[i], wanted[i]), 4.5) << i;
}

TEST_F(CrossfadeTest, ResumesAndFollowsAChangedGreeting) {
  auto states = bench_.render();
  EXPECT_EQ(states["1"], RenderState::Rendered);
  states = bench_.render();
  EXPECT_EQ(states["1"], RenderState::Unchanged);
  EXPECT_EQ(states["2"], RenderState::Unchanged);
  test::make_clip(bench_.folder() / "greetings/1.mkv",
                  "-f lavfi -i color=green:s=320x180:r=30:d=1 -c:v libx264 -pix_fmt yuv420p");
  states = bench_.render();
  EXPECT_EQ(states["1"], RenderState::Rendered);
  EXPECT_EQ(states["2"], RenderState::Unchanged);
}

TEST_F(CrossfadeTest, AGreetingShorterThanTheFadeIsItsOwnersBadRow) {
  test::make_clip(bench_.folder() / "greetings/1.mkv",
                  "-f lavfi -i color=green:s=320x180:r=30:d=0.3 -c:v libx264 -pix_fmt yuv420p");
  Job job = load();
  ASSERT_EQ(job.roster.rejected.size(), 1U);
  EXPECT_THAT(job.roster.rejected[0].findings.at(0).message, testing::HasSubstr("shorter than the crossfade"));
}

TEST_F(CrossfadeTest, ATakeShorterThanTheFadeIsAnError) {
  bench_.write("campaign.toml", kHead + "trim = [\"0s\", \"-2.3s\"]\n" + kFading + kLogo);
  Findings findings;
  EXPECT_FALSE(load_job(bench_.folder(), findings));
  EXPECT_THAT(findings.at(0).message, testing::HasSubstr("the take lasts 0.2 s, which is shorter than the crossfade"));
}

TEST_F(CrossfadeTest, TheTableIsChecked) {
  auto problem = [&](const std::string& lines) {
    bench_.write("campaign.toml", kHead + "[greeting]\nfolder = \"greetings\"\n" + lines + kLogo);
    Findings findings;
    auto job = load_job(bench_.folder(), findings);
    for (const Finding& finding : findings) {
      if (finding.severity == Severity::Error) return finding.describe();
    }
    return std::string();
  };
  EXPECT_EQ(problem("transition = \"cut\"\n"), "");
  EXPECT_EQ(problem("transition = \"crossfade\"\ncrossfade = \"1s\"\n"), "");
  EXPECT_THAT(problem("transition = \"fade\"\n"), testing::HasSubstr("greeting.transition"));
  EXPECT_THAT(problem("transition = \"crossfade\"\ncrossfade = \"2s\"\n"), testing::HasSubstr("greeting.crossfade"));
  EXPECT_THAT(problem("transition = \"crossfade\"\ncrossfade = \"10ms\"\n"), testing::HasSubstr("greeting.crossfade"));
  EXPECT_THAT(problem("crossfade = \"0.3s\"\n"), testing::HasSubstr("has no effect"));
  EXPECT_EQ(problem("script = \"Hi {{name}}, good to have met you.\"\n"), "");
  EXPECT_THAT(problem("script = \"Hi {{nmae}}\"\n"), testing::HasSubstr("greeting.script"));
}

TEST(SplitTimelineWithAnOpening, AlwaysCutsThere) {
  CutRules rules;
  rules.opening = 9;
  using Ranges = std::vector<FrameRange>;
  EXPECT_EQ(split_timeline(100, {}, rules), (Ranges{{0, 9, false}, {9, 91, false}}));
  EXPECT_EQ(split_timeline(100, {{0, 100}}, rules), (Ranges{{0, 9, true}, {9, 91, true}}));
  EXPECT_EQ(split_timeline(100, {{3, 40}}, rules), (Ranges{{0, 9, true}, {9, 31, true}, {40, 60, false}}));
  EXPECT_EQ(split_timeline(100, {{50, 70}}, rules),
            (Ranges{{0, 9, false}, {9, 41, false}, {50, 20, true}, {70, 30, false}}));
  EXPECT_EQ(split_timeline(100, {{8, 10}}, rules), (Ranges{{0, 9, true}, {9, 2, true}, {11, 89, false}}));
  rules.opening = 2;
  EXPECT_EQ(split_timeline(4, {{1, 2}}, rules), (Ranges{{0, 2, true}, {2, 2, false}}));
}

}  // namespace
}  // namespace candid::campaign
