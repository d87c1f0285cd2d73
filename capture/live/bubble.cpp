#include "capture/live/bubble.h"

#include <algorithm>
#include <cmath>

namespace candid::capture {
namespace {

// Shares of the screen's shorter side.
constexpr double kDiameter = 0.26;
constexpr double kBubbleMargin = 0.035;
constexpr double kRing = 0.006;
constexpr uint8_t kRingColor[3] = {235, 128, 128};  // white

int even(double value) {
  return static_cast<int>(std::lround(value)) / 2 * 2;
}

// The share of a pixel that lies within the circle, by its distance from the edge.
uint8_t coverage(double distance, double radius) {
  return static_cast<uint8_t>(std::lround(255 * std::clamp(radius - distance + 0.5, 0.0, 1.0)));
}

}  // namespace

Bubble::Mask Bubble::make_mask(int side, double ring) {
  Mask mask{side, {}, {}};
  const double middle = side / 2.0;
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      double distance = std::hypot(x + 0.5 - middle, y + 0.5 - middle);
      uint8_t whole = coverage(distance, middle);
      uint8_t camera = coverage(distance, middle - ring);
      mask.camera.push_back(camera);
      mask.ring.push_back(static_cast<uint8_t>(whole - camera));
    }
  }
  return mask;
}

Bubble::Bubble(media::FrameSize screen, Corner corner) {
  const int shorter = std::min(screen.width, screen.height);
  const int margin = even(kBubbleMargin * shorter);
  side_ = std::max(16, even(kDiameter * shorter));
  const bool is_left = corner == Corner::BottomLeft || corner == Corner::TopLeft;
  const bool is_top = corner == Corner::TopRight || corner == Corner::TopLeft;
  left_ = is_left ? margin : screen.width - side_ - margin;
  top_ = is_top ? margin : screen.height - side_ - margin;
  const double ring = std::max(1.0, kRing * shorter);
  luma_ = make_mask(side_, ring);
  chroma_ = make_mask(side_ / 2, ring / 2);
}

Result<void> Bubble::draw(media::Frame& screen, const media::Frame& camera) const {
  TRY_VOID(screen.make_writable());
  for (int i = 0; i < 3; ++i) {
    const Mask& mask = i == 0 ? luma_ : chroma_;
    const int shrink = i == 0 ? 1 : 2;
    media::Plane below = screen.mutable_plane(i);
    media::ConstPlane above = camera.plane(i);
    const int color = kRingColor[i];
    for (int y = 0; y < mask.side; ++y) {
      uint8_t* out = below.data + (top_ / shrink + y) * below.stride + left_ / shrink;
      const uint8_t* in = above.data + y * above.stride;
      const uint8_t* share = mask.camera.data() + static_cast<size_t>(y) * static_cast<size_t>(mask.side);
      const uint8_t* ring = mask.ring.data() + static_cast<size_t>(y) * static_cast<size_t>(mask.side);
      for (int x = 0; x < mask.side; ++x) {
        int rest = 255 - share[x] - ring[x];
        out[x] = static_cast<uint8_t>((in[x] * share[x] + color * ring[x] + out[x] * rest + 127) / 255);
      }
    }
  }
  return {};
}

}  // namespace candid::capture
