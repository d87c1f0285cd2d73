#include "campaign/preview.h"

#include <cstdlib>

#include "media/video_reader.h"
#include "overlay/composition.h"
#include "tests/campaign/workbench.h"

namespace candid::campaign {
namespace {

using namespace std::chrono_literals;
using test::kToml;
using test::must;
using test::Workbench;

// The mean difference of two pictures' values.
double unlikeness(const media::Frame& a, const media::Frame& b) {
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

// The take's frame with all layers, drawn in one go.
media::Frame whole_picture(const Job& job, size_t candidate, int64_t number) {
  auto reader = must(media::VideoReader::open(job.campaign.take, job.pictures(number, 1)));
  media::Frame frame = std::move(*must(reader.next()));
  auto composition = must(overlay::Composition::create(job.campaign.look, job.roster.candidates[candidate].fields,
                                                       job.timeline.size, job.timeline.duration()));
  must(composition.apply(frame, job.timeline.time_of(number)));
  return frame;
}

void remove_take(const Workbench& bench) {
  ASSERT_TRUE(std::filesystem::remove(bench.folder() / "take.mkv"));
}

TEST(Preview, IsTheTakesFrameWithTheCandidatesWords) {
  Workbench bench;
  Preview preview(bench.job());
  for (size_t candidate : {0U, 1U}) {
    for (int64_t number : {int64_t{0}, int64_t{5}, int64_t{20}, int64_t{44}}) {
      PreviewPicture picture = must(preview.picture(candidate, preview.job().timeline.time_of(number)));
      EXPECT_EQ(unlikeness(picture.frame, whole_picture(preview.job(), candidate, number)), 0) << number;
      EXPECT_EQ(picture.time, preview.job().timeline.time_of(number));
      EXPECT_TRUE(picture.findings.empty());
    }
  }
}

TEST(Preview, IsWhatRenderMakes) {
  Workbench bench;
  bench.write("campaign.toml", kToml + "[video]\nquality = \"high\"\n");
  bench.render();
  Preview preview(bench.job());
  for (size_t candidate : {0U, 1U}) {
    auto reader =
        must(media::VideoReader::open(bench.video(candidate == 0 ? "1" : "2"), {{320, 180}, {30, 1}, {}, {}, 1, 20}));
    media::Frame seen = std::move(*must(reader.next()));
    double right = unlikeness(seen, must(preview.picture(candidate, 670ms)).frame);
    double wrong = unlikeness(seen, must(preview.picture(1 - candidate, 670ms)).frame);
    EXPECT_LT(right, 4.5);
    EXPECT_LT(right, wrong);
  }
}

TEST(Preview, GoingFromCandidateToCandidateDecodesOnce) {
  Workbench bench;
  Preview preview(bench.job());
  must(preview.picture(0, 700ms));
  remove_take(bench);
  PreviewPicture first = must(preview.picture(0, 700ms));
  PreviewPicture second = must(preview.picture(1, 700ms));
  EXPECT_GT(unlikeness(first.frame, second.frame), 0);
  EXPECT_EQ(unlikeness(first.frame, must(preview.picture(0, 700ms)).frame), 0) << "the kept picture stays bare";
  EXPECT_FALSE(preview.picture(0, 900ms));
  EXPECT_TRUE(preview.picture(1, 700ms)) << "a failure spoils nothing";
}

TEST(Preview, FollowsAnEditWithoutDecodingAgain) {
  Workbench bench;
  Preview preview(bench.job());
  PreviewPicture before = must(preview.picture(0, 700ms));
  bench.write("campaign.toml", kToml + "[[layer]]\nkind = \"text\"\ntext = \"Hello\"\nplace = \"center\"\n");
  Job edited = bench.job();
  bench.write("campaign.toml", kToml + "[video]\nsize = \"160x160\"\n");
  Job other_size = bench.job();
  media::Frame expected = whole_picture(edited, 0, 21);
  remove_take(bench);
  preview.change(std::move(edited));
  PreviewPicture after = must(preview.picture(0, 700ms));
  EXPECT_GT(unlikeness(before.frame, after.frame), 0);
  EXPECT_EQ(unlikeness(after.frame, expected), 0);
  preview.change(std::move(other_size));
  EXPECT_FALSE(preview.picture(0, 700ms)) << "of another size the picture is another";
}

TEST(Preview, ARecordedTakeIsSeenAtOnce) {
  Workbench bench;
  Preview preview(bench.job());
  PreviewPicture before = must(preview.picture(0, 700ms));
  bench.record("-f lavfi -i color=navy:size=320x180:rate=30:duration=1.5 -c:v libx264 -pix_fmt yuv420p");
  preview.change(bench.job());
  EXPECT_GT(unlikeness(before.frame, must(preview.picture(0, 700ms)).frame), 20);
}

TEST(Preview, TellsWhatIsWrongWithARowsWords) {
  Workbench bench;
  bench.write("candidates.csv", "id,name,role\n1,A\uE123B,Engineer\n2,Jane,Engineer\n");
  Preview preview(bench.job());
  PreviewPicture picture = must(preview.picture(0, 700ms));
  ASSERT_EQ(picture.findings.size(), 1U);
  EXPECT_EQ(picture.findings[0].line, 2);
  EXPECT_THAT(picture.findings[0].file, testing::HasSubstr("candidates.csv"));
  EXPECT_TRUE(must(preview.picture(1, 700ms)).findings.empty());
}

TEST(Preview, MomentsBeyondTheVideoShowItsEnds) {
  Workbench bench;
  Preview preview(bench.job());
  EXPECT_EQ(must(preview.picture(0, -3s)).time, 0s);
  EXPECT_EQ(must(preview.picture(0, 10min)).time, preview.job().timeline.time_of(44));
}

TEST(Preview, MomentsCountFromWhatAllSeeBehindAGreeting) {
  Workbench bench;
  Preview plain(bench.job());
  Job job = bench.job();
  job.greetings[0] = {bench.folder() / "take.mkv", 45};
  job.crossfade_frames = 9;
  Preview greeted(std::move(job));
  EXPECT_EQ(unlikeness(must(greeted.picture(0, 100ms)).frame, must(plain.picture(0, 100ms)).frame), 0);
}

TEST(Preview, KnowsNobodyBeyondTheRoster) {
  Workbench bench;
  Preview preview(bench.job());
  auto result = preview.picture(2, 0s);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::NotFound);
}

}  // namespace
}  // namespace candid::campaign
