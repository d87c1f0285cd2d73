#include "encode/whole_encoder.h"

#include <cmath>
#include <sstream>

#include "core/files.h"
#include "encode/codec_options.h"
#include "media/probe.h"
#include "tests/encode/material.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"
#include "tests/support/small_disk.h"

namespace candid::encode {
namespace {

using candid::test::make_clip;
using candid::test::must;
using candid::test::output_of;
using candid::test::quoted;
using test::encode_tone;
using test::picture_hashes;
using test::probed;
using test::samples_of;
using test::values_of;
using testing::HasSubstr;

WholeSettings quick(Codec codec, Rational rate = {30, 1}) {
  WholeSettings settings{codec, test::small_settings(rate)};
  settings.video.preset = "superfast";
  return settings;
}

class WholeEncoderOf : public testing::TestWithParam<Codec> {
 protected:
  std::filesystem::path render(const WholeSettings& settings, int frames, const Mp4Metadata& metadata = {},
                               const std::string& name = "a.mp4") {
    AudioTrack sound = encode_tone(folder(), samples_of(frames, settings.video.frame_rate));
    auto path = folder() / name;
    auto encoder = must(WholeEncoder::create(settings, sound, metadata, path));
    for (int i = 0; i < frames; ++i) must(encoder.push(test::picture(settings.video.size, i)));
    must(encoder.finish());
    return path;
  }
  const std::filesystem::path& folder() const { return folder_.path(); }
  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

INSTANTIATE_TEST_SUITE_P(Codecs, WholeEncoderOf, testing::Values(Codec::Hevc, Codec::Av1, Codec::Vp9),
                         [](const auto& of) { return std::string(to_string(of.param)); });

TEST_P(WholeEncoderOf, DeclaresItselfHonestly) {
  auto path = render(quick(GetParam()), 30);
  std::string video = probed(path,
                             "stream=codec_name,pix_fmt,width,height,sample_aspect_ratio,color_range,color_space,"
                             "color_transfer,color_primaries,nb_frames,start_time,r_frame_rate,avg_frame_rate,duration,"
                             "codec_tag_string",
                             "v");
  const char* tag = GetParam() == Codec::Hevc ? "hvc1" : (GetParam() == Codec::Av1 ? "av01" : "vp09");
  for (std::string line :
       {"codec_name=" + std::string(to_string(GetParam())), "codec_tag_string=" + std::string(tag),
        std::string("pix_fmt=yuv420p"), std::string("width=320"), std::string("height=180"),
        std::string("sample_aspect_ratio=1:1"), std::string("color_range=tv"), std::string("color_space=bt709"),
        std::string("color_transfer=bt709"), std::string("color_primaries=bt709"), std::string("nb_frames=30"),
        std::string("start_time=0.000000"), std::string("r_frame_rate=30/1"), std::string("avg_frame_rate=30/1"),
        std::string("duration=1.000000")}) {
    EXPECT_THAT(video, HasSubstr(line + "\n"));
  }
  std::string audio = probed(path, "stream=codec_name,profile,sample_rate,channels,start_time,duration", "a");
  for (std::string line : {"codec_name=aac", "profile=LC", "sample_rate=48000", "channels=2", "start_time=0.000000",
                           "duration=1.000000"}) {
    EXPECT_THAT(audio, HasSubstr(line + "\n"));
  }
  EXPECT_THAT(probed(path, "format=start_time,duration"), HasSubstr("start_time=0.000000\nduration=1.000000\n"));
  EXPECT_EQ(output_of("ffmpeg -nostdin -v warning -xerror -i " + quoted(path) + " -f null - 2>&1"), "");
}

TEST_P(WholeEncoderOf, ShowsEachFrameOnceAndOnTime) {
  for (Rational rate : {Rational{30, 1}, Rational{24000, 1001}}) {
    auto path = render(quick(GetParam(), rate), 32);
    auto hashes = picture_hashes(path);
    EXPECT_EQ(hashes.size(), 32U);
    EXPECT_EQ(std::set<std::string>(hashes.begin(), hashes.end()).size(), 32U) << "no picture is repeated";
    auto stamps = values_of(probed(path, "frame=pts_time", "v"), "pts_time");
    ASSERT_EQ(stamps.size(), 32U);
    for (size_t k = 0; k < stamps.size(); ++k)
      EXPECT_NEAR(std::stod(stamps[k]), static_cast<double>(k) / rate.value(), 1e-5) << k;
    EXPECT_NEAR(std::stod(values_of(probed(path, "stream=duration", "v"), "duration").at(0)), 32 / rate.value(), 1e-4);
  }
}

TEST_P(WholeEncoderOf, PutsTheIndexFirst) {
  auto file = must(read_file(render(quick(GetParam()), 30)));
  std::vector<std::string> boxes;
  for (size_t at = 0; at + 8 <= file.size();) {
    boxes.emplace_back(file.begin() + static_cast<ptrdiff_t>(at) + 4, file.begin() + static_cast<ptrdiff_t>(at) + 8);
    size_t size = size_t{file[at]} << 24 | size_t{file[at + 1]} << 16 | size_t{file[at + 2]} << 8 | file[at + 3];
    ASSERT_GE(size, 8U);
    at += size;
  }
  std::erase(boxes, "free");
  EXPECT_THAT(boxes, testing::ElementsAre("ftyp", "moov", "mdat"));
}

TEST_P(WholeEncoderOf, CarriesItsMetadataAndNoneOfTheLibrarys) {
  Mp4Metadata metadata{"رسالة إلى Ada 👩‍💻 & <José>", "candid:message=abc_-123"};
  auto path = render(quick(GetParam()), 3, metadata);
  auto tags = must(media::read_tags(path));
  EXPECT_EQ(tags["title"], metadata.title);
  EXPECT_EQ(tags["comment"], metadata.comment);
  auto file = must(read_file(path));
  std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  for (std::string_view trace : {"Lavf", "Lavc", "x265"}) EXPECT_EQ(text.find(trace), std::string_view::npos) << trace;
  EXPECT_EQ(must(media::read_tags(render(quick(GetParam()), 3))).count("title"), 0U);
}

TEST_P(WholeEncoderOf, IsDeterministicWhateverFreshMemoryHolds) {
  for (media::FrameSize size : {media::FrameSize{320, 180}, {182, 322}}) {
    WholeSettings settings = quick(GetParam());
    settings.video.size = size;
    auto seen = test::with_fresh_memory([&] { return must(read_file(render(settings, 30))); });
    EXPECT_EQ(seen.size(), 1U) << size.width << "x" << size.height;
  }
}

TEST_P(WholeEncoderOf, TakesSizesThatAreNoMultipleOfABlock) {
  for (media::FrameSize size : {media::FrameSize{322, 182}, {182, 322}, {66, 70}}) {
    WholeSettings settings = quick(GetParam());
    settings.video.size = size;
    auto path = render(settings, 6);
    auto facts = must(media::probe(path));
    EXPECT_EQ(facts.video.shown, size);
    EXPECT_EQ(facts.video.frames, 6);
    EXPECT_EQ(picture_hashes(path).size(), 6U);
  }
}

TEST_P(WholeEncoderOf, TakesTheShortestVideos) {
  for (int frames : {1, 2, 3}) EXPECT_EQ(picture_hashes(render(quick(GetParam()), frames)).size(), size_t(frames));
}

TEST_P(WholeEncoderOf, RefusesAVideoWithoutFrames) {
  AudioTrack sound = encode_tone(folder(), 4800);
  auto encoder = must(WholeEncoder::create(quick(GetParam()), sound, {}, folder() / "a.mp4"));
  auto end = encoder.finish();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().kind(), ErrorKind::InvalidInput);
}

// SVT-AV1 1.4 waits for ever when it is closed before its end.
TEST_P(WholeEncoderOf, MayBeDroppedHalfway) {
  AudioTrack sound = encode_tone(folder(), 48'000);
  for (int frames : {0, 1, 12}) {
    auto encoder = must(WholeEncoder::create(quick(GetParam()), sound, {}, folder() / "a.mp4"));
    for (int i = 0; i < frames; ++i) must(encoder.push(test::picture({320, 180}, i)));
  }
}

TEST_P(WholeEncoderOf, SetsKeyFramesAsFarApartAsAsked) {
  WholeSettings settings = quick(GetParam());
  settings.video.keyframe_seconds = 0.5;
  auto path = render(settings, 46);
  std::string packets = probed(path, "packet=pts_time,flags", "v");
  auto stamps = values_of(packets, "pts_time");
  auto flags = values_of(packets, "flags");
  std::vector<double> keys;
  for (size_t i = 0; i < flags.size(); ++i) {
    if (flags[i].starts_with('K')) keys.push_back(std::stod(stamps[i]));
  }
  ASSERT_GE(keys.size(), 4U);
  EXPECT_EQ(keys.front(), 0);
  for (size_t i = 1; i < keys.size(); ++i) EXPECT_LE(keys[i] - keys[i - 1], 0.5 + 1e-3);
}

TEST_P(WholeEncoderOf, AFlashStaysWithItsBeep) {
  for (Rational rate : {Rational{30, 1}, Rational{24000, 1001}}) {
    WholeSettings settings = quick(GetParam(), rate);
    int flash = 20;
    int frames = 30;
    int64_t samples = samples_of(frames, rate);
    int64_t beep = samples_of(flash, rate);
    std::vector<float> wave(static_cast<size_t>(samples));
    for (auto i = static_cast<size_t>(beep); i < wave.size(); ++i) wave[i] = (i / 24) % 2 == 0 ? 0.5F : -0.5F;
    test::write_wav(folder() / "beep.wav", wave);
    auto source = must(media::AudioReader::open(folder() / "beep.wav", Microseconds(0), samples));
    AudioTrack sound = must(encode_audio(source));
    auto path = folder() / "a.mp4";
    auto encoder = must(WholeEncoder::create(settings, sound, {}, path));
    for (int n = 0; n < frames; ++n)
      must(encoder.push(test::picture(settings.video.size, n < flash ? n : test::kFlash)));
    must(encoder.finish());

    make_clip(folder() / "a.gray", "-i " + quoted(path) + " -vf scale=1:1 -pix_fmt gray -f rawvideo");
    make_clip(folder() / "a.pcm", "-i " + quoted(path) + " -map 0:a -ac 1 -f s16le");
    auto gray = must(read_file(folder() / "a.gray"));
    ASSERT_EQ(gray.size(), static_cast<size_t>(frames));
    EXPECT_EQ(std::find_if(gray.begin(), gray.end(), [](uint8_t y) { return y > 200; }) - gray.begin(), flash);
    auto pcm = must(read_file(folder() / "a.pcm"));
    EXPECT_GE(pcm.size() / 2, static_cast<size_t>(samples)) << "no sound is cut";
    EXPECT_LT(pcm.size() / 2, static_cast<size_t>(samples + kAacFrame));
    auto sample = [&](size_t i) { return static_cast<int16_t>(pcm[2 * i] | pcm[2 * i + 1] << 8); };
    size_t heard = 0;
    while (heard < pcm.size() / 2 && std::abs(sample(heard)) < 6000) ++heard;
    EXPECT_NEAR(static_cast<double>(heard), static_cast<double>(beep), 100);
  }
}

TEST_P(WholeEncoderOf, SoundNeedNotEndWithAFrame) {
  for (auto [samples, duration] : {std::pair{47'000, "0.979167"}, {48'500, "1.010417"}}) {
    AudioTrack sound = encode_tone(folder(), samples);
    auto path = folder() / "a.mp4";
    auto encoder = must(WholeEncoder::create(quick(GetParam()), sound, {}, path));
    for (int i = 0; i < 30; ++i) must(encoder.push(test::picture({320, 180}, i)));
    must(encoder.finish());
    EXPECT_THAT(probed(path, "stream=duration", "a"), HasSubstr("duration=" + std::string(duration) + "\n"));
    EXPECT_THAT(probed(path, "stream=duration", "v"), HasSubstr("duration=1.000000\n"));
  }
}

TEST_P(WholeEncoderOf, LowerCrfTakesMoreBytes) {
  auto size_at = [&](double crf) {
    WholeSettings settings = quick(GetParam());
    settings.video.crf = crf;
    return std::filesystem::file_size(render(settings, 10));
  };
  EXPECT_GT(size_at(18), size_at(23));
  EXPECT_GT(size_at(23), size_at(30));
}

TEST_P(WholeEncoderOf, TakesEveryPreset) {
  for (const std::string& preset : presets()) {
    WholeSettings settings = quick(GetParam());
    settings.video.preset = preset;
    EXPECT_EQ(picture_hashes(render(settings, 3)).size(), 3U) << preset;
  }
}

TEST_P(WholeEncoderOf, RefusesAnUnknownPreset) {
  WholeSettings settings = quick(GetParam());
  settings.video.preset = "warp";
  AudioTrack sound = encode_tone(folder(), 4800);
  auto encoder = WholeEncoder::create(settings, sound, {}, folder() / "a.mp4");
  ASSERT_FALSE(encoder);
  EXPECT_EQ(encoder.error().kind(), ErrorKind::InvalidInput);
  EXPECT_THAT(encoder.error().message(), HasSubstr("warp"));
  EXPECT_THAT(encoder.error().hint(), HasSubstr("veryfast"));
}

TEST_P(WholeEncoderOf, SaysWhenTheFileCannotBeWritten) {
  AudioTrack sound = encode_tone(folder(), 4800);
  auto encoder = WholeEncoder::create(quick(GetParam()), sound, {}, folder() / "none" / "a.mp4");
  ASSERT_FALSE(encoder);
  EXPECT_EQ(encoder.error().kind(), ErrorKind::NotFound);
}

TEST_P(WholeEncoderOf, SaysWhenTheDiskIsFull) {
  auto small = folder() / "small";
  must(make_folder(small));
  auto disk = candid::test::SmallDisk::mount(small, 64);
  if (!disk) GTEST_SKIP() << candid::test::kNoSmallDisk;
  AudioTrack sound = encode_tone(folder(), 48'000);
  WholeSettings settings = quick(GetParam());
  settings.video.crf = 5;
  auto encoder = must(WholeEncoder::create(settings, sound, {}, small / "a.mp4"));
  Result<void> result;
  for (int i = 0; i < 30 && result; ++i) result = encoder.push(test::picture(settings.video.size, i));
  if (result) result = encoder.finish();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::NoSpace) << result.error().message();
}

TEST_P(WholeEncoderOf, DoesNotWriteOnFramesItIsGiven) {
  media::Frame frame = test::picture({320, 180}, 0);
  AudioTrack sound = encode_tone(folder(), 3200);
  auto encoder = must(WholeEncoder::create(quick(GetParam()), sound, {}, folder() / "a.mp4"));
  must(encoder.push(frame.share()));
  must(encoder.push(frame.share()));
  must(encoder.finish());
  EXPECT_TRUE(test::has_same_luma(frame, test::picture({320, 180}, 0)));
}

TEST(WholeEncoder, LeavesH264ToTheSegments) {
  auto folder = must(TemporaryFolder::create());
  AudioTrack sound = encode_tone(folder.path(), 4800);
  auto encoder = WholeEncoder::create(quick(Codec::H264), sound, {}, folder.path() / "a.mp4");
  ASSERT_FALSE(encoder);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "a.mp4"));
}

TEST(MatchedCrf, RisesWithX264sAndStaysOnTheScale) {
  for (Codec codec : {Codec::Hevc, Codec::Av1, Codec::Vp9}) {
    double worst = codec == Codec::Hevc ? 51 : 63;
    double last = -1;
    for (double crf = 0; crf <= 51; crf += 0.5) {
      double matched = matched_crf(codec, crf);
      EXPECT_GE(matched, last) << crf;
      EXPECT_LE(matched, worst);
      last = matched;
    }
    EXPECT_GT(matched_crf(codec, 24), matched_crf(codec, 23));
  }
}

TEST(CodecNames, ReadBack) {
  EXPECT_THAT(codec_names(), testing::ElementsAre("h264", "hevc", "av1", "vp9"));
  for (const std::string& name : codec_names()) EXPECT_EQ(to_string(must(parse_codec(name))), name);
  auto unknown = parse_codec("divx");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message(), HasSubstr("divx"));
  EXPECT_THAT(unknown.error().hint(), HasSubstr("h264, hevc, av1, vp9"));
}

}  // namespace
}  // namespace candid::encode
