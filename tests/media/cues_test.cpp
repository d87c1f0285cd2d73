#include "media/cues.h"

#include <fstream>
#include <random>

#include <fmt/format.h>

#include "core/files.h"
#include "core/text.h"
#include "media/caption_layout.h"
#include "tests/support/results.h"

namespace candid::media {
namespace {

using candid::test::must;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

class Cues : public testing::Test {
 protected:
  std::vector<Cue> read(const std::string& name, std::string_view text) {
    must(write_file(folder_.path() / name, text));
    return must(read_cues(folder_.path() / name));
  }
  Result<std::vector<Cue>> read_again(const std::string& text) {
    std::ofstream(folder_.path() / "again", std::ios::binary) << text;
    return read_cues(folder_.path() / "again");
  }
  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

void expect_cue(const Cue& cue, Microseconds start, Microseconds end, std::string_view text) {
  EXPECT_EQ(cue.start, start) << text;
  EXPECT_EQ(cue.end, end) << text;
  EXPECT_EQ(cue.text, text);
}

TEST_F(Cues, ReadsSubRip) {
  auto cues = read("a.srt",
                   "1\r\n00:00:00,500 --> 00:00:02,000\r\nHello <i>Ada</i>,\r\nwelcome.\r\n\r\n"
                   "2\r\n00:01:02,250 --> 01:00:00,001\r\nBye – 漢字 👩‍💻\r\n");
  ASSERT_EQ(cues.size(), 2U);
  expect_cue(cues[0], 500ms, 2s, "Hello Ada,\nwelcome.");
  expect_cue(cues[1], 62'250ms, 3'600'001ms, "Bye – 漢字 👩‍💻");
}

TEST_F(Cues, ReadsSubRipWithAByteOrderMark) {
  auto cues = read("a.srt",
                   "\xEF\xBB\xBF"
                   "1\n00:00:01,000 --> 00:00:02,000\nHello\n");
  ASSERT_EQ(cues.size(), 1U);
  expect_cue(cues[0], 1s, 2s, "Hello");
}

TEST_F(Cues, ReadsWebVttWithTagsAndLines) {
  auto cues =
      read("a.vtt",
           "WEBVTT\n\nNOTE a remark\n\nintro\n00:01.000 --> 00:02.500 align:start\n<v Ada>Hello <b>there</b></v>\n"
           "second line\n\n00:00:03.000 --> 00:00:04.000\na < b, 5 > 4\n");
  ASSERT_EQ(cues.size(), 2U);
  expect_cue(cues[0], 1s, 2'500ms, "Hello there\nsecond line");
  expect_cue(cues[1], 3s, 4s, "a < b, 5 > 4");
}

TEST_F(Cues, ReadsWebVttEntities) {
  auto cues = read("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nR&amp;D &lt;now&gt; A&nbsp;B &amp;lt;\n");
  ASSERT_EQ(cues.size(), 1U);
  EXPECT_EQ(cues[0].text, "R&D <now> A\u00A0B &lt;");
}

constexpr std::string_view kAssHead =
    "[Script Info]\nTitle: t\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname\nStyle: Default,Arial\n\n"
    "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n";

std::string ass(std::string_view events) {
  return std::string(kAssHead) + std::string(events);
}

TEST_F(Cues, ReadsSubStationAlpha) {
  auto cues =
      read("a.ass",
           ass("Dialogue: 0,0:00:01.00,0:00:02.50,Default,Ada,0,0,0,,{\\i1}Hello{\\i0}, you,\\Nand\\hyou {a remark}\n"
               "Comment: 0,0:00:02.00,0:00:03.00,Default,,0,0,0,,never shown\n"
               "Dialogue: 0,0:01:03.00,0:01:04.00,Default,,0,0,0,Banner;5,a < b & c\n"));
  ASSERT_EQ(cues.size(), 2U);
  expect_cue(cues[0], 1s, 2'500ms, "Hello, you,\nand you");
  expect_cue(cues[1], 63s, 64s, "a < b & c");
}

TEST_F(Cues, OfOldSubStationAlphaAreRead) {
  auto cues = read("a.ssa",
                   "[Script Info]\r\nScriptType: v4.00\r\n\r\n[Events]\r\n"
                   "Dialogue: Marked=0,0:00:01.00,0:00:02.00,Default,,0000,0000,0000,,Hello\\nAda\r\n");
  ASSERT_EQ(cues.size(), 1U);
  expect_cue(cues[0], 1s, 2s, "Hello\nAda");
}

TEST_F(Cues, HoldNoDrawingsOfSubStationAlpha) {
  auto cues = read("a.ass", ass("Dialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,{\\p1}m 0 0 l 1 0{\\p0}\n"
                                "Dialogue: 0,0:00:03.00,0:00:04.00,D,,0,0,0,,{\\pos(1,2)\\p2}m 0 0{\\p0}said\n"
                                "Dialogue: 0,0:00:05.00,0:00:06.00,D,,0,0,0,,{\\pos(1,2)\\pbo3}placed\n"));
  ASSERT_EQ(cues.size(), 2U);
  EXPECT_EQ(cues[0].text, "said");
  EXPECT_EQ(cues[1].text, "placed");
}

TEST_F(Cues, CountLayersOfSubStationAlphaOnce) {
  auto cues = read("a.ass", ass("Dialogue: 0,0:00:01.00,0:00:02.00,Glow,,0,0,0,,{\\blur9}Hello\n"
                                "Dialogue: 1,0:00:01.00,0:00:02.00,D,,0,0,0,,Hello\n"));
  EXPECT_EQ(cues.size(), 1U);
}

TEST_F(Cues, KeepFieldsThatLookLikeOverrides) {
  EXPECT_EQ(read("a.ass", ass("Dialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,{\\b1}Dear {{first_name}},\n"))[0].text,
            "Dear {{first_name}},");
  EXPECT_EQ(read("a.srt", "1\n00:00:01,000 --> 00:00:02,000\n{\\an8}Dear {{ first_name }} {sic}\n")[0].text,
            "Dear {{ first_name }} {sic}");
}

TEST_F(Cues, AreDecodedWhateverTheirEncoding) {
  const std::string windows_1252 = "1\r\n00:00:01,000 --> 00:00:02,000\r\nJos\xE9: \x80 5 \x96 \x93now\x94\r\n";
  EXPECT_EQ(read("a.srt", windows_1252)[0].text, "José: € 5 – “now”");
  std::string utf16 = "\xFF\xFE";
  for (char c : std::string("WEBVTT\n\n00:01.000 --> 00:02.000\nJos\xE9\n")) utf16 += {c, '\0'};
  EXPECT_EQ(read("a.vtt", utf16)[0].text, "José");
  EXPECT_EQ(read("a.ass", ass("Dialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,Jos\xE9\n"))[0].text, "José");
}

TEST_F(Cues, AreKnownByTheirContentNotTheirName) {
  EXPECT_EQ(read("a.txt", "WEBVTT\n\n00:01.000 --> 00:02.000\nR&amp;D\n")[0].text, "R&D");
  EXPECT_EQ(read("a.vtt", "1\n00:00:01,000 --> 00:00:02,000\nR&amp;D\n")[0].text, "R&amp;D");
  EXPECT_EQ(read("a.srt", ass("Dialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,Hello\n"))[0].text, "Hello");
}

TEST_F(Cues, ThatEndBeforeTheyStartAreLeftOut) {
  auto cues = read("a.srt",
                   "1\n00:00:09,000 --> 00:00:02,000\nbackwards\n\n2\n00:00:01,000 --> 00:00:01,000\nnever\n\n"
                   "3\n99999999:00:00,000 --> 99999999:00:09,000\nfar\n\n4\n00:00:03,000 --> 00:00:04,000\nfine\n");
  ASSERT_EQ(cues.size(), 1U);
  EXPECT_EQ(cues[0].text, "fine");
}

TEST_F(Cues, OfAWebVttFileAreAllReadOrNone) {
  must(write_file(folder_.path() / "a.vtt",
                  std::string_view("WEBVTT\n\n00:01.000 --> 00:02.000\none\n\n00:03:000 -> 00:04.000\ntwo\n\n"
                                   "00:05.000 --> 00:06.000\nthree\n\n00:07.000 --> 00:08.000\nfour\n")));
  auto cues = read_cues(folder_.path() / "a.vtt");
  ASSERT_FALSE(cues);
  EXPECT_EQ(cues.error().kind(), ErrorKind::InvalidInput);
  EXPECT_THAT(cues.error().message(), HasSubstr("of which 1 can be read"));
  EXPECT_THAT(cues.error().hint(), HasSubstr("-->"));
}

TEST_F(Cues, AreSortedByStart) {
  auto cues = read("a.srt", "1\n00:00:05,000 --> 00:00:06,000\nlater\n\n2\n00:00:01,000 --> 00:00:02,000\nsooner\n");
  ASSERT_EQ(cues.size(), 2U);
  EXPECT_EQ(cues[0].text, "sooner");
  EXPECT_EQ(cues[1].text, "later");
}

TEST_F(Cues, RoundTripThroughWebVtt) {
  const std::vector<Cue> cues = {{500ms, 2s, "Hello\nAda"},
                                 {3s, 3'600'250ms, "R&D <b>not bold</b> a --> b"},
                                 {3'601s, 3'602s, "漢字 👩‍💻 عربى"}};
  auto again = read("a.vtt", to_webvtt(cues));
  ASSERT_EQ(again.size(), cues.size());
  for (size_t i = 0; i < cues.size(); ++i) expect_cue(again[i], cues[i].start, cues[i].end, cues[i].text);
}

TEST_F(Cues, WrittenTextCannotEndItsCue) {
  std::string file = to_webvtt({{1s, 2s, "one\n\n00:05.000 --> 00:06.000\nevil"}, {3s, 4s, "a\n\n\n\nb"}});
  EXPECT_THAT(file, Not(HasSubstr("00:05.000 --> ")));
  auto cues = read("a.vtt", file);
  ASSERT_EQ(cues.size(), 2U);
  EXPECT_EQ(cues[1].start, 3s);
}

TEST_F(Cues, WebVttNeedsNoMoreThanItsHeader) {
  EXPECT_TRUE(to_webvtt({}).starts_with("WEBVTT\n"));
  EXPECT_THAT(to_webvtt({{3'661'001ms, 3'662s, "x"}}), HasSubstr("01:01:01.001 --> 01:01:02.000\nx\n"));
}

TEST_F(Cues, ANoteIsNoCaption) {
  std::string file = to_webvtt({{1s, 2s, "Hello"}}, "To be edited.\n\n00:05.000 --> 00:06.000\nnot said");
  EXPECT_THAT(file, HasSubstr("To be edited."));
  auto cues = read("a.vtt", file);
  ASSERT_EQ(cues.size(), 1U);
  expect_cue(cues[0], 1s, 2s, "Hello");
}

TEST_F(Cues, RefusesWhatIsTooLargeToBeCaptions) {
  must(write_file(folder_.path() / "a.srt", std::string(5 << 20, 'x')));
  auto cues = read_cues(folder_.path() / "a.srt");
  ASSERT_FALSE(cues);
  EXPECT_EQ(cues.error().kind(), ErrorKind::InvalidInput);
}

TEST_F(Cues, ReadsTheLargestFileInOnePass) {
  std::string file = "WEBVTT\n";
  while (file.size() < (4 << 20) - 64) {
    file += fmt::format("\n00:{:02}:{:02}.000 --> 01:00:00.000\n{}\n", file.size() / 60 % 60, file.size() % 60,
                        file.size());
  }
  EXPECT_GT(read("a.vtt", file).size(), 80'000U);
}

// Truncated and damaged files of every kind: no crash (the sanitizers watch), and every cue that comes out is sound.
TEST_F(Cues, SurviveDamagedFiles) {
  const std::string whole[] = {
      "1\n00:00:00,500 --> 00:00:02,000\nHello <i>Ada</i> {\\an8}\n\n2\n00:01:02,250 --> 01:00:00,001\nBye – 漢字\n",
      "WEBVTT\n\nNOTE a\n\nid\n00:01.000 --> 00:02.500 align:start\n<v Ada>a &amp; b</v>\n\n00:03.000 --> "
      "00:04.000\nc\n",
      ass("Dialogue: 0,0:00:01.00,0:00:02.50,D,Ada,0,0,0,,{\\p1}m{\\p0}{{name}}\\N\\h\nDialogue: "
          "1,0:00:03.00,0:00:04.00,D,,0,0,0,,b\n"),
  };
  const std::string_view inserts[] = {
      "-->", "{", "{{", "}", "\\", "<", "&", ",", "\n\n", "99999999999999999999", ":", "\xC3", "\xFF\xFE", "%n"};
  std::minstd_rand random(7);
  auto any = [&](size_t count) { return static_cast<size_t>(random()) % count; };
  for (int round = 0; round < 3'000; ++round) {
    std::string file = whole[any(std::size(whole))];
    for (size_t changes = 1 + any(4); changes > 0 && !file.empty(); --changes) {
      size_t at = any(file.size());
      switch (any(4)) {
        case 0:
          file.resize(at);
          break;
        case 1:
          file[at] = static_cast<char>(random());
          break;
        case 2:
          file.erase(at, 1 + any(12));
          break;
        default:
          file.insert(at, inserts[any(std::size(inserts))]);
      }
    }
    std::ofstream(folder_.path() / "damaged", std::ios::binary) << file;
    auto cues = read_cues(folder_.path() / "damaged");
    if (!cues) continue;
    for (const Cue& cue : *cues) {
      ASSERT_GE(cue.start, 0s) << file;
      ASSERT_GT(cue.end, cue.start) << file;
      ASSERT_TRUE(is_valid_utf8(cue.text)) << file;
    }
    ASSERT_FALSE(check_captions(laid_out(*cues), "damaged").size() > 10'000);
    must(read_again(to_webvtt(*cues)));
  }
}

TEST_F(Cues, RefusesWhatHoldsNone) {
  must(write_file(folder_.path() / "letter.srt", std::string_view("Dear Ada,\nthis is no caption file.\n")));
  must(write_file(folder_.path() / "empty.vtt", std::string_view("WEBVTT\n\n")));
  must(write_file(folder_.path() / "empty.srt", std::string_view("")));
  must(write_file(folder_.path() / "cut.ass", ass("Dialogue: 0,0:00:01.00,0:00:0")));
  must(write_file(folder_.path() / "fields.ass", ass("Dialogue: 0,0:00:01.00,0:00:02.00,D,,0\n")));
  must(write_file(folder_.path() / "sound.srt", std::string_view("RIFF\0\0\0\0WAVE-->", 16)));
  for (std::string name :
       {"letter.srt", "empty.vtt", "empty.srt", "cut.ass", "fields.ass", "sound.srt", "missing.srt"}) {
    auto cues = read_cues(folder_.path() / name);
    ASSERT_FALSE(cues) << name;
    EXPECT_THAT(cues.error().message(), HasSubstr(name));
  }
}

}  // namespace
}  // namespace candid::media
