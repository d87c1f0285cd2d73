// Captions on their way through a campaign: which seconds they make personal, where their words go.

#include "campaign/plan.h"
#include "campaign/publishing/publish.h"
#include "campaign/take_captions.h"
#include "capture/take_sidecar.h"
#include "media/cues.h"
#include "tests/campaign/workbench.h"
#include "tests/support/clips.h"

namespace candid::campaign {
namespace {

using test::must;
using test::Workbench;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

// A four-second take without other layers, with captions of which the second one speaks to each by name.
class CaptionsTest : public testing::Test {
 protected:
  CaptionsTest() {
    bench.record(
        "-f lavfi -i testsrc2=size=320x180:rate=30:duration=4 -f lavfi -i sine=440:duration=4:sample_rate=48000 "
        "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a pcm_s16le");
    captions("",
             "WEBVTT\n\n00:00.100 --> 00:01.000\nGood morning.\n\n00:01.500 --> 00:02.500\nHello {{name}}!\n\n"
             "00:02.800 --> 00:03.800\nSee you soon.\n");
  }
  void captions(const std::string& keys, const std::string& file) {
    bench.write("captions.vtt", file);
    bench.write(
        "campaign.toml",
        "name = \"Captions\"\nroster = \"candidates.csv\"\ntake = \"take.mkv\"\n\n[[layer]]\nkind = \"captions\"\n"
        "file = \"captions.vtt\"\n" +
            keys);
  }
  std::vector<std::string> problems() {
    Findings findings;
    (void)load_job(bench.folder(), findings);
    std::vector<std::string> told;
    for (const Finding& finding : findings)
      told.push_back(std::string(to_string(finding.severity)) + " " + finding.describe());
    return told;
  }
  // The captions of a video, as the program ffmpeg reads them from the MP4's own track.
  std::string track_of(const std::string& id) {
    return test::output_of("ffmpeg -v error -i " + test::quoted(bench.video(id)) +
                           " -map 0:s -f webvtt - 2>&1 || true");
  }
  bool track_shows_by_itself(const std::string& id) {
    return test::output_of("ffprobe -v error -select_streams s -show_entries stream_disposition=default -of csv=p=0 " +
                           test::quoted(bench.video(id)))
        .starts_with('1');
  }
  std::string sidecar_of(const std::string& id) {
    return must(read_text_file(bench.video(id).replace_extension(".vtt")));
  }

