#include "campaign/video_shape.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace candid::campaign {

media::FrameSize size_of(const VideoShape& shape, int lines) {
  double unit = static_cast<double>(lines) / std::min(shape.across, shape.down);
  auto even = [&](int parts) { return static_cast<int>(std::lround(parts * unit / 2)) * 2; };
  return {even(shape.across), even(shape.down)};
}

std::string size_value(media::FrameSize size) {
  return fmt::format("{}x{}", size.width, size.height);
}

}  // namespace candid::campaign
