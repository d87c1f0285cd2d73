#include "overlay/blend.h"

#include <algorithm>
#include <cstring>

#include "overlay/linear_light.h"

namespace candid::overlay {
namespace {

// Pixels of a patch's plane, by their corner's place on the frame's plane, and the part of them that is drawn.
struct Area {
  int left, top;
  int first_x, end_x, first_y, end_y;
};

Area visible_area(const Patch& patch, const media::Plane& plane, const BlendOptions& options, int shift) {
  int left = ((patch.x + options.dx) & ~1) >> shift;
  int top = ((patch.y + options.dy) & ~1) >> shift;
  const Window& window = options.window;
  auto edge = [&](int value, int most) { return (std::clamp(value, 0, most) & ~1) >> shift; };
  int width = edge(window.right, patch.width);
  int height = edge(window.bottom, patch.height);
  return {left,
          top,
          std::max(edge(window.left, patch.width), -left),
          std::min(width, plane.width - left),
          std::max(edge(window.top, patch.height), -top),
          std::min(height, plane.height - top)};
}

// Weights of 0..256 in 16 bits, for the compiler to do eight or sixteen at once: 255 * 256 + 128 just fits.
void mix(uint8_t* __restrict to, const uint8_t* __restrict from, const uint8_t* __restrict alpha, int count) {
  for (int i = 0; i < count; ++i) {
    auto weight = static_cast<uint16_t>(alpha[i] + (alpha[i] >> 7));
    to[i] = static_cast<uint8_t>(static_cast<uint16_t>(to[i] * (256 - weight) + from[i] * weight + 128) >> 8);
  }
}

// The same with all weights times opacity / 256, for an opacity below 256.
void mix_faintly(uint8_t* __restrict to, const uint8_t* __restrict from, const uint8_t* __restrict alpha, int count,
                 uint16_t opacity) {
  for (int i = 0; i < count; ++i) {
    auto full = static_cast<uint16_t>(alpha[i] + (alpha[i] >> 7));
    auto weight = static_cast<uint16_t>(static_cast<uint16_t>(full * opacity) >> 8);
    to[i] = static_cast<uint8_t>(static_cast<uint16_t>(to[i] * (256 - weight) + from[i] * weight + 128) >> 8);
  }
}

void blend_plane(media::Plane target, const std::vector<uint8_t>& source, const Coverage& coverage, int width,
                 const Area& area, int opacity) {
  for (int y = area.first_y; y < area.end_y; ++y) {
    uint8_t* to = target.data + static_cast<ptrdiff_t>(area.top + y) * target.stride + area.left;
    const uint8_t* from = source.data() + static_cast<ptrdiff_t>(y) * width;
    const uint8_t* alpha = coverage.row(y);
    for (const PixelRun* run = coverage.begin(y); run != coverage.end(y); ++run) {
      int first = std::max(run->first, area.first_x);
      int count = std::min(run->end, area.end_x) - first;
      if (count <= 0) continue;
      if (opacity < 256) {
        mix_faintly(to + first, from + first, alpha + first, count, static_cast<uint16_t>(opacity));
      } else if (run->is_opaque) {
        std::memcpy(to + first, from + first, static_cast<size_t>(count));
      } else {
        mix(to + first, from + first, alpha + first, count);
      }
    }
  }
}

// Where a 2x2 block of pixels shares one colour, in light: block by block, wherever something is drawn at all.
void blend_linear(media::Frame& frame, const Patch& patch, const BlendOptions& options) {
  media::Plane luma = frame.mutable_plane(0);
  media::Plane cb = frame.mutable_plane(1);
  media::Plane cr = frame.mutable_plane(2);
  Area area = visible_area(patch, cb, options, 1);
  for (int y = area.first_y; y < area.end_y; ++y) {
    const uint8_t* chroma_alpha = patch.chroma_coverage.row(y);
    for (int x = area.first_x; x < area.end_x; ++x) {
      if (chroma_alpha[x] == 0) continue;
      Block below;
      Block above;
      float weights[4];
      uint8_t* places[4];
      for (int corner = 0; corner < 4; ++corner) {
        int px = 2 * x + (corner & 1);
        int py = 2 * y + (corner >> 1);
        places[corner] = luma.data + static_cast<ptrdiff_t>(2 * area.top + py) * luma.stride + 2 * area.left + px;
        below.luma[corner] = *places[corner];
        above.luma[corner] =
            patch.luma[static_cast<size_t>(py) * static_cast<size_t>(patch.width) + static_cast<size_t>(px)];
        weights[corner] = static_cast<float>(patch.coverage.row(py)[px] * options.opacity) / 65280.0F;
      }
      uint8_t& target_cb = cb.data[static_cast<ptrdiff_t>(area.top + y) * cb.stride + area.left + x];
      uint8_t& target_cr = cr.data[static_cast<ptrdiff_t>(area.top + y) * cr.stride + area.left + x];
      below.cb = target_cb;
      below.cr = target_cr;
      auto at = static_cast<size_t>(y) * static_cast<size_t>(patch.width / 2) + static_cast<size_t>(x);
      above.cb = patch.cb[at];
      above.cr = patch.cr[at];
      Block mixed = mix_light(below, above, weights);
      for (int corner = 0; corner < 4; ++corner) *places[corner] = mixed.luma[corner];
      target_cb = mixed.cb;
      target_cr = mixed.cr;
    }
  }
}

}  // namespace

void blend(media::Frame& frame, const Patch& patch, const BlendOptions& options) {
  int opacity = std::clamp(options.opacity, 0, 256);
  if (opacity == 0) return;
  if (options.blending == Blending::Linear) return blend_linear(frame, patch, options);
  media::Plane luma = frame.mutable_plane(0);
  blend_plane(luma, patch.luma, patch.coverage, patch.width, visible_area(patch, luma, options, 0), opacity);
  for (int index : {1, 2}) {
    media::Plane chroma = frame.mutable_plane(index);
    blend_plane(chroma, index == 1 ? patch.cb : patch.cr, patch.chroma_coverage, patch.width / 2,
                visible_area(patch, chroma, options, 1), opacity);
  }
}

}  // namespace candid::overlay
