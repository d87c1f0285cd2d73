// A candidate's own opening, joined to the body that all share.

#include <nlohmann/json.hpp>

#include "media/audio_reader.h"
#include "media/loudness.h"
#include "media/video_reader.h"
#include "tests/campaign/workbench.h"
#include "tests/support/clips.h"

namespace candid::campaign {
namespace {

using candid::test::must;
using candid::test::output_of;
using candid::test::quoted;
using candid::test::Workbench;

class GreetingTest : public testing::Test {
 protected:
  // Jane (1) has a greeting of 1.2 s, dark and quiet; the second candidate has none. The body is bright, loud, and
  // beeps at 0.5 s, when it turns black for a moment.
  GreetingTest() {
    bench_.record(
        "-f lavfi -i color=0xc0c0c0:s=320x180:r=30:d=2 -f lavfi -i sine=880:d=1.5:sample_rate=48000 -vf "
        "\"drawbox=color=black:t=fill:enable='between(n,15,17)'\" -af adelay=500:all=1 -c:v libx264 "
        "-preset ultrafast -pix_fmt yuv420p -c:a pcm_s16le");
    must(make_folder(bench_.folder() / "greetings"));
    candid::test::make_clip(
        bench_.folder() / "greetings/1.mp4",
        "-f lavfi -i color=0x303030:s=640x360:r=25:d=1.2 -f lavfi -i sine=300:d=1.2:sample_rate=44100 "
        "-af volume=-25dB -c:v libx264 -pix_fmt yuv420p -c:a aac");
    bench_.write("campaign.toml",
                 "name = \"Greetings\"\nroster = \"candidates.csv\"\ntake = \"take.mkv\"\n"
                 "[greeting]\nfolder = \"greetings\"\n"
                 "[[layer]]\nkind = \"image\"\nimage = \"logo.svg\"\nanimate = \"none\"\n");
    render();
  }

  Job load() const {
    Findings findings;
    Job job = must(load_job(bench_.folder(), findings));
    EXPECT_EQ(findings.size(), 1U);
    EXPECT_THAT(findings.at(0).message, testing::HasSubstr("1 of 2 candidates have no greeting"));
    return job;
  }

  void render() {
    Job job = load();
    Plan plan = must(make_plan(job));
    auto workspace = must(Workspace::open(bench_.folder()));
    for (const auto& outcome : must(campaign::render(job, plan, workspace, {}, {}, {}))) {
      EXPECT_EQ(outcome.state, RenderState::Rendered);
      (job.roster.candidates[outcome.candidate].id == "1" ? greeted_ : plain_) = outcome.file;
    }
  }

  std::vector<std::string> packets(const std::filesystem::path& video, const std::string& stream) const {
    std::istringstream lines(output_of("ffmpeg -nostdin -v error -xerror -i " + quoted(video) + " -map 0:" + stream +
                                       " -c copy -f framemd5 -"));
    std::vector<std::string> found;
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with('#')) found.push_back(line.substr(line.rfind(',') + 1));
    }
    return found;
  }

  double brightness(const media::Frame& frame) const {
    media::ConstPlane plane = frame.plane(0);
    double sum = 0;
    for (int y = 60; y < plane.height; ++y) {
      for (int x = 0; x < plane.width; ++x) sum += plane.data[y * plane.stride + x];
    }
    return sum / (plane.width * (plane.height - 60));
  }

  Workbench bench_;
  std::filesystem::path greeted_;
  std::filesystem::path plain_;
};

constexpr int kGreeting = 36;  // frames
constexpr int kBody = 60;

TEST_F(GreetingTest, PlaysBeforeTheSharedBody) {
  output_of("ffmpeg -nostdin -v error -xerror -i " + quoted(greeted_) + " -f null -");
  auto body = packets(plain_, "v");
  auto all = packets(greeted_, "v");
  ASSERT_EQ(body.size(), static_cast<size_t>(kBody));
  ASSERT_EQ(all.size(), static_cast<size_t>(kGreeting + kBody));
  EXPECT_TRUE(std::equal(body.begin(), body.end(), all.begin() + kGreeting)) << "the body's frames are shared";
  auto reader = must(media::VideoReader::open(greeted_, {{320, 180}, {30, 1}, {}, {}, kGreeting + kBody, 0}));
  for (int i = 0; i < kGreeting + kBody; ++i) {
    double seen = brightness(*must(reader.next()));
    bool is_black = i >= kGreeting + 15 && i <= kGreeting + 17;
    double wanted = i < kGreeting ? 57 : is_black ? 16 : 181;
    EXPECT_NEAR(seen, wanted, 6) << i;
  }
}

