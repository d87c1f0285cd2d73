#include "media/cues.h"

#include "core/files.h"
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

TEST_F(Cues, RefusesWhatHoldsNone) {
  must(write_file(folder_.path() / "letter.srt", std::string_view("Dear Ada,\nthis is no caption file.\n")));
  must(write_file(folder_.path() / "empty.vtt", std::string_view("WEBVTT\n\n")));
  must(write_file(folder_.path() / "empty.srt", std::string_view("")));
  for (std::string name : {"letter.srt", "empty.vtt", "empty.srt", "missing.srt"}) {
    auto cues = read_cues(folder_.path() / name);
    ASSERT_FALSE(cues) << name;
    EXPECT_THAT(cues.error().message(), HasSubstr(name));
  }
}

}  // namespace
}  // namespace candid::media
