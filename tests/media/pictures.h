#pragma once
// Looking at frames and sound, and the clips that several tests share.

#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "media/audio_reader.h"
#include "media/video_reader.h"

namespace candid::media::test {

// A colour as the house has it: 8-bit limited-range BT.709.
struct Color {
  double y = 0;
  double cb = 0;
  double cr = 0;
};

// The mean over a rectangle, in luma pixels.
Color mean(const Frame& frame, int x, int y, int width, int height);
// Over the whole frame.
Color mean(const Frame& frame);

// Each part within `tolerance`.
void expect_color(const Color& seen, const Color& expected, double tolerance, const std::string& what = "");

// All frames of a request.
std::vector<Frame> read_all(const std::filesystem::path& path, const VideoRequest& request);
// All samples, asked for in odd portions.
Samples read_all_sound(const std::filesystem::path& path, Microseconds start, int64_t frame_count,
                       const SoundTreatment& treatment = {});
// The first channel.
Samples left_of(const Samples& sound);

// A lavfi source whose luma tells the frame: number n has 16 + 2n, up to n = 100. `rate` as ffmpeg reads it.
std::string numbered(const std::string& rate, int frames);
// Encoded without loss, tagged BT.709.
extern const char* const kLossless;
// The number that a frame of such a clip carries.
int number_of(const Frame& frame);
std::vector<int> numbers_of(const std::vector<Frame>& frames);

// The first sample (a channel) that is louder than `level`; nothing when all are quiet.
std::optional<int64_t> onset(const Samples& sound, float level = 0.02F);

}  // namespace candid::media::test
