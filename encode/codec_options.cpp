#include "encode/codec_options.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "encode/segment_encoder.h"

namespace candid::encode {
namespace {

// Where the picture is as good as x264's. Measured with FFmpeg's ssim filter (luma, mean of all frames) against the
// frames that went in: 227 frames of three webcam clips, 640x360 at 30 fps as VideoReader gives them, preset veryfast.
// SSIM-Y and kilobytes of picture (for all but libx264 with the file's index), at the values below:
//
//   crf   libx264       libx265       SVT-AV1 1.4   libvpx 1.12
//   20    .99029  446   .99025  312   .99028  244   .99022  472
//   23    .98703  268   .98696  177   .98715  142   .98693  279
//   27    .98047  134   .98054   98   .98042   77   .98077  158
//
// Other presets move each encoder its own way. At crf 23, SSIM-Y with superfast, faster and medium: libx264 .9894,
// .9894 and .9895; libx265 .9836, .9869 and .9878; SVT-AV1 .9844, .9871 and .9880; libvpx .9862, .9871 and .9868.
constexpr std::array<double, 3> kX264Crf = {20, 23, 27};

struct Quality {
  std::array<double, 3> crf;  // where kX264Crf are
  double best;
  double worst;
};
constexpr Quality kHevc = {{20.2, 24.2, 29.0}, 0, 51};
constexpr Quality kAv1 = {{30.7, 40.0, 51.5}, 1, 63};
constexpr Quality kVp9 = {{26.0, 33.1, 41.2}, 1, 63};

// In the order of presets(). Up to medium, SVT-AV1 takes 3 to 5 times x264's time, libvpx 1 to 3 times.
constexpr std::array<int, 7> kAv1Presets = {12, 10, 9, 8, 7, 6, 5};
// libvpx's realtime deadline is as quick as x264; its good one, several times slower, saves a tenth to a quarter of the
// bytes.
struct Vp9Speed {
  const char* deadline;
  int cpu_used;
};
constexpr std::array<Vp9Speed, 7> kVp9Speeds = {
    {{"realtime", 8}, {"realtime", 6}, {"realtime", 5}, {"good", 4}, {"good", 3}, {"good", 2}, {"good", 1}}};

const Quality& quality_of(Codec codec) {
  switch (codec) {
    case Codec::Av1:
      return kAv1;
    case Codec::Vp9:
      return kVp9;
    default:
      return kHevc;
  }
}

// Where the preset stands in presets().
Result<size_t> speed(const std::string& preset) {
  auto found = std::find(presets().begin(), presets().end(), preset);
  if (found == presets().end()) {
    return fail(ErrorKind::InvalidInput, fmt::format("\"{}\" is no preset", preset),
                fmt::format("choose one of: {}", fmt::join(presets(), ", ")));
  }
  return static_cast<size_t>(found - presets().begin());
}

}  // namespace

double matched_crf(Codec codec, double x264_crf) {
  const Quality& quality = quality_of(codec);
  // Straight lines through the measured points, the outer ones carried on.
  size_t from = x264_crf < kX264Crf[1] ? 0 : 1;
  double part = (x264_crf - kX264Crf[from]) / (kX264Crf[from + 1] - kX264Crf[from]);
  double crf = quality.crf[from] + part * (quality.crf[from + 1] - quality.crf[from]);
  return std::clamp(crf, quality.best, quality.worst);
}

Result<CodecOptions> codec_options(Codec codec, const VideoSettings& settings) {
  size_t index = TRY(speed(settings.preset));
  double crf = matched_crf(codec, settings.crf);
  switch (codec) {
    case Codec::Hevc:
      // pools, frame-threads: one thread. info: no SEI with x265's version and options. x265 writes to stderr itself.
      return CodecOptions{"libx265",
                          "hvc1",
                          {{"preset", settings.preset},
                           {"crf", fmt::format("{:.2f}", crf)},
                           {"forced-idr", "1"},
                           {"x265-params", "pools=none:frame-threads=1:open-gop=0:info=0:log-level=none"}}};
    case Codec::Av1:
      // lp: one processor's worth of threads; pin: but not all encoders on the same processor.
      return CodecOptions{"libsvtav1",
                          "av01",
                          {{"preset", std::to_string(kAv1Presets.at(index))},
                           {"crf", std::to_string(std::lround(crf))},
                           {"svtav1-params", "lp=1:pin=0"}}};
    case Codec::Vp9:
      return CodecOptions{"libvpx-vp9",
                          "vp09",
                          {{"deadline", kVp9Speeds.at(index).deadline},
                           {"cpu-used", std::to_string(kVp9Speeds.at(index).cpu_used)},
                           {"crf", std::to_string(std::lround(crf))},
                           {"lag-in-frames", "25"},
                           {"auto-alt-ref", "1"},
                           {"row-mt", "0"}}};
    case Codec::H264:
      break;
  }
  return fail(ErrorKind::Internal, "H.264 is made of segments, not whole");
}

}  // namespace candid::encode
