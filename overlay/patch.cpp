#include "overlay/patch.h"

#include <algorithm>
#include <cassert>

#include "overlay/color.h"

namespace candid::overlay {
namespace {

struct Argb {
  uint32_t a, r, g, b;
};

Argb read_pixel(const uint8_t* row, int x) {
  uint32_t value = reinterpret_cast<const uint32_t*>(row)[x];
  return {value >> 24, value >> 16 & 255, value >> 8 & 255, value & 255};
}

// Rows [y0, y1) and columns [x0, x1) of a patch plane that lie on the frame when its corner is at (left, top).
struct Clip {
  int x0, x1, y0, y1;
};

Clip clip(int left, int top, int width, int height, int frame_width, int frame_height) {
  return {std::max(0, -left), std::min(width, frame_width - left), std::max(0, -top),
          std::min(height, frame_height - top)};
}

void blend_plane(media::Plane target, const std::vector<uint8_t>& source, const std::vector<uint8_t>& alpha, int width,
                 int height, int left, int top, uint32_t opacity) {
  Clip visible = clip(left, top, width, height, target.width, target.height);
  for (int row = visible.y0; row < visible.y1; ++row) {
    uint8_t* to = target.data + static_cast<ptrdiff_t>(top + row) * target.stride + left;
    const uint8_t* from = source.data() + static_cast<ptrdiff_t>(row) * width;
    const uint8_t* weights = alpha.data() + static_cast<ptrdiff_t>(row) * width;
    for (int i = visible.x0; i < visible.x1; ++i) {
      // 0..255 * 0..256: a weight of 65280 is opaque.
      uint32_t weight = weights[i] * opacity;
      to[i] = static_cast<uint8_t>((to[i] * (65280 - weight) + from[i] * weight + 32640) / 65280);
    }
  }
}

}  // namespace

Patch make_patch(const uint8_t* argb, int stride, int width, int height, int x, int y) {
  assert(width % 2 == 0 && height % 2 == 0 && x % 2 == 0 && y % 2 == 0);
  Patch patch{x, y, width, height, {}, {}, {}, {}, {}};
  auto pixels = static_cast<size_t>(width) * static_cast<size_t>(height);
  patch.luma.assign(pixels, 16);
  patch.alpha.assign(pixels, 0);
  patch.cb.assign(pixels / 4, 128);
  patch.cr.assign(pixels / 4, 128);
  patch.chroma_alpha.assign(pixels / 4, 0);
  for (int row = 0; row < height; row += 2) {
    for (int column = 0; column < width; column += 2) {
      Argb sum{0, 0, 0, 0};
      for (int corner = 0; corner < 4; ++corner) {
        int px = column + (corner & 1);
        int py = row + (corner >> 1);
        Argb pixel = read_pixel(argb + static_cast<ptrdiff_t>(py) * stride, px);
        sum = {sum.a + pixel.a, sum.r + pixel.r, sum.g + pixel.g, sum.b + pixel.b};
        if (pixel.a == 0) continue;
        auto at = static_cast<size_t>(py) * static_cast<size_t>(width) + static_cast<size_t>(px);
        patch.alpha[at] = static_cast<uint8_t>(pixel.a);
        double scale = 255.0 / pixel.a;
        patch.luma[at] = to_yuv(pixel.r * scale, pixel.g * scale, pixel.b * scale).y;
      }
      if (sum.a == 0) continue;
      auto at = static_cast<size_t>(row / 2) * static_cast<size_t>(width / 2) + static_cast<size_t>(column / 2);
      double scale = 255.0 / sum.a;
      Yuv average = to_yuv(sum.r * scale, sum.g * scale, sum.b * scale);
      patch.cb[at] = average.cb;
      patch.cr[at] = average.cr;
      patch.chroma_alpha[at] = static_cast<uint8_t>((sum.a + 2) / 4);
    }
  }
  return patch;
}

void blend(media::Frame& frame, const Patch& patch, int dx, int dy, int opacity) {
  int left = (patch.x + dx) & ~1;
  int top = (patch.y + dy) & ~1;
  auto weight = static_cast<uint32_t>(std::clamp(opacity, 0, 256));
  if (weight == 0) return;
  blend_plane(frame.mutable_plane(0), patch.luma, patch.alpha, patch.width, patch.height, left, top, weight);
  blend_plane(frame.mutable_plane(1), patch.cb, patch.chroma_alpha, patch.width / 2, patch.height / 2, left / 2,
              top / 2, weight);
  blend_plane(frame.mutable_plane(2), patch.cr, patch.chroma_alpha, patch.width / 2, patch.height / 2, left / 2,
              top / 2, weight);
}

}  // namespace candid::overlay
