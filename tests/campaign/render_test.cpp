#include "campaign/render.h"

#include <nlohmann/json.hpp>

#include "encode/recipe.h"
#include "media/audio_reader.h"
#include "media/loudness.h"
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
  auto outcomes = must(render(job, plan, workspace, {1, "2", 0}, {}, {}));
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(job.roster.candidates[outcomes[0].candidate].id, "2");
  auto unknown = render(job, plan, workspace, {1, "nobody", 0}, {}, {});
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
        job, plan, workspace, {1, {}, 0},
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

TEST(Render, EachCandidatesVideoIsToldOnce) {
  Workbench bench;
  bench.write("candidates.csv", "id,name,role\n1,A\uE123B,Engineer\n2,Jane,Engineer\n3,Anna,Engineer\n");
  Job job = bench.job();
  Plan plan = must(make_plan(job));
  auto workspace = must(Workspace::open(bench.folder()));
  std::vector<size_t> ready, failed;
  auto listen = [&](const RenderProgress& progress) {
    ready.insert(ready.end(), progress.ready.begin(), progress.ready.end());
    failed.insert(failed.end(), progress.failed.begin(), progress.failed.end());
  };
  must(render(job, plan, workspace, {1, "3", 0}, listen, {}));
  EXPECT_THAT(ready, testing::ElementsAre(2U));
  ready.clear();
  must(render(job, plan, workspace, {}, listen, {}));
  EXPECT_THAT(ready, testing::UnorderedElementsAre(1U, 2U)) << "the one that was there before, too";
  EXPECT_THAT(failed, testing::ElementsAre(0U));
}

TEST(Render, EqualWordsAreEncodedOnce) {
  Workbench bench;
  bench.write("candidates.csv", "id,name,role\n1,Anna,Engineer\n2,Anna,Engineer\n3,Bert,Engineer\n");
  bench.render();
  int segments = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(bench.out() / "work/segments"))
    segments += entry.is_regular_file() ? 1 : 0;
  EXPECT_EQ(segments, 2);
  auto one = must(media::read_tags(bench.video("1")));
  auto two = must(media::read_tags(bench.video("2")));
  EXPECT_NE(one["comment"], two["comment"]) << "they are two people all the same";
}

TEST(Render, LittleMemoryGivesTheSameBytes) {
  Workbench bench;
  bench.render();
  auto plenty = must(read_file(bench.video("1")));
  std::filesystem::remove_all(bench.out());
  Job job = bench.job();
  auto workspace = must(Workspace::open(bench.folder()));
  auto outcomes = must(render(job, must(make_plan(job)), workspace, {.jobs = 2, .only = {}, .memory = 1}, {}, {}));
  EXPECT_EQ(outcomes[0].state, RenderState::Rendered);
  EXPECT_EQ(must(read_file(bench.video("1"))), plenty);
}

TEST(Render, OneCandidateAloneGetsTheBytesThatAllWouldGiveThem) {
  Workbench bench;
  bench.render();
  auto among_all = must(read_file(bench.video("2")));
  std::filesystem::remove_all(bench.out());
  Job job = bench.job();
  auto workspace = must(Workspace::open(bench.folder()));
  must(render(job, must(make_plan(job)), workspace, {.jobs = 0, .only = "2", .memory = 0}, {}, {}));
  EXPECT_EQ(must(read_file(bench.video("2"))), among_all);
}

TEST(Render, TheManifestTellsWhoseFileIsWhich) {
  Workbench bench;
  bench.render();
  auto manifest = nlohmann::json::parse(must(read_text_file(bench.out() / "manifest.json")));
  EXPECT_EQ(manifest["campaign"], "test_campaign");
  ASSERT_EQ(manifest["messages"].size(), 2U);
  for (const auto& message : manifest["messages"]) {
    auto file = bench.out() / message["file"].get<std::string>();
    EXPECT_EQ(file, bench.video(message["candidate"]));
    EXPECT_EQ(message["bytes"], std::filesystem::file_size(file));
    EXPECT_EQ(message["segments"].size(), manifest["ranges"].size());
  }
}

TEST(Render, NotesAndSegmentsOfYesterdayGo) {
  Workbench bench;
  bench.render();
  bench.write("campaign.toml", test::kToml + "\n[video]\npreset = \"superfast\"\n");
  bench.render();
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(bench.out() / "work/segments"))
    files += entry.is_regular_file() ? 1 : 0;
  EXPECT_EQ(files, 2);
  for (const auto& entry : std::filesystem::directory_iterator(bench.out() / "work/statistics")) {
    EXPECT_EQ(entry.path().filename().string().find(must(make_plan(bench.job())).ranges[0].statistics), 0U);
  }
}

