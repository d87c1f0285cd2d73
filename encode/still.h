#pragma once
// One frame as a picture file, for posters and proofs.

#include <cstdint>
#include <vector>

#include "core/error.h"
#include "media/frame.h"

namespace candid::encode {

// JFIF (BT.601, full range), scaled to `size`. quality 1..100.
Result<std::vector<uint8_t>> to_jpeg(const media::Frame& frame, media::FrameSize size, int quality = 85);

// 24-bit RGB at the frame's own size.
Result<std::vector<uint8_t>> to_png(const media::Frame& frame);

// The frame scaled to `size` (shape is not kept; choose `size` so that it is).
Result<media::Frame> scaled(const media::Frame& frame, media::FrameSize size);

}  // namespace candid::encode
