#include "encode/aac_window.h"

#include <string_view>

#include "core/files.h"
#include "encode/audio_encoder.h"
#include "tests/encode/material.h"
#include "tests/support/results.h"

namespace candid::encode {
namespace {

using candid::test::must;

// Bytes of "0101…", spaces ignored, filled up with ones.
std::vector<uint8_t> bytes_of(std::string_view bits) {
  std::vector<uint8_t> bytes;
  size_t count = 0;
  auto put = [&](bool bit) {
    if (count % 8 == 0) bytes.push_back(0);
    bytes.back() = static_cast<uint8_t>(bytes.back() | (bit ? 1 : 0) << (7 - count++ % 8));
  };
  for (char bit : bits) {
    if (bit != ' ') put(bit == '1');
  }
  while (count < 40) put(true);
  return bytes;
}

TEST(AacWindow, EndsShortAfterLongStartAndEightShort) {
  for (auto [sequence, slope] : {std::pair<std::string, WindowSlope>{"00", WindowSlope::Long},
                                 {"01", WindowSlope::Short},
                                 {"10", WindowSlope::Short},
                                 {"11", WindowSlope::Long}}) {
    for (auto [shape, named] :
         {std::pair<std::string, WindowShape>{"0", WindowShape::Sine}, {"1", WindowShape::KaiserBessel}}) {
      EXPECT_EQ(window_end(bytes_of("001 0000 1 0 " + sequence + shape)), (WindowEnd{slope, named, true}));
      EXPECT_EQ(window_end(bytes_of("001 1111 0 10100101 0 " + sequence + shape)), (WindowEnd{slope, named, false}));
    }
  }
}

TEST(AacWindow, NothingIsKnownOfOtherElements) {
  for (std::string element : {"000", "010", "011", "100", "101", "110", "111"}) {
    EXPECT_EQ(window_end(bytes_of(element + " 0000 1 0 00 1")), std::nullopt) << element;
  }
  EXPECT_EQ(window_end({}), std::nullopt);
  EXPECT_EQ(window_end(std::vector<uint8_t>{0x21, 0x10}), std::nullopt) << "too short for a packet";
}

// Short windows come for an attack, and every encode begins with a packet that can be read.
TEST(AacWindow, FollowsTheSound) {
  auto folder = must(TemporaryFolder::create());
  std::vector<float> beats(48'000);
  for (size_t i = 0; i < beats.size(); ++i) {
    size_t since = i % 12'000;
    beats[i] = since < 6'000 ? 0 : 0.6F * std::sin(0.3F * static_cast<float>(since * since % 977));
  }
  test::write_wav(folder.path() / "beats.wav", beats);
  auto sound = must(media::AudioReader::open(folder.path() / "beats.wav", Microseconds(0), 48'000));
  AudioTrack track = must(encode_audio(sound));
  size_t offset = 0;
  size_t long_ends = 0;
  size_t short_ends = 0;
  for (uint32_t size : track.packet_sizes) {
    auto end = window_end(std::span(track.bytes).subspan(offset, size));
    offset += size;
    ASSERT_TRUE(end);
    EXPECT_TRUE(end->common) << "both sides are the same sound";
    ++(end->slope == WindowSlope::Long ? long_ends : short_ends);
  }
  EXPECT_GE(short_ends, 4U);
  EXPECT_GT(long_ends, 20U);
}

}  // namespace
}  // namespace candid::encode
