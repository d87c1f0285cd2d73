#pragma once
// What a stream says of how its pictures are to be shown. Internal to media.

#include "media/av.h"
#include "media/picture_converter.h"

namespace candid::media {

// From its display matrix (ISO/IEC 14496-12 §8.3.2).
Orientation stream_orientation(const AVStream& stream);

// Upright, with square pixels, each side rounded down to even.
FrameSize upright_size(int width, int height, AVRational pixel_aspect, Orientation orientation);

}  // namespace candid::media