// Every video of a campaign with max_mb is as large as that, or up to a twentieth smaller.
void expect_size(const Workbench& bench, const std::string& toml, double megabytes) {
  bench.write("campaign.toml", toml + "\n[video]\nmax_mb = " + std::to_string(megabytes) + "\n");
  bench.render();
  for (const char* id : {"1", "2"}) {
    auto size = static_cast<double>(std::filesystem::file_size(bench.video(id)));
    EXPECT_LE(size, megabytes * 1e6);
    EXPECT_GE(size, megabytes * 1e6 * 0.95);
  }
}

TEST(Render, HitsTheSizeThatWasAskedFor) {
  Workbench bench;
  bench.record(
      "-f lavfi -i testsrc2=size=320x180:rate=30:duration=6 -f lavfi -i sine=440:duration=6:sample_rate=48000 "
      "-vf noise=alls=10:allf=t -c:v libx264 -preset ultrafast -crf 10 -pix_fmt yuv420p -c:a pcm_s16le");
  std::string toml = test::kToml;
  toml.replace(toml.find("text ="), 0, "end = \"2s\"\n");
  for (double megabytes : {0.4, 0.7}) expect_size(bench, toml, megabytes);
}

TEST(Render, ShortRangesCountTowardsTheSizeAsWell) {
  Workbench bench;
  bench.record(
      "-f lavfi -i testsrc2=size=320x180:rate=30:duration=3 -vf noise=alls=10:allf=t -c:v libx264 -preset ultrafast "
      "-crf 10 -pix_fmt yuv420p");
  std::string toml = test::kToml;
  toml.replace(toml.find("text ="), 0, "start = \"-0.3s\"\nanimate = \"none\"\n");
  for (double megabytes : {0.12, 0.3}) expect_size(bench, toml, megabytes);
}

TEST(Render, ALimitFarAboveWhatAPictureNeedsIsNoGoal) {
  Workbench bench;
  bench.write("campaign.toml", test::kToml + "\n[video]\nmax_mb = 4000\n");
  EXPECT_THAT(bench.render(), testing::Each(testing::Pair(testing::_, RenderState::Rendered)));
  EXPECT_LT(std::filesystem::file_size(bench.video("1")), 4'000'000U);
}

TEST(Render, RefusesASizeThatLeavesNoPicture) {
  Workbench bench;
  bench.write("campaign.toml", test::kToml + "\n[video]\nmax_mb = 0.1\n");
  bench.record(
      "-f lavfi -i testsrc2=size=640x360:rate=30:duration=8 -vf noise=alls=30:allf=t -c:v libx264 -preset ultrafast "
      "-crf 10 -pix_fmt yuv420p");
  Job job = bench.job();
  auto workspace = must(Workspace::open(bench.folder()));
  auto refused = render(job, must(make_plan(job)), workspace, {}, {}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::OutOfReach);
  EXPECT_THAT(refused.error().hint(), testing::HasSubstr("max_mb = "));
}

TEST(Render, OtherCodecsAreRenderedWhole) {
  for (const auto& [codec, name] : {std::pair("hevc", "hevc"), {"av1", "av1"}, {"vp9", "vp9"}}) {
    Workbench bench;
    bench.write("campaign.toml", test::kToml + "\n[video]\npreset = \"superfast\"\ncodec = \"" + codec + "\"\n");
    bench.render();
    std::string seen = output_of(
        "ffprobe -v error -count_frames -select_streams v -show_entries "
        "stream=codec_name,nb_read_frames -of csv=p=0 " +
        quoted(bench.video("1")));
    EXPECT_EQ(seen, std::string(name) + ",45\n");
    EXPECT_EQ(must(media::read_tags(bench.video("2")))["comment"],
              "candid message " + message_id("test_campaign", "2"));
    EXPECT_THAT(bench.render(), testing::Each(testing::Pair(testing::_, RenderState::Unchanged)));
  }
}

TEST(Render, PreviewsStandBesideTheVideoAndGoWithIt) {
  Workbench bench;
  bench.write("campaign.toml", test::kToml + "\n[video]\npreviews = true\n");
  bench.render();
  auto beside = [](std::filesystem::path video, const char* extension) { return video.replace_extension(extension); };
  auto first = bench.video("1");
  for (const char* extension : {".gif", ".webp"}) {
    auto size = std::filesystem::file_size(beside(first, extension));
    EXPECT_GT(size, 1000U);
    EXPECT_LE(size, 1'000'000U);
  }
  bench.write("candidates.csv", "id,name,role\n2,王小明,Designer\n");
  bench.render();
  EXPECT_FALSE(std::filesystem::exists(beside(first, ".gif")));
  EXPECT_TRUE(std::filesystem::exists(beside(bench.video("2"), ".webp")));
}