TEST_F(GreetingTest, MostSoundIsSharedAndStaysInStep) {
  auto body = packets(plain_, "a");
  auto all = packets(greeted_, "a");
  size_t same = 0;
  while (same < std::min(body.size(), all.size()) && body[body.size() - 1 - same] == all[all.size() - 1 - same]) ++same;
  EXPECT_GE(same, body.size() - 12) << "of " << body.size();
  // The beep is with the black frame: half a second after the greeting.
  auto reader =
      must(media::AudioReader::open(greeted_, Microseconds{0}, (kGreeting + kBody) * media::kSampleRate / 30));
  media::Samples sound;
  for (auto some = must(reader.next(4096)); !some.empty(); some = must(reader.next(4096)))
    sound.insert(sound.end(), some.begin(), some.end());
  size_t from = size_t{2} * (kGreeting * media::kSampleRate / 30 + 4800);
  size_t onset = from;
  while (onset < sound.size() && std::abs(sound[onset]) < 0.05F) ++onset;
  double seconds = static_cast<double>(onset) / 2 / media::kSampleRate;
  EXPECT_NEAR(seconds, kGreeting / 30.0 + 0.5, 0.004);
}

TEST_F(GreetingTest, IsAsLoudAsTheBody) {
  auto lufs = [&](Microseconds start, int64_t samples) {
    auto reader = must(media::AudioReader::open(greeted_, start, samples));
    return must(media::measure_loudness(reader)).integrated_lufs;
  };
  double greeting = lufs(Microseconds{0}, kGreeting * media::kSampleRate / 30);
  double body = lufs(Microseconds{kGreeting * 1'000'000 / 30}, kBody * media::kSampleRate / 30);
  EXPECT_NEAR(greeting, body, 1);
}

TEST_F(GreetingTest, AChangedGreetingIsItsOwnersAffair) {
  Plan before = must(make_plan(load()));
  candid::test::make_clip(bench_.folder() / "greetings/1.mp4",
                          "-f lavfi -i color=0x603030:s=640x360:r=25:d=1.2 -c:v libx264 -pix_fmt yuv420p");
  Plan after = must(make_plan(load()));
  EXPECT_NE(before.messages[0].key, after.messages[0].key);
  EXPECT_EQ(before.messages[0].segments, after.messages[0].segments);
  EXPECT_EQ(before.messages[1].key, after.messages[1].key);
}

TEST_F(GreetingTest, AnIdIsNeverAPath) {
  bench_.write("candidates.csv", "id,name,role\n../take,Jane,r\n1,Al,r\n");
  Job job = load();
  EXPECT_FALSE(job.greetings.contains(0));
  EXPECT_TRUE(job.greetings.contains(1));
}

TEST_F(GreetingTest, ABrokenOneIsItsOwnersRowAlone) {
  bench_.write("greetings/1.mp4", "no video");
  Findings findings;
  Job job = must(load_job(bench_.folder(), findings));
  ASSERT_EQ(job.roster.rejected.size(), 1U);
  EXPECT_EQ(job.roster.rejected[0].line, 2);
  EXPECT_THAT(job.roster.rejected[0].findings.at(0).message, testing::HasSubstr("1.mp4"));
  ASSERT_EQ(job.roster.candidates.size(), 1U);
  EXPECT_EQ(job.roster.candidates[0].id, "2");
  EXPECT_TRUE(job.greetings.empty());
}

TEST_F(GreetingTest, FollowsItsCandidateWhenARowBeforeIsRejected) {
  std::filesystem::rename(bench_.folder() / "greetings/1.mp4", bench_.folder() / "greetings/2.mp4");
  bench_.write("greetings/1.mkv", "no video");
  Job job = bench_.job();
  ASSERT_EQ(job.greetings.size(), 1U);
  EXPECT_EQ(job.roster.candidates.at(job.greetings.begin()->first).id, "2");
}

TEST_F(GreetingTest, OfTwoClipsForOneNoneIsGuessed) {
  std::filesystem::copy(bench_.folder() / "greetings/1.mp4", bench_.folder() / "greetings/1.MOV");
  Findings findings;
  Job job = must(load_job(bench_.folder(), findings));
  ASSERT_EQ(job.roster.rejected.size(), 1U);
  EXPECT_THAT(job.roster.rejected[0].findings.at(0).message, testing::HasSubstr("1.MOV and 1.mp4"));
}

TEST_F(GreetingTest, NamesMatchHoweverASystemWritesThem) {
  bench_.write("candidates.csv", "id,name,role\nJos\u00e9,Jane,r\n2,Al,r\n");
  std::filesystem::rename(bench_.folder() / "greetings/1.mp4", bench_.folder() / "greetings/Jose\u0301.MP4");
  EXPECT_TRUE(load().greetings.contains(0));
}

TEST_F(GreetingTest, AFolderThatCannotBeReadIsAnError) {
  std::filesystem::remove_all(bench_.folder() / "greetings");
  bench_.write("greetings", "a file");
  Findings findings;
  EXPECT_FALSE(load_job(bench_.folder(), findings));
  EXPECT_THAT(findings.at(0).column, testing::HasSubstr("greeting.folder"));
}

}  // namespace
}  // namespace candid::campaign
