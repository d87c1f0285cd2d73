#include "overlay/motion.h"

#include <algorithm>

namespace candid::overlay {

double eased(Easing easing, double x) {
  switch (easing) {
    case Easing::Linear:
      return x;
    case Easing::In:
      return x * x * x;
    case Easing::Out:
      return 1 - (1 - x) * (1 - x) * (1 - x);
    case Easing::InOut:
      break;
  }
  return x * x * (3 - 2 * x);
}

double arrival(Microseconds way, Easing easing, Microseconds time, Microseconds start, Microseconds end) {
  way = std::min(way, (end - start) / 3);
  if (way.count() <= 0) return 1;
  // The first frame shows something already.
  double done = static_cast<double>((time - start).count() + 1) / static_cast<double>(way.count());
  return eased(easing, std::clamp(done, 0.0, 1.0));
}

double departure(Microseconds way, Easing easing, Microseconds time, Microseconds start, Microseconds end) {
  way = std::min(way, (end - start) / 3);
  if (way.count() <= 0) return 1;
  double left = static_cast<double>((end - time).count()) / static_cast<double>(way.count());
  return eased(easing, std::clamp(left, 0.0, 1.0));
}

}  // namespace candid::overlay
