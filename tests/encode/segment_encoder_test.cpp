#include "encode/segment_encoder.h"

#include <numeric>

#include "core/files.h"
#include "tests/encode/material.h"
#include "tests/support/results.h"
#include "tests/support/small_disk.h"

namespace candid::encode {
namespace {

using candid::test::must;
using test::encode_pictures;
using test::small_settings;

// First in decode order an IDR; every frame once; lengths that add up; parameter sets never in band.
void expect_sound_segment(const Segment& segment, int frames) {
  ASSERT_EQ(segment.frames.size(), static_cast<size_t>(frames));
  EXPECT_TRUE(segment.frames.front().is_key);
  EXPECT_EQ(segment.frames.front().presentation, 0);
  std::vector<int> order;
  uint64_t bytes = 0;
  for (const EncodedFrame& frame : segment.frames) {
    order.push_back(frame.presentation);
    auto types = test::nal_types(std::span(segment.bytes).subspan(bytes, frame.size));
    // 5: IDR slice, 1: other slice, 6: SEI.
    EXPECT_EQ(std::count(types.begin(), types.end(), 5), frame.is_key ? 1 : 0);
    EXPECT_EQ(std::count(types.begin(), types.end(), 1), frame.is_key ? 0 : 1);
    for (int type : types) EXPECT_TRUE(type == 1 || type == 5 || type == 6) << type;
    bytes += frame.size;
  }
  EXPECT_EQ(bytes, segment.bytes.size());
  std::sort(order.begin(), order.end());
  std::vector<int> expected(order.size());
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(order, expected);
}

TEST(SegmentEncoder, GivesEachFrameOnceAndOneIdrFirst) {
  for (int frames : {1, 2, 3, 7, 100}) {
    Segment segment = encode_pictures(small_settings(), 0, frames);
    expect_sound_segment(segment, frames);
    auto keys = std::count_if(segment.frames.begin(), segment.frames.end(), [](auto& frame) { return frame.is_key; });
    EXPECT_EQ(keys, 1) << frames;
  }
}

TEST(SegmentEncoder, SetsKeyFramesAsFarApartAsAsked) {
  VideoSettings settings = small_settings();
  settings.keyframe_seconds = 1;
  Segment segment = encode_pictures(settings, 0, 100);
  expect_sound_segment(segment, 100);
  std::vector<int> keys;
  for (const EncodedFrame& frame : segment.frames) {
    if (frame.is_key) keys.push_back(frame.presentation);
  }
  EXPECT_EQ(keys.at(0), 0);
  keys.push_back(100);
  for (size_t i = 1; i < keys.size(); ++i) EXPECT_LE(keys[i] - keys[i - 1], 30);
}

TEST(SegmentEncoder, NothingRefersAcrossAKeyFrame) {
  VideoSettings settings = small_settings();
  settings.keyframe_seconds = 1;
  Segment segment = encode_pictures(settings, 0, 90);
  int newest = -1;
  for (const EncodedFrame& frame : segment.frames) {
    if (frame.is_key) {
      EXPECT_EQ(frame.presentation, newest + 1) << "all earlier pictures are decoded before";
    }
    newest = std::max(newest, frame.presentation);
  }
}

TEST(SegmentEncoder, ParameterSetsAreThoseOfAnyLengthAndQuality) {
  Segment reference = encode_pictures(small_settings(), 0, 100);
  ASSERT_FALSE(reference.parameter_sets.sps.empty());
  EXPECT_EQ(reference.parameter_sets.sps[0] & 31, 7);
  EXPECT_EQ(reference.parameter_sets.pps[0] & 31, 8);
  for (int frames : {1, 2, 3, 30}) {
    EXPECT_EQ(encode_pictures(small_settings(), 7, frames).parameter_sets, reference.parameter_sets) << frames;
  }
  for (double crf : {1.0, 18.0, 23.5, 35.0, 51.0}) {
    VideoSettings settings = small_settings();
    settings.crf = crf;
    EXPECT_EQ(encode_pictures(settings, 0, 2).parameter_sets, reference.parameter_sets) << crf;
  }
  VideoSettings settings = small_settings();
  settings.keyframe_seconds = 1;
  EXPECT_EQ(encode_pictures(settings, 0, 2).parameter_sets, reference.parameter_sets);
}

TEST(SegmentEncoder, EveryPresetIsHighProfileAndAgreesWithItself) {
  for (const std::string& preset : presets()) {
    VideoSettings settings = small_settings();
    settings.preset = preset;
    Segment many = encode_pictures(settings, 0, 12);
    expect_sound_segment(many, 12);
    EXPECT_EQ(many.parameter_sets.sps.at(1), 100) << preset;
    EXPECT_EQ(many.parameter_sets.sps.at(3), 13) << preset << ": level";
    EXPECT_EQ(encode_pictures(settings, 5, 2).parameter_sets, many.parameter_sets) << preset;
  }
}

TEST(SegmentEncoder, IsDeterministic) {
  Segment first = encode_pictures(small_settings(), 3, 60);
  Segment second = encode_pictures(small_settings(), 3, 60);
  EXPECT_EQ(first.bytes, second.bytes);
  EXPECT_EQ(first.parameter_sets, second.parameter_sets);
}

// x264 0.164's AVX-512 code for mbtree lets what is in fresh memory into its decisions when the width is no multiple of
// 128, as portrait pictures' mostly is.
TEST(SegmentEncoder, IsDeterministicWhateverFreshMemoryHolds) {
  for (media::FrameSize size : {media::FrameSize{320, 180}, {270, 480}, {640, 360}, {1080, 608}}) {
    VideoSettings settings = small_settings();
    settings.size = size;
    auto seen = test::with_fresh_memory([&] { return encode_pictures(settings, 3, 12).bytes; });
    EXPECT_EQ(seen.size(), 1U) << size.width << "x" << size.height;
  }
}

TEST(SegmentEncoder, TellsWhichEncoderItIs) {
  std::string identity = must(encoder_identity());
  EXPECT_THAT(identity, testing::MatchesRegex("libavcodec [0-9]+, x264 - core [0-9]+.*"));
  EXPECT_EQ(identity, must(encoder_identity()));
}

TEST(SegmentEncoder, LowerCrfTakesMoreBytes) {
  auto size_at = [](double crf) {
    VideoSettings settings = small_settings();
    settings.crf = crf;
    return encode_pictures(settings, 0, 10).bytes.size();
  };
  EXPECT_GT(size_at(18), size_at(23));
  EXPECT_GT(size_at(23), size_at(23.7));
  EXPECT_GT(size_at(23.7), size_at(40));
}

TEST(SegmentEncoder, DoesNotWriteOnFramesItIsGiven) {
  media::Frame frame = test::picture({320, 180}, 0);
  auto encoder = must(SegmentEncoder::create(small_settings()));
  must(encoder.push(frame.share()));
  must(encoder.push(frame.share()));
  must(encoder.finish());
  EXPECT_TRUE(test::has_same_luma(frame, test::picture({320, 180}, 0)));
}

TEST(SegmentEncoder, RefusesAnUnknownPreset) {
  VideoSettings settings = small_settings();
  settings.preset = "warp";
  auto encoder = SegmentEncoder::create(settings);
  ASSERT_FALSE(encoder);
  EXPECT_THAT(encoder.error().message(), testing::HasSubstr("warp"));
}

struct PassMaterial {
  TemporaryFolder folder = must(TemporaryFolder::create());
  std::filesystem::path statistics = folder.path() / "a:b statistics";

