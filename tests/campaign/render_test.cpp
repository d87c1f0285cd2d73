#include "campaign/render.h"

#include <nlohmann/json.hpp>

#include "encode/recipe.h"
#include "media/probe.h"
#include "tests/campaign/workbench.h"
#include "tests/support/clips.h"

namespace candid::campaign {
namespace {

using test::must;
using test::output_of;
using test::quoted;
using test::Workbench;

TEST(Render, MakesOneRightVideoACandidate) {
  Workbench bench;
  bench.render();
  for (const char* id : {"1", "2"}) {
    auto video = bench.video(id);
    auto json =
        nlohmann::json::parse(output_of("ffprobe -v error -count_frames -show_streams -of json " + quoted(video)));
    auto picture = json["streams"][0];
    EXPECT_EQ(picture["codec_name"], "h264");
    EXPECT_EQ(picture["profile"], "High");
    EXPECT_EQ(picture["pix_fmt"], "yuv420p");
    for (const char* tag : {"color_space", "color_transfer", "color_primaries"}) EXPECT_EQ(picture[tag], "bt709");
    EXPECT_EQ(picture["color_range"], "tv");
    EXPECT_EQ(picture["nb_read_frames"], "45");
    EXPECT_EQ(picture["r_frame_rate"], "30/1");
    EXPECT_EQ(json["streams"][1]["codec_name"], "aac");
    output_of("ffmpeg -nostdin -v error -xerror -i " + quoted(video) + " -f null -");
    auto bytes = must(read_file(video));
    std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    EXPECT_LT(text.find("moov"), text.find("mdat"));
  }
}

TEST(Render, TheSecondRunHasNothingToDo) {
  Workbench bench;
  EXPECT_THAT(bench.render(), testing::Each(testing::Pair(testing::_, RenderState::Rendered)));
  EXPECT_THAT(bench.render(), testing::Each(testing::Pair(testing::_, RenderState::Unchanged)));
}

TEST(Render, AChangedRowIsRenderedAloneAndItsOldFileGoes) {
  Workbench bench;
  bench.render();
  auto old_file = bench.video("1");
  bench.write("candidates.csv",
              "id,name,role,email\n1,Other Name,Engineer,jane@example.com\n2,王小明,Designer,xm@example.com\n");
  auto states = bench.render();
  EXPECT_EQ(states["1"], RenderState::Rendered);
  EXPECT_EQ(states["2"], RenderState::Unchanged);
  EXPECT_FALSE(std::filesystem::exists(old_file)) << "a wrong name must not stay beside the right one";
  EXPECT_TRUE(std::filesystem::exists(bench.video("1")));
}

TEST(Render, ARemovedRowTakesItsFilesAlong) {
  Workbench bench;
  bench.render();
  auto gone = bench.video("2");
  bench.write("candidates.csv", "id,name,role,email\n1,Jane Sample,Engineer,jane@example.com\n");
  bench.render();
  EXPECT_FALSE(std::filesystem::exists(gone));
  int recipes = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(bench.out() / "work/recipes"))
    ++recipes;
  EXPECT_EQ(recipes, 1);
}

TEST(Render, ADamagedFileOrPartIsMadeAgain) {
  Workbench bench;
  bench.render();
  std::filesystem::resize_file(bench.video("1"), 100);
  EXPECT_EQ(bench.render()["1"], RenderState::Rendered);
  std::filesystem::remove_all(bench.out() / "work/parts");
  EXPECT_EQ(bench.render()["2"], RenderState::Rendered);
}

TEST(Render, TheSameInputGivesTheSameBytes) {
  Workbench bench;
  bench.render();
  auto first = must(read_file(bench.video("1")));
  std::filesystem::remove_all(bench.out());
  bench.render();
  EXPECT_EQ(must(read_file(bench.video("1"))), first);
}

TEST(Render, TheFileIsItsRecipe) {
  Workbench bench;
  bench.render();
  Job job = bench.job();
  auto workspace = must(Workspace::open(bench.folder()));
  for (const PlannedMessage& message : must(make_plan(job)).messages) {
    auto recipe = workspace.find_recipe(message.id);
    ASSERT_TRUE(recipe);
    std::vector<uint8_t> bytes;
    for (const encode::PartRange& range : recipe->ranges) {
      auto part = must(read_file(must(workspace.part_path(range.part))));
      bytes.insert(bytes.end(), part.begin() + static_cast<ptrdiff_t>(range.offset),
                   part.begin() + static_cast<ptrdiff_t>(range.offset + range.length));
    }
    EXPECT_EQ(must(read_file(bench.out() / message.file_name)), bytes);
  }
}

TEST(Render, CarriesNameAndMessageIdInTheFile) {
  Workbench bench;
  bench.write("candidates.csv", "id,name,role\n1,\"<b>&amp; %{localtime}\",Engineer\n");
  bench.render();
  auto tags = must(media::read_tags(bench.video("1")));
  EXPECT_EQ(tags["title"], "<b>&amp; %{localtime}");
  EXPECT_EQ(tags["comment"], "candid message " + message_id("test_campaign", "1"));
}

TEST(Render, ANameThatNoFontCanDrawGetsNoVideo) {
  Workbench bench;
  bench.write("candidates.csv", "id,name,role\n1,A\uE123B,Engineer\n2,Jane,Engineer\n");
  Job job = bench.job();
  auto workspace = must(Workspace::open(bench.folder()));
  auto outcomes = must(render(job, must(make_plan(job)), workspace, {}, {}, {}));
  EXPECT_EQ(outcomes[0].state, RenderState::Failed);
  EXPECT_FALSE(std::filesystem::exists(outcomes[0].file));
  EXPECT_EQ(outcomes[1].state, RenderState::Rendered);
}

TEST(Render, OnlyOneCandidateOnRequest) {
  Workbench bench;
  Job job = bench.job();
  Plan plan = must(make_plan(job));
  auto workspace = must(Workspace::open(bench.folder()));
  auto outcomes = must(render(job, plan, workspace, {1, "2"}, {}, {}));
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(job.roster.candidates[outcomes[0].candidate].id, "2");
  auto unknown = render(job, plan, workspace, {1, "nobody"}, {}, {});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind(), ErrorKind::InvalidInput);
}

TEST(Render, AStopLeavesWhatIsDoneAndTheNextRunGoesOn) {
  Workbench bench;
  Job job = bench.job();
  Plan plan = must(make_plan(job));
  std::stop_source stop;
  {
    auto workspace = must(Workspace::open(bench.folder()));
    auto outcomes = must(render(
        job, plan, workspace, {1, {}},
        [&](const RenderProgress& p) {
          if (p.messages_done == 1) stop.request_stop();
        },
        stop.get_token()));
    EXPECT_EQ(outcomes[0].state, RenderState::Rendered);
    EXPECT_EQ(outcomes[1].state, RenderState::Cancelled);
    EXPECT_FALSE(std::filesystem::exists(outcomes[1].file));
  }
  auto states = bench.render();
  EXPECT_EQ(states["1"], RenderState::Unchanged);
  EXPECT_EQ(states["2"], RenderState::Rendered);
}

TEST(Render, TwoProgramsDoNotWorkInOneCampaign) {
  Workbench bench;
  auto first = must(Workspace::open(bench.folder()));
  auto second = Workspace::open(bench.folder());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind(), ErrorKind::Exists);
}

}  // namespace
}  // namespace candid::campaign