  Workbench bench;
};

TEST_F(CaptionsTest, ALayerWithoutFileAndMarksHasNoWords) {
  auto campaign_now = [&] {
    Findings findings;
    return must(read_campaign(bench.folder(), findings));
  };
  EXPECT_EQ(layer_without_words(campaign_now()), std::nullopt) << "it has a file";
  bench.write(
      "campaign.toml",
      "name = \"Captions\"\nroster = \"candidates.csv\"\ntake = \"take.mkv\"\n\n[[layer]]\nkind = \"lower_third\"\n"
      "text = \"{{name}}\"\n\n[[layer]]\nkind = \"captions\"\n");
  EXPECT_EQ(layer_without_words(campaign_now()), 1U);
  capture::TakeSidecar sidecar;
  sidecar.marks = {{"Good morning.", 100ms, 1s}};
  must(capture::write_sidecar(bench.folder() / "take.mkv", sidecar));
  EXPECT_EQ(layer_without_words(campaign_now()), std::nullopt) << "its marks have the words";
}

TEST_F(CaptionsTest, AreMadeOfAScriptByThePausesOfATake) {
  bench.record(
      "-f lavfi -i color=gray:size=64x36:rate=30:duration=6 -f lavfi -i "
      "\"aevalsrc='0.3*sin(2*PI*140*t)*(1+sin(2*PI*4*t))*(lt(t,2.4)+gt(t,3.4))':s=48000:d=6\" "
      "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a pcm_s16le");
  const std::filesystem::path take = bench.folder() / "take.mkv";
  bench.write("script.txt", "Good morning to all of you out there.\nSee you soon, and have a good day.\n");
  const capture::Script script = must(script_of_take(take, bench.folder() / "script.txt"));
  const TakeCaptions made = must(caption_take(take, script, "made.vtt"));
  EXPECT_EQ(made.placed_by, capture::PlacedBy::Pauses);
  EXPECT_EQ(made.lines, 2U);
  must(write_captions(made, bench.folder() / "made.vtt"));
  EXPECT_THAT(must(read_text_file(bench.folder() / "made.vtt")), HasSubstr("See you soon"));
  EXPECT_FALSE(script_of_take(take, {})) << "nothing beside it says what was said";
}

TEST_F(CaptionsTest, PersonalWordsMakeJustTheirSecondsPersonal) {
  Plan plan = must(make_plan(bench.job()));
  std::vector<int64_t> personal;
  for (const PlannedRange& range : plan.ranges) {
    for (int64_t i = 0; range.is_personal && i < range.frame_count; ++i) personal.push_back(range.first_frame + i);
  }
  ASSERT_FALSE(personal.empty());
  EXPECT_EQ(personal.front(), 45);
  EXPECT_EQ(personal.back(), 74) << "frames 45 to 74: from 1.5 s to before 2.5 s";
  EXPECT_EQ(personal.size(), 30u);
  for (size_t i = 0; i < plan.ranges.size(); ++i)
    EXPECT_EQ(plan.messages[0].segments[i] != plan.messages[1].segments[i], plan.ranges[i].is_personal);
}

TEST_F(CaptionsTest, AChangedCaptionTouchesItsOwnFramesAlone) {
  Plan before = must(make_plan(bench.job()));
  captions("",
           "WEBVTT\n\n00:00.100 --> 00:01.000\nGood evening.\n\n00:01.500 --> 00:02.500\nHello {{name}}!\n\n"
           "00:02.800 --> 00:03.800\nSee you soon.\n");
  Plan after = must(make_plan(bench.job()));
  ASSERT_EQ(before.ranges.size(), after.ranges.size());
  std::vector<bool> changed;
  for (size_t i = 0; i < before.ranges.size(); ++i)
    changed.push_back(before.messages[0].segments[i] != after.messages[0].segments[i]);
  EXPECT_THAT(changed, ElementsAre(true, false, false));
}

TEST_F(CaptionsTest, EveryoneReadsTheirOwnNameInPictureTrackAndFile) {
  bench.render();
  EXPECT_THAT(track_of("1"), HasSubstr("Hello Jane Sample!"));
  EXPECT_THAT(track_of("2"), HasSubstr("Hello 王小明!"));
  EXPECT_FALSE(track_shows_by_itself("1")) << "it stands in the picture already";
  EXPECT_THAT(sidecar_of("2"), HasSubstr("00:00:01.500 --> 00:00:02.500\nHello 王小明!"));
  EXPECT_THAT(sidecar_of("1"), Not(HasSubstr("王小明")));
}

TEST_F(CaptionsTest, GoWhereTheyAreToldToGo) {
  const std::string file = "WEBVTT\n\n00:00.100 --> 00:01.000\nGood morning.\n";
  captions("show = \"track\"\n", file);
  bench.render();
  EXPECT_THAT(track_of("1"), HasSubstr("Good morning."));
  EXPECT_TRUE(track_shows_by_itself("1"));
  for (const PlannedRange& range : must(make_plan(bench.job())).ranges) EXPECT_TRUE(range.layers.empty());
  captions("show = \"burned_in\"\n", file);
  bench.render();
  EXPECT_THAT(track_of("1"), Not(HasSubstr("Good morning.")));
  EXPECT_FALSE(std::filesystem::exists(bench.video("1").replace_extension(".vtt"))) << "of the run before";
}

TEST_F(CaptionsTest, AFieldTheRosterLacksIsToldBeforeAnyWork) {
  captions("", "WEBVTT\n\n00:00.100 --> 00:01.000\nHello {{nickname}}\n");
  EXPECT_THAT(problems(), Contains(HasSubstr("layer[0].file: {{nickname}} is not a column")));
  captions("", "WEBVTT\n\n00:00.100 --> 00:01.000\nHello {{name | uper}}\n");
  EXPECT_THAT(problems(), Contains(HasSubstr("the caption at 0.1 s: \"uper\" is not a filter")));
}

TEST_F(CaptionsTest, WhatCannotBeReadInTimeIsTold) {
  captions("",
           "WEBVTT\n\n00:00.100 --> 00:01.000\nThis is far too much to be read in less than a second by anyone.\n\n"
           "00:00.800 --> 00:02.000\nAnd two at once.\n");
  auto told = problems();
  EXPECT_THAT(told, Contains(testing::AllOf(HasSubstr("warning"), HasSubstr("characters a second"))));
  EXPECT_THAT(told, Contains(HasSubstr("42")));
  EXPECT_THAT(told, Contains(HasSubstr("captions.vtt")));
}

TEST_F(CaptionsTest, AFileOfAnotherEncodingReadsRight) {
  captions("",
           "1\n00:00:00,100 --> 00:00:01,500\nJos\xE9 \x96 \x93"
           "caf\xE9\x94\n");
  Job job = bench.job();
  ASSERT_EQ(job.campaign.look.layers[0].lines.size(), 1u);
  EXPECT_EQ(job.campaign.look.layers[0].lines[0].text.source(), "José – “café”");
}

}  // namespace
}  // namespace candid::campaign
