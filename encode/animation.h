#pragma once
// A few seconds of frames as a picture that moves and loops for ever: previews for mail, which shows no video.
//
// Size, rate and colours (GIF) or quality (WebP) come from a fixed ladder: the highest rung that fits, guessed from how
// far the one before was too large. Frames are spread evenly over hundredths of a second, GIF's unit. Deterministic;
// any thread.

#include <cstdint>
#include <span>
#include <vector>

#include "core/error.h"
#include "core/time.h"
#include "media/frame.h"

namespace candid::encode {

struct AnimationLimits {
  uint64_t max_bytes = 1'000'000;
};

// Frames of one size, `rate` of them a second. Pictures are never enlarged. InvalidInput without frames, or when not
// even the lowest rung fits.
Result<std::vector<uint8_t>> to_gif(std::span<const media::Frame> frames, Rational rate,
                                    const AnimationLimits& limits = {});
Result<std::vector<uint8_t>> to_webp(std::span<const media::Frame> frames, Rational rate,
                                     const AnimationLimits& limits = {});

}  // namespace candid::encode
