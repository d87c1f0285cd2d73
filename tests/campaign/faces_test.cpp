#include "campaign/faces.h"

#include <cstring>

#include "campaign/plan.h"
#include "media/video_reader.h"
#include "overlay/composition.h"
#include "tests/campaign/workbench.h"
#include "tests/support/clips.h"
#include "tests/support/presenter_take.h"

namespace candid::campaign {
namespace {

using test::must;
using test::Workbench;

// A campaign whose take is the drawn presenter's: there is a face in the middle.
class FacesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove(bench.folder() / "take.mkv");
    test::record_presenter(bench.folder() / "take.mkv", {640, 360}, Microseconds{2'000'000});
  }

  Job found() {
    Job job = bench.job();
    must(find_faces(job, must(Workspace::open(bench.folder())), {}));
    return job;
  }

  Workbench bench;
};

TEST_F(FacesTest, AreRememberedAsTheyWereFound) {
  std::vector<overlay::FaceArea> first = found().campaign.look.faces;
  ASSERT_FALSE(first.empty());
  std::vector<overlay::FaceArea> again = found().campaign.look.faces;
  ASSERT_EQ(first.size(), again.size());
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].start, again[i].start);
    EXPECT_EQ(first[i].left, again[i].left);
    EXPECT_EQ(first[i].bottom, again[i].bottom);
  }
  bool is_remembered = false;
  for (const auto& entry : std::filesystem::directory_iterator(bench.out() / "work/faces")) {
    bench.write(std::filesystem::relative(entry.path(), bench.folder()).string(), R"({"moments":[[0,9,[["x"]]]]})");
    is_remembered = true;
  }
  EXPECT_TRUE(is_remembered);
  EXPECT_EQ(found().campaign.look.faces.size(), first.size()) << "what is broken is searched for anew";
}

TEST_F(FacesTest, LieWhereThePictureLiesInTheFrame) {
  overlay::FaceArea wide = found().campaign.look.faces.front();
  for (const char* fit : {"contain", "cover"}) {
    bench.write("campaign.toml", test::kToml + "\n[video]\nsize = \"360x640\"\nfit = \"" + std::string(fit) + "\"\n");
    overlay::FaceArea tall = found().campaign.look.faces.front();
    double scale = std::string(fit) == "cover" ? 640.0 / 360 : 360.0 / 640;
    EXPECT_NEAR(tall.right - tall.left, (wide.right - wide.left) * 640 * scale / 360, 1e-9) << fit;
    EXPECT_NEAR(tall.top - 0.5, (wide.top - 0.5) * 360 * scale / 640, 1e-9) << fit;
  }
}

// The presenter sits right of the middle here, and an upright video of the take keeps her in its own.
TEST_F(FacesTest, AreKeptInTheMiddleOfAnUprightVideo) {
  std::filesystem::path wide = bench.folder() / "wide.mkv";
  test::make_clip(wide, "-i " + test::quoted(bench.folder() / "take.mkv") + " -vf pad=960:360:320:0:gray -c:a copy");
  std::filesystem::rename(wide, bench.folder() / "take.mkv");
  auto face_of = [&](const std::string& fit) {
    bench.write("campaign.toml", test::kToml + "\n[video]\nsize = \"202x360\"\nfit = \"" + fit + "\"\n");
    Job job = found();
    const overlay::FaceArea& face = job.campaign.look.faces.front();
    return (face.left + face.right) / 2;
  };
  EXPECT_GT(face_of("cover"), 0.9);
  EXPECT_NEAR(face_of("face"), 0.5, 0.03);
  // And what is drawn there is what was reckoned: the crop of the reader is the crop of the map.
  Job job = found();
  auto reader = must(media::VideoReader::open(job.campaign.take, job.pictures(0, 1)));
  media::Frame frame = std::move(*must(reader.next()));
  media::VideoRequest whole{{960, 360}, job.timeline.rate, media::Fit::Cover, {}, 1, 0};
  auto whole_reader = must(media::VideoReader::open(job.campaign.take, whole));
  media::Frame all = std::move(*must(whole_reader.next()));
  int left = static_cast<int>(std::lround(job.timeline.focus_x * 960 - 101)) / 2 * 2;
  EXPECT_EQ(std::memcmp(frame.plane(0).data, all.plane(0).data + left, 202), 0);
}

TEST_F(FacesTest, MoveALayerAndChangeItsKeyAlone) {
  std::string toml = test::kToml;
  toml.replace(toml.find("subtext"), 0, "place = \"center\"\n");
  bench.write("campaign.toml", toml);
  Job without = bench.job();
  Job with = found();
  EXPECT_NE(must(make_plan(without)).messages[0].key, must(make_plan(with)).messages[0].key);
  toml.replace(toml.find("place"), 0, "keep_off_faces = false\n");
  bench.write("campaign.toml", toml);
  EXPECT_EQ(must(make_plan(found())).messages[0].key, must(make_plan(found())).messages[0].key);
  Job ignoring = found();
  EXPECT_TRUE(ignoring.campaign.look.faces.empty()) << "nobody asks for faces: they are not searched for";
}

}  // namespace
}  // namespace candid::campaign
