#pragma once
// A drawn rectangle, ready to be laid over frames: Y'CbCr 4:2:0 with alpha, so that blending never leaves the frame's
// own colour space and touches no pixel outside the rectangle.

#include <cstdint>
#include <vector>

#include "media/frame.h"

namespace candid::overlay {

struct Patch {
  int x = 0;  // place of the left top corner on the frame; even
  int y = 0;
  int width = 0;  // even
  int height = 0;
  std::vector<uint8_t> luma;   // width * height
  std::vector<uint8_t> alpha;  // width * height
  std::vector<uint8_t> cb;     // a quarter as many
  std::vector<uint8_t> cr;
  std::vector<uint8_t> chroma_alpha;  // a quarter as many
};

// From premultiplied native-endian ARGB (cairo's ARGB32), `stride` bytes a row. Chroma is averaged by its alpha, so
// that edges keep their colour. width and height must be even.
Patch make_patch(const uint8_t* argb, int stride, int width, int height, int x, int y);

// Lays the patch over a writable frame, moved by (dx, dy) pixels (rounded down to even) and faded by opacity 0..256.
// What falls outside the frame is left out.
void blend(media::Frame& frame, const Patch& patch, int dx, int dy, int opacity);

}  // namespace candid::overlay
