#include "tests/encode/material.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include "core/files.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

namespace candid::encode::test {

using candid::test::must;
using candid::test::output_of;
using candid::test::quoted;

VideoSettings small_settings(Rational rate) {
  VideoSettings settings;
  settings.size = {320, 180};
  settings.frame_rate = rate;
  return settings;
}

media::Frame picture(media::FrameSize size, int number) {
  media::Frame frame = must(media::Frame::allocate(size));
  if (number >= kFlash) {
    frame.fill(235, 128, 128);
    return frame;
  }
  frame.fill(16, static_cast<uint8_t>(100 + number % 50), 140);
  media::Plane luma = frame.mutable_plane(0);
  uint32_t noise = static_cast<uint32_t>(number) * 2654435761U + 1;
  for (int y = 0; y < luma.height; ++y) {
    for (int x = 0; x < luma.width; ++x) {
      noise = noise * 1664525U + 1013904223U;
      int wave = (x + 3 * number) % 100 + y / 4;
      luma.data[y * luma.stride + x] = static_cast<uint8_t>(30 + wave + static_cast<int>(noise >> 29));
    }
  }
  return frame;
}

bool has_same_luma(const media::Frame& one, const media::Frame& other) {
  media::ConstPlane left = one.plane(0);
  media::ConstPlane right = other.plane(0);
  if (left.width != right.width || left.height != right.height) return false;
  for (ptrdiff_t y = 0; y < left.height; ++y) {
    const uint8_t* row = left.data + y * left.stride;
    if (!std::equal(row, row + left.width, right.data + y * right.stride)) return false;
  }
  return true;
}

Segment encode_pictures(const VideoSettings& settings, int first, int count) {
  auto encoder = must(SegmentEncoder::create(settings));
  for (int i = 0; i < count; ++i) must(encoder.push(picture(settings.size, first + i)));
  must(encoder.finish());
  return encoder.take();
}

std::set<std::vector<uint8_t>> with_fresh_memory(const std::function<std::vector<uint8_t>()>& run) {
  std::set<std::vector<uint8_t>> seen;
  for (int filling : {1, 85, 170, 255}) {
    ::mallopt(M_PERTURB, filling);  // glibc fills each allocation with it
    seen.insert(run());
  }
  ::mallopt(M_PERTURB, 0);
  return seen;
}

void write_wav(const std::filesystem::path& path, std::span<const float> samples, int channels) {
  std::string file = "RIFF....WAVEfmt ";
  auto number = [&](uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) file += static_cast<char>(value >> (8 * i));
  };
  auto block = static_cast<uint32_t>(2 * channels);
  number(16, 4), number(1, 2), number(block / 2, 2), number(48'000, 4), number(48'000 * block, 4), number(block, 2);
  number(16, 2);
  file += "data";
  number(static_cast<uint32_t>(samples.size() * 2), 4);
  for (float sample : samples) number(static_cast<uint32_t>(std::lround(sample * 32767)), 2);
  auto size = static_cast<uint32_t>(file.size() - 8);
  for (size_t i = 0; i < 4; ++i) file[4 + i] = static_cast<char>(size >> (8 * i));
  must(write_file(path, std::string_view(file)));
}

AudioTrack encode_tone(const std::filesystem::path& folder, int64_t samples) {
  std::vector<float> tone(static_cast<size_t>(samples));
  for (size_t i = 0; i < tone.size(); ++i) tone[i] = 0.4F * std::sin(0.0575958653F * static_cast<float>(i % 48'000));
  write_wav(folder / "tone.wav", tone);
  auto sound = must(media::AudioReader::open(folder / "tone.wav", Microseconds(0), samples));
  return must(encode_audio(sound));
}

int64_t samples_of(int64_t frames, Rational rate) {
  return std::llround(static_cast<double>(frames) * media::kSampleRate / rate.value());
}

std::vector<uint8_t> assemble(const Mp4Layout& layout, const Mp4Tracks& tracks) {
  std::vector<uint8_t> file = layout.head;
  for (const MediaSlice& slice : layout.slices) {
    const auto& bytes = slice.source == MediaSlice::kAudio
                            ? tracks.audio->bytes
                            : static_cast<const Segment*>(tracks.segments.at(static_cast<size_t>(slice.source)))->bytes;
    if (slice.offset + slice.length > bytes.size()) {
      ADD_FAILURE() << "a slice reaches beyond its source";
      return file;
    }
    auto from = bytes.begin() + static_cast<ptrdiff_t>(slice.offset);
    file.insert(file.end(), from, from + static_cast<ptrdiff_t>(slice.length));
  }
  EXPECT_EQ(file.size(), layout.size);
  return file;
}

std::filesystem::path write_mp4(const std::filesystem::path& path, const Mp4Tracks& tracks) {
  must(write_file(path, assemble(must(lay_out_mp4(tracks)), tracks)));
  return path;
}

std::vector<int> nal_types(std::span<const uint8_t> bytes) {
  std::vector<int> types;
  while (bytes.size() > 4) {
    size_t size = size_t{bytes[0]} << 24 | size_t{bytes[1]} << 16 | size_t{bytes[2]} << 8 | bytes[3];
    types.push_back(bytes[4] & 31);
    if (size > bytes.size() - 4) {
      ADD_FAILURE() << "a NAL unit reaches beyond its packet";
      return types;
    }
    bytes = bytes.subspan(4 + size);
  }
  EXPECT_TRUE(bytes.empty());
  return types;
}

std::string probed(const std::filesystem::path& path, const std::string& entries, const std::string& stream) {
  std::string select = stream.empty() ? "" : "-select_streams " + stream;
  return output_of(
      fmt::format("ffprobe -v error {} -show_entries {} -of default=nw=1 {}", select, entries, quoted(path)));
}

std::vector<std::string> values_of(const std::string& lines, const std::string& key) {
  std::vector<std::string> values;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(key + "=")) values.push_back(line.substr(key.size() + 1));
  }
  return values;
}

std::vector<std::string> picture_hashes(const std::filesystem::path& path) {
  std::istringstream lines(
      output_of("ffmpeg -nostdin -v error -xerror -i " + quoted(path) + " -map 0:v -vsync passthrough -f framemd5 -"));
  std::vector<std::string> hashes;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('#')) hashes.push_back(line.substr(line.rfind(' ') + 1));
  }
  return hashes;
}

}  // namespace candid::encode::test
