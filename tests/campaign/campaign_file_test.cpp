#include "campaign/campaign_file.h"

#include <sys/stat.h>

#include "capture/take_sidecar.h"
#include "tests/campaign/workbench.h"
#include "tests/support/clips.h"

namespace candid::campaign {
namespace {

using test::kToml;
using test::must;
using test::Workbench;

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

struct Mistake {
  std::string what, with;  // edit of kToml
  int line;
  std::string key, words;  // where it is reported, and a part of what is said
};

TEST(CampaignFile, NamesFileLineAndKeyOfEveryMistake) {
  const Mistake mistakes[] = {
      {"roster =", "rooster =", 2, "rooster", "not a known key"},
      {"roster = \"candidates.csv\"", "", 1, "roster", "missing"},
      {"\"candidates.csv\"", "\"nobody.csv\"", 2, "roster", "does not exist"},
      {"\"take.mkv\"", "\"gone.mkv\"", 3, "take", "does not exist"},
      {"\"take.mkv\"", "5", 3, "take", "not text"},
      {"logo = \"logo.svg\"", "logo = \"gone.svg\"", 6, "brand.logo", "does not exist"},
      {"logo = \"logo.svg\"", "logo = \"candidates.csv\"", 6, "brand.logo", "not a picture"},
      {"[brand]", "[brand]\nfont_file = \"candidates.csv\"", 6, "brand.font_file", "not a font"},
      {"[brand]", "[brand]\nfont = \"No Such Family\"", 6, "brand.font", "no font family"},
      {"[brand]", "[brand]\ncolor = \"blue\"", 6, "brand.color", "not a colour"},
      {"kind = \"lower_third\"", "kind = \"lower_thrid\"", 13, "layer[1].kind", "not known"},
      {"kind = \"lower_third\"", "kind = \"lower_third\"\nstart = \"3 apples\"", 14, "layer[1].start", "not a time"},
      {"kind = \"lower_third\"", "kind = \"lower_third\"\nstart = \"9s\"", 12, "layer[1]", "never shows"},
      {"kind = \"lower_third\"", "kind = \"lower_third\"\nstart = \"-10ms\"", 12, "layer[1]", "never shows"},
      {"kind = \"lower_third\"", "kind = \"lower_third\"\nstart = \"1.001s\"\nend = \"1.02s\"", 12, "layer[1]",
       "never shows"},
      {"kind = \"lower_third\"", "kind = \"lower_third\"\nfont_size = 4", 14, "layer[1].font_size", "outside"},
      {"kind = \"lower_third\"", "kind = \"lower_third\"\nanimation = \"fade\"", 14, "layer[1].animation",
       "not a known key"},
      {"{{name}}", "{{nmae}}", 14, "layer[1].text", "not a column"},
      {"{{name}}", "{{name", 14, "layer[1].text", "not closed"},
      {"For {{name}}", "For {{salary}}", 18, "page.headline", "not a column"},
      {"[page]", "[page]\nlanguage = \"Klingon, fluent\"", 18, "page.language", "not a language tag"},
      {"[page]", "[publish]\nserver = \"example.com\"\n[page]", 18, "publish.server", "not an address"},
      {"[page]", "[video]\nsize = \"321x181\"\n[page]", 18, "video.size", "not a size"},
      {"[page]", "[video]\nfps = 31\n[page]", 18, "video.fps", "not a standard rate"},
      {"[page]", "[[page.button]]\nlabel = \"x\"\nurl = \"javascript:alert(1)\"\n[page]", 19, "page.button[0].url",
       "not a link"},
      {"[page]", "[page]\nbooking = \"calendar\"", 18, "page.booking", "not a link"},
      {"[page]", "[page]\nbooking = \"javascript:alert(1)\"", 18, "page.booking", "not a link"},
      {"[page]", "[page]\nbooking = \"https://example.com/{{salary}}\"", 18, "page.booking", "not a column"},
      {"[page]", "[page]\nreply = \"no\"", 18, "page.reply", "not true or false"},
      {"[page]", "[page]\nlanguage = true", 18, "page.language", "not text"},
      {"[page]", "[page]\nreplies = false", 18, "page.replies", "not a known key"},
      {"[page]", "[publish]\ntracking = \"none\"\n[page]", 18, "publish.tracking", "not known"},
      {"[page]", "[publish]\ntracking = false\n[page]", 18, "publish.tracking", "not text"},
      {"[page]", "[publish]\ntracking = \"off\"\nviews = 3\n[page]", 19, "publish.views", "a limit counts"},
      {"[page]", "[publish]\nviews = 3\ntracking = \"consent\"\n[page]", 18, "publish.views", "a limit counts"},
      {"[page]", "[publish]\ntrack = \"off\"\n[page]", 18, "publish.track", "not a known key"},
      {"name = \"Test campaign\"", "name = \"Test campaign", 1, "", ""},
      {"[[layer]]\nkind = \"image\"", "[[layer]]\nkind = \"captions\"\n[[layer]]\nkind = \"image\"", 8, "layer[0].file",
       "is missing"},
  };
  Workbench bench;
  for (const Mistake& mistake : mistakes) {
    SCOPED_TRACE(mistake.with);
    bench.write("campaign.toml", replaced(kToml, mistake.what, mistake.with));
    Findings findings;
    auto job = load_job(bench.folder(), findings);
    ASSERT_FALSE(job);
    EXPECT_EQ(job.error().kind(), ErrorKind::InvalidInput);
    ASSERT_FALSE(findings.empty());
    bool told = std::any_of(findings.begin(), findings.end(), [&](const Finding& f) {
      return f.file == (bench.folder() / "campaign.toml").string() && f.line == mistake.line &&
             f.column == mistake.key && f.message.find(mistake.words) != std::string::npos;
    });
    EXPECT_TRUE(told) << findings[0].describe();
    EXPECT_FALSE(std::filesystem::exists(bench.out())) << "nothing is written";
  }
}

TEST(CampaignFile, ReadsWhatThePageIsToBe) {
  Workbench bench;
  PageChoice page = bench.job().campaign.page;
  EXPECT_EQ(page.language, "en");
  EXPECT_FALSE(page.language_of_browser);
  EXPECT_TRUE(page.booking.empty());
  EXPECT_TRUE(page.reply);
  EXPECT_EQ(bench.job().campaign.publish.tracking, track::Tracking::Individual);
  bench.write("campaign.toml",
              kToml + "language = \"auto\"\nbooking = \"https://example.com/{{id}}\"\nreply = false\n");
  page = bench.job().campaign.page;
  EXPECT_TRUE(page.language_of_browser);
  EXPECT_EQ(page.booking.source(), "https://example.com/{{id}}");
  EXPECT_FALSE(page.reply);
  for (const std::string& name : track::tracking_names()) {
    bench.write("campaign.toml", kToml + "[publish]\ntracking = \"" + name + "\"\n");
    EXPECT_EQ(track::to_string(bench.job().campaign.publish.tracking), name);
  }
}

TEST(CampaignFile, TellsTheValidOnesOfAKeyThatIsNotKnown) {
  Workbench bench;
  auto hint_of = [&](const std::string& lines) {
    bench.write("campaign.toml", kToml + lines);
    Findings findings;
    EXPECT_FALSE(load_job(bench.folder(), findings)) << lines;
    return findings.empty() ? std::string() : findings[0].hint;
  };
  EXPECT_THAT(hint_of("bookings = \"https://example.com\"\n"), testing::HasSubstr("booking"));
  EXPECT_THAT(hint_of("[publish]\ntracking = \"anonymous\"\n"),
              testing::HasSubstr("off, aggregate, individual, consent"));
  EXPECT_THAT(hint_of("language = \"Klingon, fluent\"\n"), testing::HasSubstr("auto"));
  EXPECT_THAT(hint_of("booking = \"www.example.com\"\n"), testing::HasSubstr("https://"));
}

TEST(CampaignFile, TellsAllMistakesAtOnce) {
  Workbench bench;
  std::string toml = replaced(kToml, "\"take.mkv\"", "\"gone.mkv\"");
  toml = replaced(toml, "roster =", "rooster =");
  toml = replaced(toml, "{{name}}", "{{name");
  bench.write("campaign.toml", toml);
  Findings findings;
  EXPECT_FALSE(load_job(bench.folder(), findings));
  EXPECT_GE(findings.size(), 4u);  // take, rooster, roster, the open field
}

TEST(CampaignFile, SuggestsTheNearestName) {
  Workbench bench;
  bench.write("campaign.toml", replaced(kToml, "{{role}}", "{{rolle}}"));
  Findings findings;
  EXPECT_FALSE(load_job(bench.folder(), findings));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(findings[0].hint, testing::HasSubstr("{{role}}"));
  EXPECT_THAT(findings[0].hint, testing::HasSubstr("columns: id, name, role, email"));
}

TEST(CampaignFile, AFolderWithoutACampaignSaysHowToMakeOne) {
  auto folder = must(TemporaryFolder::create());
  Findings findings;
  auto job = load_job(folder.path(), findings);
  ASSERT_FALSE(job);
  EXPECT_EQ(job.error().kind(), ErrorKind::InvalidInput);
  EXPECT_THAT(job.error().hint(), testing::HasSubstr("candid new"));
}

TEST(CampaignFile, ACutTakeIsRefused) {
  Workbench bench;
  for (const char* format : {"matroska", "mp4"}) {
    bench.record(std::string("-f lavfi -i testsrc2=size=320x180:rate=30:duration=4 -c:v libx264 -preset ultrafast -g "
                             "15 -pix_fmt yuv420p -f ") +
                 format);
    auto bytes = must(read_file(bench.folder() / "take.mkv"));
    bytes.resize(bytes.size() / 2);
    must(write_file(bench.folder() / "take.mkv", bytes));
    Findings findings;
    EXPECT_FALSE(load_job(bench.folder(), findings)) << format;
    ASSERT_FALSE(findings.empty());
    EXPECT_EQ(findings[0].column, "take");
    EXPECT_EQ(findings[0].line, 3);
  }
}

TEST(CampaignFile, AnotherRecordingsWordsAreNotShown) {
  Workbench bench;
  bench.write("campaign.toml", kToml + "\n[[layer]]\nkind = \"captions\"\n");
  capture::TakeSidecar sidecar;
  sidecar.duration = std::chrono::milliseconds(1500);
  sidecar.size = {320, 180};
  sidecar.frames.encoded = 45;
  sidecar.marks = {{"These are this take's words.", std::chrono::milliseconds(200), std::chrono::milliseconds(900)}};
  must(capture::write_sidecar(bench.folder() / "take.mkv", sidecar));
  ASSERT_EQ(bench.job().campaign.look.layers.back().lines.size(), 1u);
  bench.record("-f lavfi -i testsrc2=size=320x180:rate=30:duration=3 -c:v libx264 -preset ultrafast -pix_fmt yuv420p");
  Findings findings;
  EXPECT_FALSE(load_job(bench.folder(), findings));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(findings[0].message, testing::HasSubstr("another recording"));
}

TEST(CampaignFile, EndlessKeysAndPipesAreRefusedAtOnce) {
  Workbench bench;
  std::string key = "a";
  for (int i = 0; i < 100'000; ++i) key += ".a";
  for (const std::string& toml : {"[" + key + "]\n", key + " = 1\n"}) {
    bench.write("campaign.toml", "name = \"x\"\n" + toml);
    Findings findings;
    EXPECT_FALSE(load_job(bench.folder(), findings));
    EXPECT_EQ(findings.at(0).line, 2);
  }
  std::filesystem::remove(bench.folder() / "campaign.toml");
  ASSERT_EQ(::mkfifo((bench.folder() / "campaign.toml").c_str(), 0600), 0);
  Findings findings;
  EXPECT_FALSE(load_job(bench.folder(), findings));
}

TEST(CampaignFile, ATakeWhoseClockBeginsLateIsWhole) {
  Workbench bench;
  bench.record(
      "-f lavfi -i testsrc2=size=320x180:rate=30:duration=2 -c:v libx264 -preset ultrafast -pix_fmt yuv420p "
      "-output_ts_offset 1000");
  EXPECT_EQ(bench.job().timeline.frames, 60);
}

TEST(CampaignFile, TrimShortensTheVideo) {
  Workbench bench;
  bench.write("campaign.toml",
              replaced(kToml, "take = \"take.mkv\"", "take = \"take.mkv\"\ntrim = [\"0.3s\", \"-0.2s\"]"));
  EXPECT_EQ(bench.job().timeline.frames, 30);
  EXPECT_EQ(bench.job().timeline.take_start, std::chrono::milliseconds(300));
}

TEST(CampaignFile, SizesByTheirLinesKeepTheTakesShape) {
  Workbench bench;
  bench.record("-f lavfi -i color=s=1080x1920:r=30:d=0.2 -c:v libx264 -preset ultrafast -pix_fmt yuv420p");
  for (auto [size, wanted] :
       {std::pair("480p", media::FrameSize{480, 852}), {"720p", {720, 1280}}, {"1080p", {1080, 1920}}}) {
    bench.write("campaign.toml", test::kToml + "\n[video]\nsize = \"" + size + "\"\n");
    EXPECT_EQ(bench.job().timeline.size, wanted) << size;
  }
}

TEST(CampaignFile, OneThingDecidesTheSizeInBytes) {
  Workbench bench;
  for (const char* video : {"max_mb = 5\nquality = \"high\"", "max_mb = 5\ncodec = \"av1\"", "max_mb = -1",
                            "size = \"500p\"", "codec = \"h263\"", "denoise = 1"}) {
    bench.write("campaign.toml", test::kToml + "\n[video]\n" + video + "\n");
    Findings findings;
    EXPECT_FALSE(load_job(bench.folder(), findings)) << video;
    EXPECT_EQ(findings.size(), 1U) << video;
  }
}

TEST(CampaignFile, AFieldInOneBraceIsTold) {
  Workbench bench;
  auto told = [&](const std::string& subtext) {
    std::string toml = test::kToml;
    toml.replace(toml.find("subtext = \"{{role}}\""), 20, "subtext = '" + subtext + "'");
    bench.write("campaign.toml", toml);
    Findings findings;
    (void)load_job(bench.folder(), findings);
    return findings.empty() ? std::string() : findings[0].describe();
  };
  EXPECT_THAT(told("as {role}"), testing::HasSubstr("layer[1].subtext: {role} is drawn as it stands"));
  EXPECT_THAT(told("{{role}} and {role}"), testing::HasSubstr("{role} is drawn"));
  EXPECT_EQ(told("{{role}} {{{{x}} {A b} {} {"), "");
}

}  // namespace
}  // namespace candid::campaign
