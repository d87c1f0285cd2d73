#pragma once
// The video that every message has: size, rate and length, and where it begins in the take.

#include <cstdint>

#include "core/time.h"
#include "media/frame.h"

namespace candid::campaign {

struct Timeline {
  media::FrameSize size;
  Rational rate{30, 1};
  int64_t frames = 0;
  Microseconds take_start{0};
  // The point of the take's picture that is kept in the middle where its edges are cut off, in shares of its sides.
  double focus_x = 0.5;
  double focus_y = 0.5;

  Microseconds time_of(int64_t frame) const { return Microseconds(frame * 1'000'000 * rate.den / rate.num); }
  Microseconds duration() const { return time_of(frames); }
  // The frame that shows at `time`, within the video.
  int64_t frame_at(Microseconds time) const;
  // The first frame that begins at `time` or later, 0 … frames.
  int64_t first_frame_from(Microseconds time) const;
};

}  // namespace candid::campaign
