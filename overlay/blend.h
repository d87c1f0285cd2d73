#pragma once
// Laying patches over frames.

#include <limits>

#include "media/frame.h"
#include "overlay/patch.h"
#include "overlay/template.h"

namespace candid::overlay {

// A rectangle in a patch, px.
struct Window {
  int left = 0;
  int top = 0;
  int right = std::numeric_limits<int>::max();
  int bottom = std::numeric_limits<int>::max();
};

struct BlendOptions {
  int dx = 0;  // px the patch is moved by; the place is rounded down to even
  int dy = 0;
  int opacity = 256;   // 0..256
  Window window = {};  // only this part of the patch; its edges are rounded down to even
  Blending blending = Blending::Gamma;
};

// Lays the patch over a writable frame. What falls outside the frame is left out.
void blend(media::Frame& frame, const Patch& patch, const BlendOptions& options = {});

}  // namespace candid::overlay
