#pragma once
// The mark that says "this plays": a dark translucent disc with a white triangle, for posters and previews.

#include "media/frame.h"
#include "overlay/patch.h"

namespace candid::overlay {

// In the middle of a picture of this size, as wide as 22 % of its shorter side.
Patch draw_play_mark(media::FrameSize size);

}  // namespace candid::overlay
