#include "tests/media/pictures.h"

#include <cmath>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/results.h"

namespace candid::media::test {

using candid::test::must;

namespace {

double plane_mean(ConstPlane plane, int x, int y, int width, int height) {
  double sum = 0;
  for (int row = y; row < y + height; ++row) {
    for (int column = x; column < x + width; ++column) {
      sum += plane.data[static_cast<ptrdiff_t>(row) * plane.stride + column];
    }
  }
  return sum / (width * height);
}

}  // namespace

const char* const kLossless =
    "-c:v libx264 -preset ultrafast -qp 0 -colorspace bt709 -color_primaries bt709 -color_trc bt709";

Color mean(const Frame& frame, int x, int y, int width, int height) {
  return {plane_mean(frame.plane(0), x, y, width, height),
          plane_mean(frame.plane(1), x / 2, y / 2, std::max(1, width / 2), std::max(1, height / 2)),
          plane_mean(frame.plane(2), x / 2, y / 2, std::max(1, width / 2), std::max(1, height / 2))};
}

Color mean(const Frame& frame) {
  return mean(frame, 0, 0, frame.size().width, frame.size().height);
}

void expect_color(const Color& seen, const Color& expected, double tolerance, const std::string& what) {
  EXPECT_NEAR(seen.y, expected.y, tolerance) << what;
  EXPECT_NEAR(seen.cb, expected.cb, tolerance) << what;
  EXPECT_NEAR(seen.cr, expected.cr, tolerance) << what;
}

std::vector<Frame> read_all(const std::filesystem::path& path, const VideoRequest& request) {
  auto reader = must(VideoReader::open(path, request));
  std::vector<Frame> frames;
  while (auto frame = must(reader.next())) frames.push_back(std::move(*frame));
  return frames;
}

Samples read_all_sound(const std::filesystem::path& path, Microseconds start, int64_t frame_count,
                       const SoundTreatment& treatment) {
  auto reader = must(AudioReader::open(path, start, frame_count, treatment));
  Samples sound;
  while (true) {
    Samples block = must(reader.next(1023));
    if (block.empty()) return sound;
    sound.insert(sound.end(), block.begin(), block.end());
  }
}

Samples left_of(const Samples& sound) {
  Samples left;
  for (size_t i = 0; i < sound.size(); i += kChannels) left.push_back(sound[i]);
  return left;
}

std::string numbered(const std::string& rate, int frames) {
  return fmt::format(
      "-f lavfi -i \"color=black:s=64x64:r={0},format=yuv420p,geq=lum=16+2*N:cb=128:cr=128,trim=end_frame={1}\"", rate,
      frames);
}

int number_of(const Frame& frame) {
  return static_cast<int>(std::lround((mean(frame).y - 16) / 2));
}

std::vector<int> numbers_of(const std::vector<Frame>& frames) {
  std::vector<int> numbers;
  for (const Frame& frame : frames) numbers.push_back(number_of(frame));
  return numbers;
}

std::optional<int64_t> onset(const Samples& sound, float level) {
  for (size_t i = 0; i < sound.size(); ++i) {
    if (std::abs(sound[i]) > level) return static_cast<int64_t>(i / kChannels);
  }
  return std::nullopt;
}

}  // namespace candid::media::test
