#include "encode/mp4_head.h"

#include <cmath>
#include <sstream>

#include <fmt/format.h>

#include "core/digest.h"
#include "core/encoding.h"
#include "core/files.h"
#include "media/audio_reader.h"
#include "media/probe.h"
#include "media/video_reader.h"
#include "tests/encode/material.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

namespace candid::encode {
namespace {

using candid::test::must;
using candid::test::output_of;
using candid::test::quoted;
using test::encode_pictures;
using test::encode_tone;
using test::picture_hashes;
using test::probed;
using test::samples_of;
using test::small_settings;
using test::values_of;
using test::write_mp4;
using testing::HasSubstr;

uint64_t big_endian(std::span<const uint8_t> bytes, size_t at, int size) {
  uint64_t value = 0;
  for (int i = 0; i < size; ++i) value = value << 8 | bytes[at + static_cast<size_t>(i)];
  return value;
}

// Where the content of the box's only occurrence begins.
size_t inside(const std::vector<uint8_t>& file, std::string_view type) {
  auto found = std::search(file.begin(), file.end(), type.begin(), type.end());
  EXPECT_NE(found, file.end()) << type;
  EXPECT_EQ(std::search(found + 1, file.end(), type.begin(), type.end()), file.end()) << type << " stands twice";
  return static_cast<size_t>(found - file.begin()) + 4;
}

class Mp4Head : public testing::Test {
 protected:
  const std::filesystem::path& folder() const { return folder_.path(); }
  AudioTrack sound_for(int64_t frames, Rational rate = {30, 1}) {
    return encode_tone(folder(), samples_of(frames, rate));
  }
  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

TEST_F(Mp4Head, MakesAFileThatDeclaresItselfHonestly) {
  Segment segment = encode_pictures(small_settings(), 0, 60);
  AudioTrack sound = sound_for(60);
  auto path = write_mp4(folder() / "a.mp4", {small_settings(), {&segment}, &sound, {}});
  std::string video =
      probed(path,
             "stream=codec_name,profile,pix_fmt,width,height,sample_aspect_ratio,color_range,color_space,"
             "color_transfer,color_primaries,nb_frames,start_time,r_frame_rate,avg_frame_rate,duration,"
             "codec_tag_string,level",
             "v");
  for (std::string line : {"codec_name=h264", "profile=High", "pix_fmt=yuv420p", "width=320", "height=180",
                           "sample_aspect_ratio=1:1", "color_range=tv", "color_space=bt709", "color_transfer=bt709",
                           "color_primaries=bt709", "nb_frames=60", "start_time=0.000000", "r_frame_rate=30/1",
                           "avg_frame_rate=30/1", "duration=2.000000", "codec_tag_string=avc1", "level=13"}) {
    EXPECT_THAT(video, HasSubstr(line + "\n"));
  }
  std::string audio = probed(path, "stream=codec_name,profile,sample_rate,channels,start_time", "a");
  for (std::string line : {"codec_name=aac", "profile=LC", "sample_rate=48000", "channels=2", "start_time=0.000000"}) {
    EXPECT_THAT(audio, HasSubstr(line + "\n"));
  }
  EXPECT_THAT(probed(path, "format=start_time,duration,nb_streams"), HasSubstr("duration=2.000000\n"));
  EXPECT_EQ(output_of("ffmpeg -nostdin -v error -xerror -i " + quoted(path) + " -f null - 2>&1"), "");
}

TEST_F(Mp4Head, IsReadByOurOwnProbe) {
  Segment segment = encode_pictures(small_settings(), 0, 45);
  AudioTrack sound = sound_for(45);
  auto path = write_mp4(folder() / "a.mp4", {small_settings(), {&segment}, &sound, {}});
  auto facts = must(media::probe(path));
  EXPECT_EQ(facts.video.frames, 45);
  EXPECT_TRUE(facts.video.constant_rate);
  EXPECT_EQ(facts.video.shown, (media::FrameSize{320, 180}));
  EXPECT_TRUE(facts.audio);
}

TEST_F(Mp4Head, PutsTheIndexFirst) {
  Segment segment = encode_pictures(small_settings(), 0, 60);
  AudioTrack sound = sound_for(60);
  Mp4Tracks tracks{small_settings(), {&segment}, &sound, {}};
  auto file = test::assemble(must(lay_out_mp4(tracks)), tracks);
  std::vector<std::string> boxes;
  size_t at = 0;
  while (at + 8 <= file.size()) {
    boxes.emplace_back(file.begin() + static_cast<ptrdiff_t>(at) + 4, file.begin() + static_cast<ptrdiff_t>(at) + 8);
    at += big_endian(file, at, 4);
  }
  EXPECT_EQ(at, file.size());
  EXPECT_THAT(boxes, testing::ElementsAre("ftyp", "moov", "mdat"));
}

TEST_F(Mp4Head, HoldsOneSpsAndOnePpsAndNoneInBand) {
  Segment first = encode_pictures(small_settings(), 0, 40);
  Segment second = encode_pictures(small_settings(), 500, 2);
  Segment third = encode_pictures(small_settings(), 900, 33);
  AudioTrack sound = sound_for(75);
  Mp4Tracks tracks{small_settings(), {&first, &second, &third}, &sound, {}};
  Mp4Layout layout = must(lay_out_mp4(tracks));
  // ISO/IEC 14496-15 §5.3.3.1.
  std::span<const uint8_t> avcc = std::span(layout.head).subspan(inside(layout.head, "avcC"));
  EXPECT_EQ(avcc[0], 1);
  EXPECT_EQ(avcc[1], 100);
  EXPECT_EQ(avcc[4] & 3, 3) << "lengths of four bytes";
  EXPECT_EQ(avcc[5] & 31, 1) << "SPS";
  size_t sps_size = big_endian(avcc, 6, 2);
  auto sps = avcc.subspan(8, sps_size);
  EXPECT_TRUE(std::equal(sps.begin(), sps.end(), first.parameter_sets.sps.begin(), first.parameter_sets.sps.end()));
  EXPECT_TRUE(std::equal(avcc.begin() + 1, avcc.begin() + 4, sps.begin() + 1));
  EXPECT_EQ(avcc[8 + sps_size], 1) << "PPS";
  size_t pps_size = big_endian(avcc, 9 + sps_size, 2);
  auto pps = avcc.subspan(11 + sps_size, pps_size);
  EXPECT_TRUE(std::equal(pps.begin(), pps.end(), first.parameter_sets.pps.begin(), first.parameter_sets.pps.end()));

  for (const MediaSlice& slice : layout.slices) {
    if (slice.source == MediaSlice::kAudio) continue;
    const auto& bytes = static_cast<const Segment*>(tracks.segments[static_cast<size_t>(slice.source)])->bytes;
    for (int type : test::nal_types(std::span(bytes).subspan(slice.offset, slice.length))) {
      EXPECT_TRUE(type == 1 || type == 5 || type == 6) << type;
    }
  }
}

TEST_F(Mp4Head, TimestampsAreDenseAtEveryRate) {
  const Rational rates[] = {{24000, 1001}, {24, 1}, {25, 1}, {30000, 1001}, {30, 1}, {50, 1}, {60000, 1001}, {60, 1}};
  for (Rational rate : rates) {
    VideoSettings settings = small_settings(rate);
    Segment first = encode_pictures(settings, 0, 50);
    Segment second = encode_pictures(settings, 700, 2);
    Segment third = encode_pictures(settings, 900, 28);
    AudioTrack sound = sound_for(80, rate);
    auto path = write_mp4(folder() / "a.mp4", {settings, {&first, &second, &third}, &sound, {}});
    std::string name = fmt::format("{}/{}", rate.num, rate.den);
    std::string stream =
        probed(path, "stream=r_frame_rate,avg_frame_rate,nb_frames,start_time,start_pts,time_base,duration", "v");
    EXPECT_THAT(stream, HasSubstr("r_frame_rate=" + name + "\n"));
    EXPECT_THAT(stream, HasSubstr("avg_frame_rate=" + name + "\n"));
    EXPECT_THAT(stream, HasSubstr("nb_frames=80\n"));
    EXPECT_THAT(stream, HasSubstr("start_pts=0\n")) << name;
    EXPECT_NEAR(std::stod(values_of(stream, "duration").at(0)), 80 / rate.value(), 1e-4) << name;
    int timescale = std::stoi(values_of(stream, "time_base").at(0).substr(2));
    EXPECT_EQ(timescale * rate.den % rate.num, 0) << name;
    int step = timescale * rate.den / rate.num;
    auto stamps = values_of(probed(path, "frame=pts", "v"), "pts");
    ASSERT_EQ(stamps.size(), 80U) << name;
    for (size_t k = 0; k < stamps.size(); ++k) EXPECT_EQ(std::stoi(stamps[k]), static_cast<int>(k) * step) << name;
    auto decoding = values_of(probed(path, "packet=dts", "v"), "dts");
    ASSERT_EQ(decoding.size(), 80U);
    for (size_t k = 1; k < decoding.size(); ++k)
      EXPECT_EQ(std::stoi(decoding[k]) - std::stoi(decoding[k - 1]), step) << name;
  }
}

TEST_F(Mp4Head, ASegmentDecodesTheSameWhereverItStands) {
  Segment first = encode_pictures(small_settings(), 0, 40);
  Segment shared = encode_pictures(small_settings(), 500, 50);
  Segment last = encode_pictures(small_settings(), 900, 2);
  AudioTrack sound = sound_for(92);
  auto alone = picture_hashes(write_mp4(folder() / "alone.mp4", {small_settings(), {&shared}, &sound, {}}));
  auto joined =
      picture_hashes(write_mp4(folder() / "joined.mp4", {small_settings(), {&first, &shared, &last}, &sound, {}}));
  ASSERT_EQ(alone.size(), 50U);
  ASSERT_EQ(joined.size(), 92U);
  EXPECT_TRUE(std::equal(alone.begin(), alone.end(), joined.begin() + 40));
  EXPECT_EQ(std::set<std::string>(joined.begin(), joined.end()).size(), 92U) << "no picture is repeated";
}

TEST_F(Mp4Head, TheShortestSegmentsJoin) {
  std::vector<Segment> segments;
  for (int i = 0; i < 12; ++i) segments.push_back(encode_pictures(small_settings(), 100 * i, 2 + i % 3));
  std::vector<const SegmentIndex*> order;
  int64_t frames = 0;
  for (const Segment& segment : segments) {
    order.push_back(&segment);
    frames += static_cast<int64_t>(segment.frames.size());
  }
  AudioTrack sound = sound_for(frames);
  auto path = write_mp4(folder() / "a.mp4", {small_settings(), order, &sound, {}});
  EXPECT_EQ(output_of("ffmpeg -nostdin -v warning -xerror -i " + quoted(path) + " -f null - 2>&1"), "");
  EXPECT_EQ(picture_hashes(path).size(), static_cast<size_t>(frames));
}

TEST_F(Mp4Head, EverySegmentStartsWithAPlaceToSeekTo) {
  Segment first = encode_pictures(small_settings(), 0, 40);
  Segment second = encode_pictures(small_settings(), 500, 30);
  AudioTrack sound = sound_for(70);
  auto path = write_mp4(folder() / "a.mp4", {small_settings(), {&first, &second}, &sound, {}});
  std::string packets = probed(path, "packet=pts_time,flags", "v");
  auto stamps = values_of(packets, "pts_time");
  auto flags = values_of(packets, "flags");
  std::vector<std::string> keys;
  for (size_t i = 0; i < flags.size(); ++i) {
    if (flags[i].starts_with('K')) keys.push_back(stamps[i]);
  }
  EXPECT_THAT(keys, testing::ElementsAre("0.000000", "1.333333"));
}

TEST_F(Mp4Head, RefusesSegmentsOfDifferentParameterSets) {
  VideoSettings medium = small_settings();
  medium.preset = "medium";
  Segment first = encode_pictures(small_settings(), 0, 10);
  Segment second = encode_pictures(medium, 0, 10);
  ASSERT_NE(first.parameter_sets, second.parameter_sets);
  AudioTrack sound = sound_for(20);
  EXPECT_FALSE(lay_out_mp4({small_settings(), {&first, &second}, &sound, {}}));
}

TEST_F(Mp4Head, RefusesAVideoWithoutFrames) {
  Segment empty;
  AudioTrack sound = sound_for(1);
  for (const std::vector<const SegmentIndex*>& segments : {std::vector<const SegmentIndex*>{}, {&empty}}) {
    auto layout = lay_out_mp4({small_settings(), segments, &sound, {}});
    ASSERT_FALSE(layout);
    EXPECT_EQ(layout.error().kind(), ErrorKind::InvalidInput);
  }
}

TEST_F(Mp4Head, CarriesItsMetadata) {
  Segment segment = encode_pictures(small_settings(), 0, 10);
  AudioTrack sound = sound_for(10);
  Mp4Metadata metadata{"رسالة إلى Ada 👩‍💻 & <José>", "candid:message=abc_-123"};
  auto path = write_mp4(folder() / "a.mp4", {small_settings(), {&segment}, &sound, metadata});
  auto tags = must(media::read_tags(path));
  EXPECT_EQ(tags["title"], metadata.title);
  EXPECT_EQ(tags["comment"], metadata.comment);
  auto plain = write_mp4(folder() / "plain.mp4", {small_settings(), {&segment}, &sound, {}});
  EXPECT_EQ(must(media::read_tags(plain)).count("title"), 0U);
}

TEST_F(Mp4Head, IsDeterministic) {
  Segment segment = encode_pictures(small_settings(), 0, 10);
  AudioTrack sound = sound_for(10);
  Mp4Tracks tracks{small_settings(), {&segment}, &sound, {"t", "c"}};
  EXPECT_EQ(must(lay_out_mp4(tracks)).head, must(lay_out_mp4(tracks)).head);
}

// Stores and recipes hold heads written by earlier versions, named by their digests.
TEST_F(Mp4Head, WithoutCaptionsNothingChanges) {
  SegmentIndex segment{{{0x67, 100, 0, 13, 1, 2, 3}, {0x68, 1, 2}},
                       {{900, 0, true}, {300, 3, false}, {200, 1, false}, {100, 2, false}}};
  AudioTrack sound;
  sound.config = {0x11, 0x90};
  sound.packet_sizes = {7, 200, 210, 190, 205, 220, 215, 200};
  sound.samples = 6400;
  sound.priming = kAacFrame;
  sound.bitrate = 128'000;
  Mp4Tracks tracks{small_settings(), {&segment}, &sound, {"Title", "comment"}};
  auto digest = [&] { return to_hex(sha256(must(lay_out_mp4(tracks)).head)); };
  EXPECT_EQ(digest(), "c374109de8ce7cfe301927031af5c578050c2ba8c9421143f9e1b67b2ec4750b");
  tracks.language = "pt-BR";
  tracks.captions = {{std::chrono::seconds(5), std::chrono::seconds(6), "after the end"}};
  EXPECT_EQ(digest(), "c374109de8ce7cfe301927031af5c578050c2ba8c9421143f9e1b67b2ec4750b");
}

TEST_F(Mp4Head, SoundAndPictureTakeTurns) {
  Segment segment = encode_pictures(small_settings(), 0, 90);
  AudioTrack sound = sound_for(90);
  Mp4Layout layout = must(lay_out_mp4({small_settings(), {&segment}, &sound, {}}));
  uint64_t picture_bytes = 0;
  uint64_t sound_bytes = 0;
  size_t turns = 0;
  for (size_t i = 0; i < layout.slices.size(); ++i) {
    const MediaSlice& slice = layout.slices[i];
    uint64_t& at = slice.source == MediaSlice::kAudio ? sound_bytes : picture_bytes;
    EXPECT_EQ(slice.offset, at);
    at += slice.length;
    if (i > 0 && slice.source != layout.slices[i - 1].source) ++turns;
  }
  EXPECT_EQ(picture_bytes, segment.bytes.size());
  EXPECT_EQ(sound_bytes, sound.bytes.size());
  EXPECT_GE(turns, 10U) << "half a second at a time";
}

// Chunk offsets as the head states them, of both tracks.
std::vector<uint64_t> stated_offsets(const std::vector<uint8_t>& head) {
  std::vector<uint64_t> offsets;
  for (auto [type, size] : {std::pair<std::string_view, int>{"stco", 4}, {"co64", 8}}) {
    for (auto at = head.begin(); (at = std::search(at, head.end(), type.begin(), type.end())) != head.end(); ++at) {
      auto content = static_cast<size_t>(at - head.begin()) + 8;
      uint64_t count = big_endian(head, content, 4);
      for (uint64_t i = 0; i < count; ++i) {
        offsets.push_back(big_endian(head, content + 4 + i * static_cast<size_t>(size), size));
      }
    }
  }
  std::sort(offsets.begin(), offsets.end());
  return offsets;
}

// The head alone decides where the media lies, so no gigabytes are needed: only their sizes.
TEST_F(Mp4Head, OffsetsAreRightAroundFourGigabytes) {
  constexpr std::string_view kCaption = "The only caption.";

  Segment real = encode_pictures(small_settings(), 0, 2);
  AudioTrack sound = sound_for(30 * 60);
  for (uint64_t total : {uint64_t{1} << 31, (uint64_t{1} << 32) - (80U << 20), (uint64_t{1} << 32) - (40U << 20),
                         (uint64_t{1} << 32) - (1U << 20), (uint64_t{1} << 32) + (1U << 20), uint64_t{1} << 33}) {
    Segment large = real;
    large.frames.assign(30 * 60, EncodedFrame{static_cast<uint32_t>(total / (30 * 60)), 0, false});
    for (size_t k = 0; k < large.frames.size(); ++k) large.frames[k].presentation = static_cast<int32_t>(k);
    Mp4Tracks tracks{small_settings(), {&large}, &sound, {}};
    for (bool has_captions : {false, true}) {
      if (has_captions) tracks.captions = {{Microseconds(0), std::chrono::hours(1), std::string(kCaption)}};
      Mp4Layout layout = must(lay_out_mp4(tracks));
      std::vector<uint64_t> expected;
      if (has_captions) expected.push_back(inside(layout.head, kCaption) - 4 - 2);
      uint64_t at = layout.head.size();
      for (const MediaSlice& slice : layout.slices) {
        expected.push_back(at);
        at += slice.length;
      }
      EXPECT_EQ(at, layout.size) << total;
      EXPECT_EQ(stated_offsets(layout.head), expected) << total;
      size_t media = inside(layout.head, "mdat") - 8;
      uint64_t short_size = big_endian(layout.head, media, 4);
      EXPECT_EQ(short_size == 1 ? big_endian(layout.head, media + 8, 8) : short_size, layout.size - media) << total;
    }
  }
}

TEST_F(Mp4Head, SoundIsWholeWithinItsEditList) {
  for (int64_t frames : {30, 47, 90}) {
    Segment segment = encode_pictures(small_settings(), 0, static_cast<int>(frames));
    AudioTrack sound = sound_for(frames);
    EXPECT_EQ(sound.samples, frames * 1600);
    EXPECT_EQ(sound.priming, kAacFrame);
    int64_t coded = static_cast<int64_t>(sound.packet_sizes.size()) * kAacFrame;
    EXPECT_GE(coded, sound.samples + sound.priming);
    auto path = write_mp4(folder() / "a.mp4", {small_settings(), {&segment}, &sound, {}});
    auto raw = folder() / "a.raw";
    candid::test::make_clip(raw, "-i " + quoted(path) + " -map 0:a -f s16le");
    auto decoded = static_cast<int64_t>(std::filesystem::file_size(raw) / 4);
    EXPECT_GE(decoded, sound.samples) << frames;
    EXPECT_LT(decoded, sound.samples + kAacFrame) << frames;
    auto stamps = values_of(probed(path, "packet=pts", "a"), "pts");
    EXPECT_EQ(stamps.at(0), "-1024");
  }
}

TEST_F(Mp4Head, AFlashStaysWithItsBeep) {
  const Rational rates[] = {{30, 1}, {24000, 1001}, {60, 1}};
  for (Rational rate : rates) {
    VideoSettings settings = small_settings(rate);
    int flash = static_cast<int>(std::lround(rate.value()));
    int frames = 2 * flash;
    auto encoder = must(SegmentEncoder::create(settings));
    for (int n = 0; n < frames; ++n) must(encoder.push(test::picture(settings.size, n < flash ? n : test::kFlash)));
    must(encoder.finish());
    Segment segment = encoder.take();
    int64_t samples = samples_of(frames, rate);
    int64_t beep = samples_of(flash, rate);
    std::vector<float> wave(static_cast<size_t>(samples));
    for (auto i = static_cast<size_t>(beep); i < wave.size(); ++i) wave[i] = (i / 24) % 2 == 0 ? 0.5F : -0.5F;
    test::write_wav(folder() / "beep.wav", wave);
    auto source = must(media::AudioReader::open(folder() / "beep.wav", Microseconds(0), samples));
    AudioTrack sound = must(encode_audio(source));
    auto path = write_mp4(folder() / "a.mp4", {settings, {&segment}, &sound, {}});

    candid::test::make_clip(folder() / "a.gray", "-i " + quoted(path) + " -vf scale=1:1 -pix_fmt gray -f rawvideo");
    candid::test::make_clip(folder() / "a.pcm", "-i " + quoted(path) + " -map 0:a -ac 1 -f s16le");
    auto gray = must(read_file(folder() / "a.gray"));
    ASSERT_EQ(gray.size(), static_cast<size_t>(frames));
    auto shown = std::find_if(gray.begin(), gray.end(), [](uint8_t y) { return y > 200; }) - gray.begin();
    auto pcm = must(read_file(folder() / "a.pcm"));
    size_t heard = 0;
    auto sample = [&](size_t i) { return static_cast<int16_t>(pcm[2 * i] | pcm[2 * i + 1] << 8); };
    while (heard < pcm.size() / 2 && std::abs(sample(heard)) < 6000) ++heard;
    EXPECT_EQ(shown, flash) << rate.num;
    EXPECT_NEAR(static_cast<double>(heard), static_cast<double>(beep), 100) << rate.num;
  }
}

TEST(EncodeAudio, IsDeterministic) {
  auto folder = must(TemporaryFolder::create());
  AudioTrack first = encode_tone(folder.path(), 48'000);
  AudioTrack second = encode_tone(folder.path(), 48'000);
  EXPECT_EQ(first.bytes, second.bytes);
  EXPECT_EQ(first.packet_sizes, second.packet_sizes);
  EXPECT_EQ(first.config, second.config);
  uint64_t sum = 0;
  for (uint32_t size : first.packet_sizes) sum += size;
  EXPECT_EQ(sum, first.bytes.size());
}

}  // namespace
}  // namespace candid::encode
