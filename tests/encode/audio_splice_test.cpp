#include "encode/audio_splice.h"

#include <cmath>
#include <cstring>
#include <numbers>
#include <sstream>

#include <fmt/format.h>

#include "core/files.h"
#include "encode/sound_crossfade.h"
#include "tests/encode/material.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

namespace candid::encode {
namespace {

using candid::test::must;
using candid::test::output_of;
using candid::test::quoted;
using testing::HasSubstr;
using Sound = std::vector<float>;  // stereo, interleaved

enum class Sides { Same, Independent };

// Like speech: syllables of 90 to 200 ms, harmonics and hiss, that begin at once and fade, some pauses between. `lead`
// samples of silence first.
Sound syllables(uint32_t seed, int64_t samples, int64_t lead = 0, Sides sides = Sides::Same) {
  Sound sound(static_cast<size_t>(samples) * 2);
  for (size_t side = 0; side < 2; ++side) {
    if (side == 1 && sides == Sides::Same) {
      for (size_t i = 0; i < sound.size(); i += 2) sound[i + 1] = sound[i];
      break;
    }
    uint32_t state = seed * 2654435761U + 12345 + static_cast<uint32_t>(side) * 77;
    auto random = [&] { return static_cast<double>((state = state * 1664525U + 1013904223U) >> 8) / (1 << 24); };
    for (int64_t at = lead; at < samples;) {
      auto length = static_cast<int64_t>(4'300 + random() * 5'300);
      double pitch = 110 + 120 * random();
      double hiss = 0.03 * random();
      bool pause = random() < 0.25;
      for (int64_t i = 0; i < length && at + i < samples && !pause; ++i) {
        double seconds = static_cast<double>(i) / media::kSampleRate;
        double wave = 0;
        for (int k = 1; k <= 14; ++k) wave += std::sin(2 * std::numbers::pi * pitch * k * seconds + k) / k;
        double value = std::exp(-9 * seconds) * (0.16 * wave + hiss * (2 * random() - 1));
        sound[static_cast<size_t>(at + i) * 2 + side] = static_cast<float>(std::clamp(value, -0.95, 0.95));
      }
      at += length;
    }
  }
  return sound;
}

// Single samples stand out, after a silence: short windows, and nothing that is coded as noise.
Sound clicks(uint32_t seed, int64_t samples) {
  Sound sound(static_cast<size_t>(samples) * 2);
  uint32_t state = seed * 2654435761U;
  for (size_t at = 3'000; at * 2 < sound.size(); at += 1'700 + (state >> 21)) {
    state = state * 1664525U + 1013904223U;
    sound[at * 2] = sound[at * 2 + 1] = 0.5F;
  }
  return sound;
}

Sound joined_sounds(Sound first, const Sound& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

int64_t length_of(const Sound& sound) {
  return static_cast<int64_t>(sound.size() / 2);
}

double error_energy(const Sound& decoded, const Sound& source, int64_t from, int64_t to) {
  double sum = 0;
  for (auto i = static_cast<size_t>(from) * 2; i < static_cast<size_t>(to) * 2; ++i) {
    double difference = double{decoded[i]} - double{source[i]};
    sum += difference * difference;
  }
  return sum;
}

double worst_error(const Sound& decoded, const Sound& source, int64_t from, int64_t to) {
  double worst = 0;
  for (auto i = static_cast<size_t>(from) * 2; i < static_cast<size_t>(to) * 2; ++i)
    worst = std::max(worst, std::abs(double{decoded[i]} - double{source[i]}));
  return worst;
}

class AudioSpliceTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { segment_ = std::make_unique<Segment>(test::encode_pictures(kVideo, 0, 12)); }
  static void TearDownTestSuite() { segment_.reset(); }

  media::AudioReader reader(const std::string& name, const Sound& sound) {
    test::write_wav(folder_.path() / name, sound, 2);
    return must(media::AudioReader::open(folder_.path() / name, Microseconds(0), length_of(sound)));
  }
  AudioTrack encoded(const Sound& sound) {
    auto source = reader("shared.wav", sound);
    return must(encode_audio(source));
  }
  AudioSplice spliced(const Sound& greeting, const Sound& body, const AudioTrack& shared, int64_t overlap = 0) {
    auto own = reader("greeting.wav", greeting);
    auto start = reader("body.wav", body);
    return must(splice_audio(own, length_of(greeting), start, shared, overlap));
  }

  // The file that a layout with the splice describes, its bytes from where they lie.
  std::filesystem::path write_mp4(const AudioSplice& splice, const AudioTrack& shared) {
    Mp4Tracks tracks{kVideo, {segment_.get()}, &splice.track, {}};
    Mp4Layout layout = must(lay_out_mp4(tracks));
    std::vector<uint8_t> file = layout.head;
    for (const MediaSlice& slice : layout.slices) {
      auto append = [&](const std::vector<uint8_t>& bytes, uint64_t offset, uint64_t length) {
        ASSERT_LE(offset + length, bytes.size());
        auto from = bytes.begin() + static_cast<ptrdiff_t>(offset);
        file.insert(file.end(), from, from + static_cast<ptrdiff_t>(length));
      };
      if (slice.source != MediaSlice::kAudio) {
        append(segment_->bytes, slice.offset, slice.length);
        continue;
      }
      for (const SoundRange& range : splice.ranges_of(slice.offset, slice.length))
        append(range.source == SoundSource::Own ? splice.track.bytes : shared.bytes, range.offset, range.length);
    }
    EXPECT_EQ(file.size(), layout.size);
    must(write_file(folder_.path() / "spliced.mp4", file));
    return folder_.path() / "spliced.mp4";
  }
  std::filesystem::path write_mp4(const AudioTrack& track) {
    return test::write_mp4(folder_.path() / "whole.mp4", {kVideo, {segment_.get()}, &track, {}});
  }

  // What the ffmpeg program hears.
  Sound decoded(const std::filesystem::path& path) {
    candid::test::make_clip(folder_.path() / "a.raw", "-xerror -i " + quoted(path) + " -map 0:a -f f32le");
    auto bytes = must(read_file(folder_.path() / "a.raw"));
    Sound sound(bytes.size() / sizeof(float));
    std::memcpy(sound.data(), bytes.data(), sound.size() * sizeof(float));
    return sound;
  }
  // The same within this process.
  static Sound decoded_here(const std::filesystem::path& path, int64_t samples) {
    auto source = must(media::AudioReader::open(path, Microseconds(0), samples));
    Sound sound;
    while (true) {
      auto block = must(source.next(4096));
      if (block.empty()) return sound;
      sound.insert(sound.end(), block.begin(), block.end());
    }
  }

  // What must hold of every splice.
  static void expect_sound_splice(const AudioSplice& splice, const AudioTrack& shared, int64_t greeting) {
    const AudioTrack& track = splice.track;
    EXPECT_EQ(track.config, shared.config);
    EXPECT_EQ(track.bitrate, shared.bitrate);
    EXPECT_EQ(track.samples, greeting + shared.samples);
    EXPECT_EQ((track.priming + greeting) % kAacFrame, 0);
    EXPECT_GE(track.priming, kAacFrame);
    EXPECT_LT(track.priming, 2 * kAacFrame);
    auto lead = static_cast<size_t>((track.priming + greeting) / kAacFrame - 1);
    EXPECT_EQ(splice.own_packets, lead + splice.shared_from);
    EXPECT_EQ(track.packet_sizes.size(), lead + shared.packet_sizes.size());
    EXPECT_GE(splice.shared_from, 1U);
    ASSERT_LE(splice.shared_from, shared.packet_sizes.size());
    uint64_t own_bytes = 0;
    for (size_t i = 0; i < splice.own_packets; ++i) own_bytes += track.packet_sizes[i];
    EXPECT_EQ(track.bytes.size(), own_bytes);
    uint64_t shared_bytes = 0;
    for (size_t i = splice.shared_from; i < shared.packet_sizes.size(); ++i) {
      EXPECT_EQ(track.packet_sizes[lead + i], shared.packet_sizes[i]);
      shared_bytes += shared.packet_sizes[i];
    }
    EXPECT_EQ(splice.shared_offset + shared_bytes, shared.bytes.size());
  }

  // Twelve slow frames last longer than any sound here.
  inline static const VideoSettings kVideo = test::small_settings({2, 1});
  inline static std::unique_ptr<Segment> segment_;
  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

std::vector<std::string> packet_hashes(const std::filesystem::path& path) {
  std::istringstream lines(
      output_of("ffmpeg -nostdin -v error -i " + quoted(path) + " -map 0:a -c copy -f framemd5 -"));
  std::vector<std::string> hashes;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('#')) hashes.push_back(line.substr(line.rfind(' ') + 1));
  }
  return hashes;
}

TEST_F(AudioSpliceTest, KeepsEverySharedPacket) {
  Sound body = syllables(1, 96'000);
  AudioTrack shared = encoded(body);
  AudioSplice splice = spliced(syllables(2, 60'000), body, shared);
  expect_sound_splice(splice, shared, 60'000);
  auto alone = packet_hashes(write_mp4(shared));
  auto joined = packet_hashes(write_mp4(splice, shared));
  size_t kept = shared.packet_sizes.size() - splice.shared_from;
  ASSERT_GE(kept, 90U);
  ASSERT_GE(joined.size(), kept);
  EXPECT_TRUE(
      std::equal(alone.end() - static_cast<ptrdiff_t>(kept), alone.end(), joined.end() - static_cast<ptrdiff_t>(kept)));
}

// Bands coded as noise are drawn from a generator that runs on from packet to packet: it stands at the same place after
// a greeting of clicks, which draws nothing.
TEST_F(AudioSpliceTest, TheBodySoundsBitForBitTheSameAfterTheJoin) {
  Sound body = joined_sounds(clicks(1, 8'000), syllables(1, 30'000));
  AudioTrack shared = encoded(body);
  Sound alone = decoded(write_mp4(shared));
  for (int64_t length : {0, 1, 1023, 1024, 1025, 7'777, 12'288, 20'000}) {
    AudioSplice splice = spliced(clicks(2, length), body, shared);
    Sound joined = decoded(write_mp4(splice, shared));
    auto from = static_cast<int64_t>(splice.shared_from) * kAacFrame;
    ASSERT_LT(from, 8'000);
    ASSERT_GE(length_of(joined), length + 38'000);
    EXPECT_TRUE(std::equal(alone.begin() + from * 2, alone.begin() + 38'000 * 2, joined.begin() + (length + from) * 2))
        << length;
  }
}

TEST_F(AudioSpliceTest, HasAllSamplesAndNoPacketMore) {
  Sound body = syllables(1, 50'000);
  AudioTrack shared = encoded(body);
  for (int64_t greeting : {24'000, 24'576, 24'577, 25'599}) {
    AudioSplice splice = spliced(syllables(2, greeting), body, shared);
    auto heard = length_of(decoded(write_mp4(splice, shared)));
    EXPECT_GE(heard, greeting + 50'000);
    EXPECT_LT(heard, greeting + 50'000 + kAacFrame);
  }
}

TEST_F(AudioSpliceTest, TheGreetingBeginsWithTheFilm) {
  Sound body = syllables(1, 24'000);
  AudioTrack shared = encoded(body);
  for (int64_t samples : {9'000, 9'216, 9'217, 10'239, 10'241}) {
    for (size_t impulse : {0U, 1U, 500U, 1024U, 5'000U}) {
      Sound greeting(static_cast<size_t>(samples) * 2);
      greeting[impulse * 2] = greeting[impulse * 2 + 1] = 0.9F;
      auto path = write_mp4(spliced(greeting, body, shared), shared);
      Sound heard = impulse == 500 ? decoded(path) : decoded_here(path, samples);
      auto loudest = std::max_element(heard.begin(), heard.begin() + samples * 2 - 2048,
                                      [](float a, float b) { return std::abs(a) < std::abs(b); });
      EXPECT_EQ((loudest - heard.begin()) / 2, static_cast<ptrdiff_t>(impulse)) << samples;
    }
    auto path = folder_.path() / "spliced.mp4";
    EXPECT_THAT(test::probed(path, "stream=start_pts", "a"), HasSubstr("start_pts=0\n")) << samples;
    EXPECT_THAT(test::probed(path, "stream=start_pts", "v"), HasSubstr("start_pts=0\n")) << samples;
  }
}

TEST_F(AudioSpliceTest, TheEditListDropsPrimingAndSilence) {
  Sound body = syllables(1, 24'000);
  AudioTrack shared = encoded(body);
  AudioSplice splice = spliced(syllables(2, 10'000), body, shared);
  EXPECT_EQ(splice.track.priming, 1024 + 240);
  Mp4Layout layout = must(lay_out_mp4({kVideo, {segment_.get()}, &splice.track, {}}));
  constexpr std::string_view kType = "elst";
  auto video = std::search(layout.head.begin(), layout.head.end(), kType.begin(), kType.end());
  auto audio = std::search(video + 1, layout.head.end(), kType.begin(), kType.end());
  ASSERT_NE(audio, layout.head.end());
  uint64_t media_time = 0;
  for (ptrdiff_t i = 20; i < 28; ++i) media_time = media_time << 8 | audio[i];
  EXPECT_EQ(media_time, 1264U);
}

// A greeting as the encoder hears it.
Sound faded(Sound greeting) {
  size_t fade = std::min<size_t>(480, greeting.size() / 2);
  for (size_t i = 0; i < fade * 2; ++i) {
    double phase = (static_cast<double>(i / 2) + 0.5) / static_cast<double>(fade);
    greeting[greeting.size() - fade * 2 + i] *= static_cast<float>(0.5 + 0.5 * std::cos(std::numbers::pi * phase));
  }
  return greeting;
}

// The three blocks around the join against the same blocks where there is none: in one continuous encode and, of the
// body, in the shared track alone.
TEST_F(AudioSpliceTest, TheJoinIsAsCleanAsOneEncode) {
  double spliced_error = 0;
  double ordinary_error = 0;
  size_t farthest = 0;
  for (uint32_t seed = 1; seed <= 14; ++seed) {
    // The body swells within a block, or begins at once near the join; the greeting has an attack near its end. So the
    // encoders sometimes choose other windows, and m = 1 is no join.
    Sound body = syllables(seed, 12'000, seed % 3 == 0 ? 100 * seed : 0);
    for (size_t i = 0; i < 2'000 && seed % 3 != 0; ++i) body[i] *= static_cast<float>(i * i) / 4e6F;
    Sound greeting = joined_sounds(Sound(2 * 8'000), syllables(seed + 100, 300 + 90 * seed));
    AudioTrack shared = encoded(body);
    AudioSplice splice = spliced(greeting, body, shared);
    Sound source = joined_sounds(faded(greeting), body);
    AudioTrack continuous =
        encoded(joined_sounds(Sound(static_cast<size_t>(splice.track.priming - kAacFrame) * 2), source));
    continuous.priming = splice.track.priming;
    Sound one = decoded_here(write_mp4(continuous), length_of(source));
    Sound alone = decoded_here(write_mp4(shared), length_of(body));
    Sound joined = decoded_here(write_mp4(splice, shared), length_of(source));
    // The block that an own and a shared packet make together ends here.
    int64_t in_body = static_cast<int64_t>(splice.shared_from) * kAacFrame;
    int64_t join = length_of(greeting) + in_body;
    double mine = error_energy(joined, source, join - 2 * kAacFrame, join + kAacFrame);
    double before = error_energy(one, source, join - 2 * kAacFrame, join - kAacFrame);
    double after = std::max(error_energy(one, source, join - kAacFrame, join + kAacFrame),
                            error_energy(alone, body, in_body - kAacFrame, in_body + kAacFrame));
    constexpr double kInaudible = 1e-4;
    RecordProperty(fmt::format("db_{}_at_{}", seed, splice.shared_from),
                   fmt::format("{:+.2f}", 10 * std::log10((mine + kInaudible) / (before + after + kInaudible))));
    EXPECT_LT(mine, 2 * (before + after) + kInaudible) << seed << ": 3 dB";
    EXPECT_LT(
        worst_error(joined, source, join - 2 * kAacFrame, join + kAacFrame),
        1.5 * std::max(worst_error(one, source, 0, length_of(source)), worst_error(alone, body, 0, length_of(body))))
        << seed << ": a click";
    farthest = std::max(farthest, splice.shared_from);
    spliced_error += mine;
    ordinary_error += before + after;
  }
  RecordProperty("db_all", fmt::format("{:+.2f}", 10 * std::log10(spliced_error / ordinary_error)));
  EXPECT_LT(10 * std::log10(spliced_error / ordinary_error), 0.5);
  EXPECT_GT(farthest, 1U) << "the windows never differed";
}

TEST_F(AudioSpliceTest, TheGreetingFadesAtItsEnd) {
  Sound greeting(20'000);
  for (size_t i = 0; i < greeting.size(); ++i) greeting[i] = 0.7F * std::sin(0.05F * static_cast<float>(i / 2));
  Sound body(48'000);  // silence
  AudioTrack shared = encoded(body);
  Sound heard = decoded_here(write_mp4(spliced(greeting, body, shared), shared), 34'000);
  auto peak = [&](int64_t from, int64_t to) {
    Sound nothing(heard.size());
    return worst_error(heard, nothing, from, to);
  };
  EXPECT_GT(peak(9'000, 9'400), 0.6);
  EXPECT_LT(peak(9'900, 9'990), 0.15);
  EXPECT_LT(peak(9'990, 10'100), 0.05);
  EXPECT_LT(peak(12'100, 34'000), 0.001);
}

// All around whole packets, and many places between.
TEST_F(AudioSpliceTest, JoinsAtEveryLength) {
  Sound body = syllables(7, 9'000);
  AudioTrack shared = encoded(body);
  double ordinary = worst_error(decoded_here(write_mp4(shared), 9'000), body, 0, 9'000);
  std::vector<int64_t> lengths{0, 1, 2, 100, 479, 480, 481, 1022, 1023, 1024, 1025, 1026, 2047, 2048, 2049, 24'000};
  for (int64_t n = 3'000; lengths.size() < 60; n += 53) lengths.push_back(n);
  Sound voice = syllables(8, 24'000);
  for (int64_t length : lengths) {
    Sound greeting(voice.begin(), voice.begin() + length * 2);
    AudioSplice splice = spliced(greeting, body, shared);
    expect_sound_splice(splice, shared, length);
    EXPECT_LE(splice.shared_from, 4U) << length;
    Sound joined = decoded_here(write_mp4(splice, shared), length + 9'000);
    ASSERT_EQ(length_of(joined), length + 9'000);
    EXPECT_LT(worst_error(joined, joined_sounds(greeting, body), length, length + 9'000), 1.3 * ordinary) << length;
  }
}

TEST_F(AudioSpliceTest, BodiesShorterThanTheLeadInAreWhole) {
  Sound greeting = syllables(9, 10'000);
  for (int64_t samples : {1, 100, 1023, 1024, 1025, 2048, 3'000, 4'096, 5'000}) {
    Sound body = syllables(3, samples);
    AudioTrack shared = encoded(body);
    AudioSplice splice = spliced(greeting, body, shared);
    expect_sound_splice(splice, shared, 10'000);
    Sound source = joined_sounds(faded(greeting), body);
    Sound joined = decoded_here(write_mp4(splice, shared), length_of(source));
    EXPECT_LT(worst_error(joined, source, 0, length_of(source)), 0.2) << samples;
  }
}

// Then the encoder's two channels take windows of their own, and the second's cannot be read.
TEST_F(AudioSpliceTest, JoinsSoundWhoseSidesDiffer) {
  for (uint32_t seed = 1; seed <= 12; ++seed) {
    Sound body = syllables(seed, 24'000, 300 * seed, Sides::Independent);
    AudioTrack shared = encoded(body);
    AudioSplice splice = spliced(syllables(seed + 30, 5'000 + 61 * seed, 0, Sides::Independent), body, shared);
    expect_sound_splice(splice, shared, 5'000 + 61 * seed);
    RecordProperty(fmt::format("join_{}", seed), static_cast<int>(splice.shared_from));
    EXPECT_LE(splice.shared_from, 12U) << seed;
  }
}

TEST_F(AudioSpliceTest, JoinsAfterManyBlocksWhereNoWindowFits) {
  Sound body = syllables(1, 80'000);
  AudioTrack shared = encoded(body);
  // As if each packet's channels had windows of their own.
  size_t offset = 0;
  for (uint32_t size : shared.packet_sizes) {
    shared.bytes[offset] ^= 1;
    offset += size;
  }
  AudioSplice splice = spliced(syllables(2, 5'000), body, shared);
  expect_sound_splice(splice, shared, 5'000);
  EXPECT_EQ(splice.shared_from, static_cast<size_t>(kMostBodyBlocks));
}

TEST_F(AudioSpliceTest, ABeginningOfTheBodyIsEnough) {
  Sound body = syllables(1, 90'000);
  AudioTrack shared = encoded(body);
  Sound greeting = syllables(2, 9'000);
  AudioSplice whole = spliced(greeting, body, shared);
  Sound start(body.begin(), body.begin() + 65 * 1024 * 2);
  AudioSplice part = spliced(greeting, start, shared);
  EXPECT_EQ(part.track.bytes, whole.track.bytes);
  EXPECT_EQ(part.shared_from, whole.shared_from);
  auto own = reader("greeting.wav", greeting);
  auto nothing = reader("nothing.wav", Sound(2 * 500));
  auto refused = splice_audio(own, 9'000, nothing, shared);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::Internal);
}

// Wherever the overlap begins and ends within blocks, what is heard is greeting, mix, body, each where it belongs, and
// no packet with a part of the mix is the shared track's.
TEST_F(AudioSpliceTest, MixesWhereBothOverlap) {
  Sound body = syllables(5, 30'000);
  Sound voice = syllables(6, 20'000);
  AudioTrack shared = encoded(body);
  double ordinary = worst_error(decoded_here(write_mp4(shared), 30'000), body, 0, 30'000);
  for (auto [length, overlap] :
       {std::pair{12'000, 9'000}, {12'288, 1'024}, {9'217, 1'025}, {20'000, 14'400}, {5'000, 5'000}, {7'777, 1}}) {
    Sound greeting(voice.begin(), voice.begin() + length * 2);
    AudioSplice splice = spliced(greeting, body, shared, overlap);
    int64_t alone = length - overlap;
    expect_sound_splice(splice, shared, alone);
    EXPECT_GE(splice.shared_from, static_cast<size_t>(1 + (overlap + kAacFrame - 1) / kAacFrame)) << length;
    Sound source(greeting.begin(), greeting.begin() + alone * 2);
    source = joined_sounds(source, crossfade(Sound(greeting.begin() + alone * 2, greeting.end()),
                                             Sound(body.begin(), body.begin() + overlap * 2)));
    source.insert(source.end(), body.begin() + overlap * 2, body.end());
    Sound joined = decoded_here(write_mp4(splice, shared), alone + 30'000);
    ASSERT_EQ(length_of(joined), alone + 30'000);
    EXPECT_LT(worst_error(joined, source, 0, alone + 30'000), 1.5 * ordinary) << length << " with " << overlap;
  }
}

TEST_F(AudioSpliceTest, IsDeterministic) {
  Sound body = syllables(1, 30'000, 0, Sides::Independent);
  AudioTrack shared = encoded(body);
  Sound greeting = syllables(2, 9'000);
  AudioSplice first = spliced(greeting, body, shared);
  AudioSplice second = spliced(greeting, body, shared);
  EXPECT_EQ(first.track.bytes, second.track.bytes);
  EXPECT_EQ(first.track.packet_sizes, second.track.packet_sizes);
  EXPECT_EQ(first.shared_from, second.shared_from);
}

TEST_F(AudioSpliceTest, RefusesSoundOfAnotherConfiguration) {
  Sound body = syllables(1, 10'000);
  AudioTrack shared = encoded(body);
  shared.config.at(0) ^= 0x40;
  auto own = reader("greeting.wav", body);
  auto start = reader("body.wav", body);
  auto refused = splice_audio(own, 5'000, start, shared);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::Internal);
}

TEST(AudioSplice, NamesWhereBytesLie) {
  AudioSplice splice;
  splice.track.bytes.resize(100);
  splice.shared_offset = 40;
  using testing::ElementsAre;
  EXPECT_THAT(splice.ranges_of(10, 20), ElementsAre(SoundRange{SoundSource::Own, 10, 20}));
  EXPECT_THAT(splice.ranges_of(80, 20), ElementsAre(SoundRange{SoundSource::Own, 80, 20}));
  EXPECT_THAT(splice.ranges_of(100, 7), ElementsAre(SoundRange{SoundSource::Shared, 40, 7}));
  EXPECT_THAT(splice.ranges_of(130, 7), ElementsAre(SoundRange{SoundSource::Shared, 70, 7}));
  EXPECT_THAT(splice.ranges_of(90, 30),
              ElementsAre(SoundRange{SoundSource::Own, 90, 10}, SoundRange{SoundSource::Shared, 40, 20}));
  EXPECT_TRUE(splice.ranges_of(100, 0).empty());
}

}  // namespace
}  // namespace candid::encode