  Segment encode(const VideoSettings& settings, const RateControl& rate, int first, int count) const {
    auto encoder = must(SegmentEncoder::create(settings, rate));
    for (int i = 0; i < count; ++i) must(encoder.push(test::picture(settings.size, first + i)));
    must(encoder.finish());
    return encoder.take();
  }
  static double bitrate(const Segment& segment, const VideoSettings& settings) {
    return static_cast<double>(segment.bytes.size()) * 8 * settings.frame_rate.value() /
           static_cast<double>(segment.frames.size());
  }
};

TEST(TwoPasses, ShareTheParameterSetsOfConstantQuality) {
  PassMaterial material;
  for (const char* preset : {"superfast", "veryfast", "medium", "slow"}) {
    VideoSettings settings = small_settings();
    settings.preset = preset;
    Segment constant = material.encode(settings, ConstantQuality{}, 0, 40);
    Segment first = material.encode(settings, FirstPass{material.statistics}, 0, 40);
    double bitrate = PassMaterial::bitrate(first, settings);
    Segment second = material.encode(settings, SecondPass{material.statistics, bitrate}, 300, 40);
    expect_sound_segment(second, 40);
    EXPECT_EQ(first.bytes, constant.bytes) << preset << ": a first pass only takes notes";
    EXPECT_EQ(first.parameter_sets, constant.parameter_sets) << preset;
    EXPECT_EQ(second.parameter_sets, constant.parameter_sets) << preset;
  }
}

TEST(TwoPasses, TheSecondSpendsWhatItWasGiven) {
  PassMaterial material;
  VideoSettings settings = small_settings();
  Segment first = material.encode(settings, FirstPass{material.statistics}, 0, 120);
  double natural = PassMaterial::bitrate(first, settings);
  for (double factor : {0.7, 1.0, 1.4}) {
    Segment second = material.encode(settings, SecondPass{material.statistics, natural * factor}, 0, 120);
    EXPECT_NEAR(PassMaterial::bitrate(second, settings) / natural, factor, 0.06) << factor;
  }
}

TEST(TwoPasses, AreDeterministic) {
  PassMaterial material;
  VideoSettings settings = small_settings();
  Segment first = material.encode(settings, FirstPass{material.statistics}, 0, 40);
  auto notes = must(read_file(material.statistics));
  Segment second = material.encode(settings, SecondPass{material.statistics, 300'000}, 0, 40);
  EXPECT_EQ(material.encode(settings, SecondPass{material.statistics, 300'000}, 0, 40).bytes, second.bytes);
  material.encode(settings, FirstPass{material.statistics}, 0, 40);
  EXPECT_EQ(must(read_file(material.statistics)), notes);
}

TEST(TwoPasses, StatisticsOnAFullDiskAreNoSpace) {
  PassMaterial material;
  auto disk = candid::test::SmallDisk::mount(material.folder.path(), 8);
  if (!disk) GTEST_SKIP() << candid::test::kNoSmallDisk;
  auto encoder = must(SegmentEncoder::create(small_settings(), FirstPass{material.statistics}));
  Result<void> result;
  for (int i = 0; i < 60 && result; ++i) result = encoder.push(test::picture({320, 180}, i));
  if (result) result = encoder.finish();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::NoSpace);
}

// ITU-T H.264 Table A-1.
TEST(H264Level, IsTheLowestThatHolds) {
  struct Case {
    media::FrameSize size;
    Rational rate;
    int level;
  };
  const Case cases[] = {{{320, 180}, {30, 1}, 13},   {{640, 360}, {30, 1}, 30},   {{640, 480}, {30, 1}, 30},
                        {{854, 480}, {30, 1}, 31},   {{1280, 720}, {30, 1}, 31},  {{1280, 720}, {60, 1}, 32},
                        {{1920, 1080}, {25, 1}, 40}, {{1920, 1080}, {30, 1}, 40}, {{1920, 1080}, {60, 1}, 42},
                        {{1080, 1920}, {30, 1}, 40}, {{1080, 1080}, {30, 1}, 32}, {{2560, 1440}, {30, 1}, 50},
                        {{3840, 2160}, {30, 1}, 51}, {{3840, 2160}, {60, 1}, 52}, {{720, 576}, {25, 1}, 30},
                        {{352, 288}, {30, 1}, 13},   {{720, 480}, {60, 1}, 31},   {{1280, 720}, {30000, 1001}, 31}};
  for (const Case& c : cases) {
    EXPECT_EQ(h264_level(c.size, c.rate), c.level) << c.size.width << "x" << c.size.height << " " << c.rate.num;
  }
}

}  // namespace
}  // namespace candid::encode
