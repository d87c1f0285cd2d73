#pragma once
// One picture going over into another.

#include <cstdint>

#include "core/error.h"
#include "media/frame.h"

namespace candid::overlay {

// Mixes `to` into `frame` (which becomes writable; the same size) as picture `index` of `count` that lie between the
// two clips: its share is (index + 1) / (count + 1), so that neither end repeats an unmixed picture. Linear in the
// frame's own values, as players and editors do it.
Result<void> crossfade(media::Frame& frame, const media::Frame& to, int64_t index, int64_t count);

}  // namespace candid::overlay