TEST(Render, PreviewsNeverShowOtherWordsThanTheVideo) {
  Workbench bench;
  bench.write("campaign.toml", test::kToml + "\n[video]\npreviews = true\n");
  bench.render();
  std::filesystem::path gif = bench.video("1").replace_extension(".gif");
  std::filesystem::remove(gif);
  EXPECT_EQ(bench.render()["1"], RenderState::Rendered) << "a preview that is gone is made again";
  EXPECT_TRUE(std::filesystem::exists(gif));
  bench.write("campaign.toml", test::kToml);
  bench.write("candidates.csv", "id,name,role\n1,Jane Sample,Manager\n2,王小明,Designer\n");
  bench.render();
  EXPECT_FALSE(std::filesystem::exists(gif)) << "it shows the role of before";
}

TEST(Render, WhatIsNotOursIsNeverRemoved) {
  Workbench bench;
  bench.render();
  auto elsewhere = must(TemporaryFolder::create());
  must(write_file(elsewhere.path() / "letter.txt", std::string_view("x")));
  bench.write("out/work/parts/letter.txt", "x");
  std::filesystem::create_directory_symlink(elsewhere.path(), bench.out() / "work/recipes/elsewhere");
  bench.write("candidates.csv", "id,name,role\n2,王小明,Designer\n");
  bench.render();
  EXPECT_TRUE(std::filesystem::exists(bench.out() / "work/parts/letter.txt"));
  EXPECT_TRUE(std::filesystem::exists(elsewhere.path() / "letter.txt"));

  std::filesystem::remove_all(bench.out() / "work/statistics");
  std::filesystem::create_directory_symlink(elsewhere.path(), bench.out() / "work/statistics");
  auto refused = Workspace::open(bench.folder());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), testing::HasSubstr("work/statistics is a link"));
}

TEST(Render, WhatADeadRunLeftHalfWrittenGoes) {
  Workbench bench;
  for (const char* name : {".a.mp4.0123456789ab.part", "work/.a.mp4.0123456789ab.part"}) {
    must(make_folder((bench.out() / name).parent_path()));
    bench.write(std::string("out/") + name, "half");
    bench.render();
    EXPECT_FALSE(std::filesystem::exists(bench.out() / name)) << name;
  }
}

TEST(Render, NotesThatAreNoneAreTakenAnew) {
  Workbench bench;
  bench.render();
  std::string key = must(make_plan(bench.job())).ranges[0].statistics;
  auto video = must(read_file(bench.video("1")));
  for (const char* garbage : {"", "{", "[]", R"({"bitrate":1,"sizes":"x"})", R"({"bitrate":"x"})"}) {
    bench.write("out/work/statistics/" + key + ".json", garbage);
    std::filesystem::remove_all(bench.out() / "work/segments");
    std::filesystem::remove_all(bench.out() / "work/recipes");
    EXPECT_THAT(bench.render(), testing::Each(testing::Pair(testing::_, RenderState::Rendered)));
    EXPECT_EQ(must(read_file(bench.video("1"))), video);
  }
}

TEST(Render, ACaptionThatNoFontHasIsToldBeforeAnyWork) {
  Workbench bench;
  bench.write("captions.vtt", "WEBVTT\n\n00:01.000 --> 00:01.400\nA \uE123 B\n");
  bench.write("campaign.toml", test::kToml + "\n[[layer]]\nkind = \"captions\"\nfile = \"captions.vtt\"\n");
  Job job = bench.job();
  auto workspace = must(Workspace::open(bench.folder()));
  auto refused = render(job, must(make_plan(job)), workspace, {}, {}, {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), testing::HasSubstr("no installed font"));
  EXPECT_FALSE(std::filesystem::exists(bench.out() / "work/segments"));
}

TEST(Render, SoundIsAsLoudAsOtherVideos) {
  Workbench bench;
  bench.record(
      "-f lavfi -i testsrc2=size=320x180:rate=30:duration=2 -f lavfi -i sine=440:duration=2:sample_rate=48000 "
      "-af volume=-20dB -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a pcm_s16le");
  auto lufs = [&] {
    bench.render();
    auto sound = must(media::AudioReader::open(bench.video("1"), Microseconds{0}, 2 * media::kSampleRate));
    return must(media::measure_loudness(sound)).integrated_lufs;
  };
  EXPECT_NEAR(lufs(), -16, 0.7);
  bench.write("campaign.toml", test::kToml + "\n[video]\nloudness = false\n");
  EXPECT_LT(lufs(), -30);
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
