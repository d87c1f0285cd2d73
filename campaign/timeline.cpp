#include "campaign/timeline.h"

#include <algorithm>
#include <cmath>

namespace candid::campaign {

int64_t Timeline::frame_at(Microseconds time) const {
  auto frame = static_cast<int64_t>(std::floor(static_cast<double>(time.count()) / 1e6 * rate.value() + 1e-6));
  return std::clamp<int64_t>(frame, 0, frames - 1);
}

int64_t Timeline::first_frame_from(Microseconds time) const {
  if (time <= Microseconds{0}) return 0;
  // time_of() rounds down to a microsecond: the estimate is one off at most.
  int64_t frame = std::max<int64_t>(0, time.count() * rate.num / (int64_t{1'000'000} * rate.den) - 1);
  while (frame < frames && time_of(frame) < time) ++frame;
  return std::min(frame, frames);
}

}  // namespace candid::campaign
