#include "media/orientation.h"

extern "C" {
#include <libavutil/display.h>
}

#include <algorithm>
#include <cmath>

namespace candid::media {
namespace {

int even(double value) {
  return std::max(2, static_cast<int>(value) / 2 * 2);
}

bool is_sideways(Orientation orientation) {
  return orientation.degrees == 90 || orientation.degrees == 270;
}

}  // namespace

Orientation stream_orientation(const AVStream& stream) {
  const auto* matrix =
      reinterpret_cast<const int32_t*>(av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr));
  if (matrix == nullptr) return {};
  double angle = -av_display_rotation_get(matrix);
  if (std::isnan(angle)) return {};
  int degrees = (static_cast<int>(std::lround(angle / 90)) * 90 % 360 + 360) % 360;
  double determinant = static_cast<double>(matrix[0]) * matrix[4] - static_cast<double>(matrix[1]) * matrix[3];
  return {degrees, determinant < 0};
}

FrameSize upright_size(int width, int height, AVRational pixel_aspect, Orientation orientation) {
  double shown_width = width;
  double shown_height = height;
  if (pixel_aspect.num > 0 && pixel_aspect.den > 0) {
    // Square pixels without losing lines: the side with the longer pixels grows.
    double aspect = av_q2d(pixel_aspect);
    if (aspect > 1) shown_width *= aspect;
    if (aspect < 1) shown_height /= aspect;
  }
  if (is_sideways(orientation)) std::swap(shown_width, shown_height);
  return {even(std::round(shown_width)), even(std::round(shown_height))};
}

}  // namespace candid::media
