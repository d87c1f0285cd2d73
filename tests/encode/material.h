#pragma once
// Segments, sound tracks and files for the tests of encode.

#include <filesystem>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "encode/audio_encoder.h"
#include "encode/mp4_head.h"
#include "encode/segment_encoder.h"

namespace candid::encode::test {

// 320x180 at 30 fps, quick to encode.
VideoSettings small_settings(Rational rate = {30, 1});

// A moving picture with some grain; equal numbers give equal frames. Numbers beyond `kFlash` are white.
media::Frame picture(media::FrameSize size, int number);
constexpr int kFlash = 1'000'000;

bool has_same_luma(const media::Frame& one, const media::Frame& other);

// Frames first … first + count - 1.
Segment encode_pictures(const VideoSettings& settings, int first, int count);

// The different bytes that come of it when fresh memory holds one thing and another: one, if that is never read.
std::set<std::vector<uint8_t>> with_fresh_memory(const std::function<std::vector<uint8_t>()>& run);

// 16-bit WAV at 48 kHz; more than one channel interleaved.
void write_wav(const std::filesystem::path& path, std::span<const float> samples, int channels = 1);
// A tone at 440 Hz of so many samples, encoded.
AudioTrack encode_tone(const std::filesystem::path& folder, int64_t samples);
// Samples of video frames' length.
int64_t samples_of(int64_t frames, Rational rate);

// The file that a layout describes; the tracks' segments are whole Segments.
std::vector<uint8_t> assemble(const Mp4Layout& layout, const Mp4Tracks& tracks);
std::filesystem::path write_mp4(const std::filesystem::path& path, const Mp4Tracks& tracks);

// The NAL unit types of bytes with 4-byte lengths.
std::vector<int> nal_types(std::span<const uint8_t> bytes);

// What `ffprobe` says, "key=value" lines; `entries` as -show_entries reads them.
std::string probed(const std::filesystem::path& path, const std::string& entries, const std::string& stream = "");
// What follows "key=" in such lines.
std::vector<std::string> values_of(const std::string& lines, const std::string& key);
// One MD5 for each decoded picture.
std::vector<std::string> picture_hashes(const std::filesystem::path& path);

}  // namespace candid::encode::test
