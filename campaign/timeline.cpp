#include "campaign/timeline.h"

#include <algorithm>

namespace candid::campaign {

int64_t Timeline::frame_at(Microseconds time) const {
  if (time <= Microseconds{0}) return 0;
  if (time >= duration()) return frames - 1;
  // As time_of() rounds down, the frame that begins at its time is one later than the division says.
  int64_t frame = time.count() * rate.num / (int64_t{1'000'000} * rate.den);
  while (frame + 1 < frames && time_of(frame + 1) <= time) ++frame;
  return frame;
}

int64_t Timeline::first_frame_from(Microseconds time) const {
  if (time <= Microseconds{0}) return 0;
  // time_of() rounds down to a microsecond: the estimate is one off at most.
  int64_t frame = std::max<int64_t>(0, time.count() * rate.num / (int64_t{1'000'000} * rate.den) - 1);
  while (frame < frames && time_of(frame) < time) ++frame;
  return std::min(frame, frames);
}

}  // namespace candid::campaign
