#include "encode/timed_text.h"

#include <cmath>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "core/files.h"
#include "encode/box_writer.h"
#include "media/cues.h"
#include "tests/encode/material.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

namespace candid::encode {
namespace {

using candid::test::make_clip;
using candid::test::must;
using candid::test::output_of;
using candid::test::quoted;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::probed;
using test::small_settings;
using test::write_mp4;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr uint32_t kTimescale = 15'360;  // of a video of 30 frames a second

// The track's samples as "start-end text", in seconds; "" for an empty one's text.
std::vector<std::string> lines_of(const TextTrack& track, uint32_t timescale) {
  std::vector<std::string> lines;
  uint64_t now = 0;
  size_t at = 0;
  for (size_t i = 0; i < track.sizes.size(); ++i) {
    size_t length = size_t{track.bytes.at(at)} << 8 | track.bytes.at(at + 1);
    EXPECT_EQ(track.sizes[i], length + 2);
    std::string text(track.bytes.begin() + static_cast<ptrdiff_t>(at) + 2,
                     track.bytes.begin() + static_cast<ptrdiff_t>(at + 2 + length));
    uint64_t end = now + track.durations.at(i);
    lines.push_back(
        fmt::format("{:g}-{:g} {}", static_cast<double>(now) / timescale, static_cast<double>(end) / timescale, text));
    now = end;
    at += track.sizes[i];
  }
  EXPECT_EQ(at, track.bytes.size());
  EXPECT_EQ(track.durations.size(), track.sizes.size());
  return lines;
}

// In a video of ten seconds.
std::vector<std::string> samples(const std::vector<TimedText>& captions) {
  return lines_of(must(make_text_track(captions, kTimescale, 10 * kTimescale)), kTimescale);
}

TEST(TimedText, FillsTheTimeWithoutWords) {
  EXPECT_THAT(
      samples({{seconds(1), seconds(2), "one"}, {seconds(2), seconds(3), "two"}, {seconds(5), seconds(7), "3"}}),
      ElementsAre("0-1 ", "1-2 one", "2-3 two", "3-5 ", "5-7 3", "7-10 "));
  EXPECT_THAT(samples({{seconds(0), seconds(10), "all\nthe time"}}), ElementsAre("0-10 all\nthe time"));
}

TEST(TimedText, CutsWhatIsOutsideTheVideo) {
  EXPECT_THAT(samples({{seconds(-2), seconds(1), "early"}, {seconds(9), hours(1), "late"}}),
              ElementsAre("0-1 early", "1-9 ", "9-10 late"));
  EXPECT_THAT(samples({{Microseconds::min(), Microseconds::max(), "ever"}}), ElementsAre("0-10 ever"));
  EXPECT_THAT(samples({{seconds(-2), seconds(0), "before"}, {seconds(10), seconds(12), "after"}}), ElementsAre());
}

TEST(TimedText, NothingToShowIsNoTrack) {
  EXPECT_THAT(samples({}), ElementsAre());
  EXPECT_THAT(
      samples({{seconds(1), seconds(2), ""}, {seconds(3), seconds(3), "no time"}, {seconds(5), seconds(4), "-"}}),
      ElementsAre());
}

TEST(TimedText, OverlappingCaptionsAreShownTogether) {
  EXPECT_THAT(samples({{seconds(1), seconds(4), "one"}, {seconds(3), seconds(6), "two"}}),
              ElementsAre("0-1 ", "1-3 one", "3-4 one\ntwo", "4-6 two", "6-10 "));
  EXPECT_THAT(samples({{seconds(0), seconds(10), "long"}, {seconds(3), seconds(6), "short"}}),
              ElementsAre("0-3 long", "3-6 long\nshort", "6-10 long"));
  EXPECT_THAT(samples({{seconds(0), seconds(10), "one"}, {seconds(0), seconds(10), "two"}}),
              ElementsAre("0-10 one\ntwo"));
}

TEST(TimedText, OverlappingCaptionsAreCutWhereItIsCarelessness) {
  EXPECT_THAT(samples({{seconds(1), milliseconds(3'050), "one"}, {seconds(3), seconds(5), "two"}}),
              ElementsAre("0-1 ", "1-3 one", "3-5 two", "5-10 "));
  EXPECT_THAT(samples({{seconds(0), milliseconds(8'090), "long"},
                       {seconds(1), seconds(2), "in"},
                       {seconds(8), seconds(10), "last"}}),
              ElementsAre("0-1 long", "1-2 long\nin", "2-8 long", "8-10 last"));
  // The one that began at the same moment is no leftover.
  EXPECT_THAT(samples({{seconds(1), milliseconds(1'050), "blink"}, {seconds(1), seconds(2), "two"}}),
              ElementsAre("0-1 ", "1-1.05 blink\ntwo", "1.05-2 two", "2-10 "));
}

TEST(TimedText, OverlappingCaptionsAreThreeAtMost) {
  std::vector<TimedText> captions;
  for (int i = 0; i < 5; ++i) captions.push_back({seconds(i), seconds(6), std::to_string(i)});
  EXPECT_THAT(samples(captions),
              ElementsAre("0-1 0", "1-2 0\n1", "2-3 0\n1\n2", "3-4 1\n2\n3", "4-6 2\n3\n4", "6-10 "));
}

TEST(TimedText, OverlappingCaptionsAreNeverMoreThanASampleHolds) {
  std::string most(TimedText::kMaxBytes, 'x');
  std::string rest(TimedText::kMaxBytes - 4, 'y');
  EXPECT_THAT(samples({{seconds(0), seconds(9), most}, {seconds(2), seconds(10), "new"}}),
              ElementsAre("0-2 " + most, "2-9 new", "9-10 new"));
  EXPECT_THAT(samples({{seconds(0), seconds(10), rest}, {seconds(2), seconds(10), "new"}}),
              ElementsAre("0-2 " + rest, "2-10 " + rest + "\nnew"));
}

TEST(TimedText, ATextThatNoSampleHoldsIsAnError) {
  auto track = make_text_track(std::vector<TimedText>{{seconds(1), seconds(2), std::string(65'536, 'x')}}, 1000, 5000);
  ASSERT_FALSE(track);
  EXPECT_EQ(track.error().kind(), ErrorKind::InvalidInput);
  EXPECT_THAT(track.error().describe(), HasSubstr("65536 bytes"));
}

TEST(TimedText, DurationsAddUpToTheVideosAtEveryRate) {
  // 59.94 and 23.976 frames a second; ends that are no whole number of anything.
  for (auto [timescale, step] : {std::pair<uint32_t, uint64_t>{60'000, 1001}, {24'000, 1001}, {15'360, 512}}) {
    for (uint64_t frames : {1, 47, 1'294'705}) {
      std::vector<TimedText> captions;
      for (int i = 0; i < 300; ++i) captions.push_back({Microseconds(33'333 * i), Microseconds(33'333 * (i + 1)), "x"});
      captions.push_back({seconds(20), Microseconds::max(), "to the end"});
      TextTrack track = must(make_text_track(captions, timescale, frames * step));
      uint64_t sum = 0;
      for (uint32_t duration : track.durations) {
        EXPECT_GT(duration, 0U);
        sum += duration;
      }
      EXPECT_EQ(sum, frames * step);
    }
  }
}

// All at once, too: no quadratic work or size.
TEST(TimedText, TensOfThousandsOfCaptionsAreNoBurden) {
  std::vector<TimedText> captions;
  for (int i = 0; i < 50'000; ++i) captions.push_back({milliseconds(20 * i), seconds(1000), "some words"});
  TextTrack track = must(make_text_track(captions, kTimescale, 1000 * kTimescale));
  EXPECT_EQ(track.sizes.size(), 50'000U);
  EXPECT_LE(track.bytes.size(), 50'000U * 34);
  for (TimedText& caption : captions) caption.start = seconds(0);
  EXPECT_THAT(lines_of(must(make_text_track(captions, kTimescale, 1000 * kTimescale)), kTimescale),
              ElementsAre("0-1000 some words\nsome words\nsome words"));
}

// Offsets by 3GPP TS 26.245 §5.16, rules by Apple's "Subtitle sample description".
TEST(TimedText, TheSampleEntryKeepsApplesRules) {
  for (media::FrameSize video : {media::FrameSize{1280, 720}, {1080, 1920}, {320, 180}}) {
    BoxWriter out;
    write_text_sample_entry(out, video);
    std::vector<uint8_t> entry = out.take();
    auto number = [&](size_t at) { return entry.at(at) << 8 | entry.at(at + 1); };
    EXPECT_EQ(static_cast<size_t>(number(2)), entry.size());
    EXPECT_EQ(std::string(entry.begin() + 4, entry.begin() + 8), "tx3g");
    EXPECT_EQ(number(16) | number(18), 0) << "display flags";
    EXPECT_EQ(entry.at(20), 1);
    EXPECT_EQ(entry.at(21), 255);
    EXPECT_EQ(number(26) | number(28), 0) << "the box begins at the region's corner";
    EXPECT_EQ(number(30), video.height * 3 / 20);
    EXPECT_EQ(number(32), video.width);
    EXPECT_EQ(number(38), number(38 + 8 + 8 + 2)) << "the style's font is the table's";
    EXPECT_EQ(entry.at(41), video.height / 20);
    EXPECT_EQ(std::string(entry.end() - 10, entry.end()), "Sans-Serif");
  }
}

std::string language_of(std::string_view tag) {
  uint16_t packed = packed_language(tag);
  std::string code;
  for (int shift : {10, 5, 0}) code += static_cast<char>((packed >> shift & 31) + 0x60);
  return code;
}

TEST(TimedText, LanguagesAreToldByTheirThreeLetters) {
  for (auto [tag, code] : {std::pair<std::string_view, std::string>{"en", "eng"},
                           {"pt-BR", "por"},
                           {"de-AT", "deu"},
                           {"zh-Hant-TW", "zho"},
                           {"AR", "ara"},
                           {"aa", "aar"},
                           {"zu", "zul"},
                           {"el", "ell"},
                           {"fil", "fil"},
                           {"YUE-HK", "yue"}}) {
    EXPECT_EQ(language_of(tag), code) << tag;
  }
}

TEST(TimedText, AnUnknownLanguageIsUndetermined) {
  for (std::string_view tag : {"", "und", "xx", "x-own", "i-klingon", "e", "e1", "éa", "english", "-", "ra", "r "}) {
    EXPECT_EQ(language_of(tag), "und") << tag;
  }
}

// Three seconds of picture and sound with captions.
class Mp4Captions : public testing::Test {
 protected:
  void make(Rational rate) {
    int frames = static_cast<int>(std::lround(3 * rate.value()));
    segment_ = test::encode_pictures(small_settings(rate), 0, frames);
    sound_ = test::encode_tone(folder(), test::samples_of(frames, rate));
    tracks_ = {small_settings(rate), {&segment_}, &sound_, {}};
  }
  // As other programs read them.
  std::vector<media::Cue> read_back(const std::filesystem::path& video) {
    return must(media::read_cues(make_clip(folder() / "a.srt", "-i " + quoted(video) + " -map 0:s -c:s text")));
  }
  const std::filesystem::path& folder() const { return folder_.path(); }
  TemporaryFolder folder_ = must(TemporaryFolder::create());
  Segment segment_;
  AudioTrack sound_;
  Mp4Tracks tracks_;
};

TEST_F(Mp4Captions, AreReadBackByFfprobeAndFfmpeg) {
  for (Rational rate : {Rational{30, 1}, {24'000, 1001}, {60'000, 1001}}) {
    make(rate);
    tracks_.captions = {{milliseconds(0), milliseconds(517), "From the start"},
                        {milliseconds(700), milliseconds(1'234), "Two\nlines"},
                        {milliseconds(1'234), milliseconds(2'001), "touching"},
                        {milliseconds(2'500), seconds(99), "to the end"}};
    auto path = write_mp4(folder() / "a.mp4", tracks_);
    auto cues = read_back(path);
    double length = static_cast<double>(segment_.frames.size()) / rate.value();
    tracks_.captions.back().end = Microseconds(std::llround(length * 1e6));
    ASSERT_EQ(cues.size(), tracks_.captions.size());
    for (size_t i = 0; i < cues.size(); ++i) {
      EXPECT_EQ(cues[i].text, tracks_.captions[i].text);
      EXPECT_LE(abs(cues[i].start - tracks_.captions[i].start), milliseconds(1)) << i << " at " << rate.num;
      EXPECT_LE(abs(cues[i].end - tracks_.captions[i].end), milliseconds(1)) << i << " at " << rate.num;
    }
    std::string stream = probed(path, "stream=codec_name,codec_tag_string,width,height,start_time,duration", "s");
    EXPECT_THAT(stream, HasSubstr("codec_name=mov_text\ncodec_tag_string=tx3g\nwidth=320\nheight=27\n"));
    EXPECT_THAT(stream, HasSubstr("start_time=0.000000\n"));
    EXPECT_THAT(stream, HasSubstr(fmt::format("duration={:.6f}\n", length)));
    EXPECT_THAT(probed(path, "format=start_time,duration,nb_streams"),
                HasSubstr(fmt::format("nb_streams=3\nstart_time=0.000000\nduration={:.6f}\n", length)));
  }
}

TEST_F(Mp4Captions, DoNotMoveSoundOrPicture) {
  make({30'000, 1001});
  auto plain = write_mp4(folder() / "plain.mp4", tracks_);
  tracks_.captions = {{milliseconds(400), milliseconds(1'100), "one"}, {milliseconds(1'500), seconds(3), "two"}};
  for (bool shown : {false, true}) {
    tracks_.shows_captions = shown;
    auto path = write_mp4(folder() / "a.mp4", tracks_);
    for (std::string kind : {"v", "a"}) {
      EXPECT_EQ(probed(path, "packet=pts,dts,duration,size,flags", kind),
                probed(plain, "packet=pts,dts,duration,size,flags", kind));
      EXPECT_EQ(probed(path, "stream=index,start_time,duration,nb_frames,r_frame_rate", kind),
                probed(plain, "stream=index,start_time,duration,nb_frames,r_frame_rate", kind));
    }
    EXPECT_EQ(test::picture_hashes(path), test::picture_hashes(plain));
    auto heard = [](const auto& file) {
      return output_of("ffmpeg -nostdin -v error -i " + quoted(file) + " -map 0:a -f md5 -");
    };
    EXPECT_EQ(heard(path), heard(plain));
    EXPECT_EQ(output_of("ffmpeg -nostdin -v warning -xerror -i " + quoted(path) + " -f null - 2>&1"), "");
  }
}

TEST_F(Mp4Captions, AreShownUnaskedOnlyWhereThePictureHasNone) {
  make({30, 1});
  tracks_.captions = {{seconds(1), seconds(2), "words"}};
  EXPECT_THAT(probed(write_mp4(folder() / "a.mp4", tracks_), "stream_disposition=default", "s"),
              HasSubstr("default=0"));
  tracks_.shows_captions = true;
  EXPECT_THAT(probed(write_mp4(folder() / "a.mp4", tracks_), "stream_disposition=default", "s"),
              HasSubstr("default=1"));
}

TEST_F(Mp4Captions, TheLanguageIsToldInFull) {
  make({30, 1});
  tracks_.captions = {{seconds(1), seconds(2), "palavras"}};
  tracks_.language = "pt-BR";
  EXPECT_THAT(probed(write_mp4(folder() / "a.mp4", tracks_), "stream_tags=language", "s"), HasSubstr("language=por"));
  std::vector<uint8_t> head = must(lay_out_mp4(tracks_)).head;
  std::string bytes(head.begin(), head.end());
  using namespace std::string_literals;
  EXPECT_THAT(bytes, HasSubstr("\0\0\0\x12"
                               "elng\0\0\0\0pt-BR\0"s));
  tracks_.language = "";
  EXPECT_THAT(probed(write_mp4(folder() / "a.mp4", tracks_), "stream_tags=language", "s"), HasSubstr("language=und"));
  head = must(lay_out_mp4(tracks_)).head;
  EXPECT_THAT(std::string(head.begin(), head.end()), testing::Not(HasSubstr("elng")));
}

TEST_F(Mp4Captions, TextOfEveryScriptSurvives) {
  make({30, 1});
  std::vector<std::string> texts = {"مرحبا يا Ada",
                                    "שלום\nעולם",
                                    "日本語の字幕",
                                    "नमस्ते दुनिया",
                                    "สวัสดีชาวโลก",
                                    "Zoë Nuñez – “naïve” …",
                                    "👩‍💻 🏳️‍🌈 👍🏽",
                                    "한국어",
                                    "e\u0301 ﬁ"};
  for (size_t i = 0; i < texts.size(); ++i)
    tracks_.captions.push_back({milliseconds(300 * i), milliseconds(300 * i + 300), texts[i]});
  auto cues = read_back(write_mp4(folder() / "a.mp4", tracks_));
  ASSERT_EQ(cues.size(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(cues[i].text, texts[i]);
}

// Plain text: nothing in it is markup to us. Read as it lies in the file, as other programs' own formats have markup.
TEST_F(Mp4Captions, WhatLooksLikeMarkupIsText) {
  make({30, 1});
  std::string text = "<b>5 < 6</b> &amp; {\\an8} \\N %s {{name}}";
  tracks_.captions = {{seconds(0), seconds(3), text}};
  auto path = write_mp4(folder() / "a.mp4", tracks_);
  auto raw = must(read_file(make_clip(folder() / "a.raw", "-i " + quoted(path) + " -map 0:s -c copy -f data")));
  EXPECT_EQ(std::string(raw.begin() + 2, raw.end()), text);
}

TEST_F(Mp4Captions, AnHourOfThemStaysSmall) {
  make({30, 1});
  segment_.frames.assign(3600 * 30, EncodedFrame{100, 0, false});
  for (size_t k = 0; k < segment_.frames.size(); ++k) segment_.frames[k].presentation = static_cast<int32_t>(k);
  uint64_t plain = must(lay_out_mp4(tracks_)).size;
  std::string words = "This is about what people say in three seconds,\nor a little more.";
  for (int i = 0; i < 1'200; ++i) tracks_.captions.push_back({seconds(3 * i), milliseconds(3'000 * i + 2'900), words});
  Mp4Layout layout = must(lay_out_mp4(tracks_));
  EXPECT_LT(layout.size - plain, 1'200 * (words.size() + 30));
}

}  // namespace
}  // namespace candid::encode
