// Every look that comes with the program, in three shapes of picture, as campaigns get it.

#include "campaign/embedded.h"
#include "overlay/blend.h"
#include "overlay/composition.h"
#include "tests/campaign/workbench.h"
#include "tests/support/pictures.h"

namespace candid::campaign {
namespace {

using test::must;
using test::Workbench;
using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kLayers = R"(
[[layer]]
kind = "image"
image = "logo.svg"

[[layer]]
kind = "lower_third"
text = "{{name}}"
subtext = "{{role}}"
end = "1s"

[[layer]]
kind = "card"
text = "Thank you, {{name}}"
subtext = "You hear from us by Friday"
action = "Book a call"
image = "logo.svg"
start = "1s"

[[layer]]
kind = "captions"
file = "captions.vtt"

[[layer]]
kind = "progress"
)";

std::string toml_of(const std::string& look, const std::string& size) {
  return "name = \"Looks\"\nroster = \"candidates.csv\"\ntake = \"take.mkv\"\nlook = \"" + look + "\"\n" + kLayers +
         "[video]\nsize = \"" + size + "\"\n";
}

// A picture from dark to light, so that every ground and every shadow is seen.
media::Frame ramp(media::FrameSize size) {
  media::Frame frame = must(media::Frame::allocate(size));
  frame.fill(0, 118, 138);
  media::Plane luma = frame.mutable_plane(0);
  for (int y = 0; y < luma.height; ++y) {
    for (int x = 0; x < luma.width; ++x)
      luma.data[static_cast<ptrdiff_t>(y) * luma.stride + x] =
          static_cast<uint8_t>(40 + 170 * (x + y) / (luma.width + luma.height));
  }
  return frame;
}

class Looks : public testing::TestWithParam<std::string> {
 protected:
  static void SetUpTestSuite() { test::pin_fonts(); }
  void SetUp() override { bench.write("captions.vtt", "WEBVTT\n\n00:00.100 --> 00:01.000\nSo far, so good.\n"); }
  Workbench bench;
};

TEST_P(Looks, IsWhatWasLookedAt) {
  for (const char* size : {"640x360", "360x640", "480x480"}) {
    bench.write("campaign.toml", toml_of(GetParam(), size));
    Job job = bench.job();
    auto composition = must(overlay::Composition::create(job.campaign.look, job.roster.candidates[0].fields,
                                                         job.timeline.size, job.timeline.duration()));
    EXPECT_THAT(composition.findings(), IsEmpty());
    int part = 0;
    for (Microseconds time : {Microseconds(700ms), Microseconds(1480ms)}) {
      media::Frame frame = ramp(job.timeline.size);
      must(composition.apply(frame, time));
      test::expect_golden(frame, "look-" + GetParam() + "-" + size + (part++ == 0 ? "" : "-card"));
    }
  }
}

TEST_P(Looks, CanBeReadByEverybody) {
  bench.write("campaign.toml", toml_of(GetParam(), "640x360"));
  Findings findings;
  must(load_job(bench.folder(), findings));
  EXPECT_THAT(findings, IsEmpty());
}

TEST_P(Looks, CanBeCopiedAndChanged) {
  bench.write("campaign.toml", toml_of(GetParam(), "640x360"));
  Job built_in = bench.job();
  std::string copy(look_assets().at(GetParam() + ".toml"));
  bench.write("look.toml", copy);
  bench.write("campaign.toml", toml_of("look.toml", "640x360"));
  Job own = bench.job();
  ASSERT_EQ(own.campaign.look.layers.size(), built_in.campaign.look.layers.size());
  for (size_t i = 0; i < own.campaign.look.layers.size(); ++i) {
    EXPECT_EQ(own.campaign.look.layers[i].background, built_in.campaign.look.layers[i].background);
    EXPECT_EQ(own.campaign.look.layers[i].shape, built_in.campaign.look.layers[i].shape);
    EXPECT_EQ(own.campaign.look.layers[i].motion, built_in.campaign.look.layers[i].motion);
  }
}

std::vector<std::string> look_names() {
  std::vector<std::string> all;
  for (const auto& [path, content] : look_assets()) all.emplace_back(path.substr(0, path.find('.')));
  return all;
}
INSTANTIATE_TEST_SUITE_P(Each, Looks, testing::ValuesIn(look_names()));

TEST(Look, FourAtLeastComeWithTheProgram) {
  EXPECT_GE(look_names().size(), 4u);
}

class OwnLook : public testing::Test {
 protected:
  std::vector<std::string> problems(const std::string& toml, const std::string& look = "") {
    if (!look.empty()) bench.write("look.toml", look);
    bench.write("campaign.toml", toml);
    Findings findings;
    (void)load_job(bench.folder(), findings);
    std::vector<std::string> told;
    for (const Finding& finding : findings) told.push_back(finding.describe() + " / " + finding.hint);
    return told;
  }
  Workbench bench;
};

TEST_F(OwnLook, IsCheckedToTheLastKey) {
  auto told = problems("look = \"look.toml\"\n" + test::kToml,
                       "[lower_third]\nshape = \"round\"\nfont = \"Comic Snas\"\nplcae = \"top\"\n[lowerthird]\n");
  EXPECT_THAT(told, Contains(HasSubstr("look.toml:2: lower_third.shape: \"round\" is not known / valid: none, panel")));
  EXPECT_THAT(told, Contains(HasSubstr("look.toml:3: lower_third.font: no font family \"Comic Snas\"")));
  EXPECT_THAT(told, Contains(HasSubstr("look.toml:4: lower_third.plcae: is not a known key / did you mean place?")));
  EXPECT_THAT(told, Contains(HasSubstr("lowerthird: is not a known key / did you mean lower_third?")));
  EXPECT_EQ(told.size(), 4u) << testing::PrintToString(told);
}

TEST_F(OwnLook, AnUnknownOneIsToldWithThoseThereAre) {
  auto told = problems("look = \"blod\"\n" + test::kToml);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_THAT(told[0], HasSubstr("there is no look \"blod\" / did you mean bold? valid: bold, clean, minimal, warm"));
  EXPECT_THAT(problems("look = \"brand/none.toml\"\n" + test::kToml), Contains(HasSubstr("does not exist")));
  EXPECT_THAT(problems("look = \"look.toml\"\n" + test::kToml, "[card\n"), Contains(HasSubstr("look.toml:1")));
}

TEST_F(OwnLook, AKeyWithoutEndIsToldLikeAnyOther) {
  std::string endless = "a";
  for (int i = 0; i < 100'000; ++i) endless += ".a";
  EXPECT_THAT(problems("look = \"look.toml\"\n" + test::kToml, "[card]\n" + endless + " = 1\n"),
              Contains(HasSubstr("look.toml:2: a key has too many parts")));
}

TEST_F(OwnLook, TheBrandsColoursBeatTheLooks) {
  bench.write("campaign.toml", "look = \"bold\"\n" + test::kToml);
  Job job = bench.job();
  EXPECT_EQ(to_string(job.campaign.look.layers[1].accent), "#ffd60a");
  std::string toml = test::kToml;
  toml.replace(toml.find("logo ="), 0, "color = \"#c2185b\"\n");
  bench.write("campaign.toml", "look = \"bold\"\n" + toml);
  EXPECT_EQ(to_string(bench.job().campaign.look.layers[1].accent), "#c2185b");
}

TEST_F(OwnLook, WordsThatCannotBeReadAreToldWithABetterColour) {
  std::string toml = test::kToml;
  toml.replace(toml.find("subtext"), 0, "text_color = \"#777777\"\nbackground = \"#888888\"\n");
  auto told = problems(toml);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_THAT(told[0], HasSubstr("layer[1].text_color: #777777 on #888888 has a contrast of 1.3:1"));
  size_t at = told[0].find("text_color = \"#") + 14;
  auto better = overlay::parse_color(told[0].substr(at, 7));
  ASSERT_TRUE(better) << told[0];
  EXPECT_GE(overlay::contrast_ratio(*better, {0x88, 0x88, 0x88}), overlay::kReadableContrast);
  toml = test::kToml;
  toml.replace(toml.find("subtext"), 0, "shape = \"none\"\n");
  EXPECT_THAT(problems(toml), Contains(HasSubstr("stand on the picture itself")));
}

TEST_F(OwnLook, LayersLieByTheirZ) {
  std::string toml = test::kToml;
  toml.replace(toml.find("image = \"logo.svg\""), 0, "z = 3\n");
  bench.write("campaign.toml", toml);
  Job job = bench.job();
  EXPECT_EQ(job.campaign.look.layers[0].kind, overlay::LayerKind::LowerThird);
  EXPECT_EQ(job.campaign.look.layers[1].number, 0u) << "messages call it by its place in the file";
}

TEST_F(OwnLook, WhatIsWrongWithALayerIsToldWithTheValidOnes) {
  auto with = [&](const std::string& line) {
    std::string toml = test::kToml;
    toml.replace(toml.find("subtext"), 0, line + "\n");
    auto told = problems(toml);
    return told.empty() ? std::string("accepted") : told[0];
  };
  EXPECT_THAT(with("place = \"bottom_lfet\""), HasSubstr("valid: top_left, top"));
  EXPECT_THAT(with("animate = \"zoom\""), HasSubstr("valid: none, fade, slide, wipe, type"));
  EXPECT_THAT(with("ease = \"bounce\""), HasSubstr("valid: linear, in, out, in_out"));
  EXPECT_THAT(with("font = \"Nonesuch\""), HasSubstr("no font family \"Nonesuch\" is installed"));
  EXPECT_THAT(with("animate_time = \"9s\""), HasSubstr("outside"));
  EXPECT_THAT(with("offset = [0.1]"), HasSubstr("a list of 2 numbers"));
  EXPECT_THAT(with("accent = \"pink\""), HasSubstr("or accent, text, background, auto"));
  EXPECT_THAT(with("action = \"x\""), HasSubstr("only a card has an action"));
  EXPECT_THAT(with("show = \"track\""), HasSubstr("only a captions layer has a show"));
  EXPECT_EQ(with("accent = \"text\""), "accepted");
}

}  // namespace
}  // namespace candid::campaign
