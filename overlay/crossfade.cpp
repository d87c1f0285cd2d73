#include "overlay/crossfade.h"

#include <cassert>
#include <cmath>

namespace candid::overlay {

Result<void> crossfade(media::Frame& frame, const media::Frame& to, int64_t index, int64_t count) {
  assert(frame.size() == to.size() && index >= 0 && index < count);
  TRY_VOID(frame.make_writable());
  auto share = static_cast<int>(std::lround(256.0 * static_cast<double>(index + 1) / static_cast<double>(count + 1)));
  for (int number = 0; number < 3; ++number) {
    media::Plane mixed = frame.mutable_plane(number);
    media::ConstPlane other = to.plane(number);
    for (int y = 0; y < mixed.height; ++y) {
      uint8_t* row = mixed.data + static_cast<ptrdiff_t>(y) * mixed.stride;
      const uint8_t* over = other.data + static_cast<ptrdiff_t>(y) * other.stride;
      for (int x = 0; x < mixed.width; ++x)
        row[x] = static_cast<uint8_t>((row[x] * (256 - share) + over[x] * share + 128) >> 8);
    }
  }
  return {};
}

}  // namespace candid::overlay
