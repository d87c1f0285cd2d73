#include "overlay/element.h"

#include <algorithm>
#include <cmath>

#include "overlay/motion.h"

namespace candid::overlay {
namespace {

int share_of(int length, double share) {
  return static_cast<int>(std::lround(length * share));
}

}  // namespace

void Composition::Element::lay(media::Frame& frame, Microseconds time, Blending blending) const {
  BlendOptions options;
  options.blending = blending;
  options.opacity = opacity;
  if (grows) {
    double passed =
        static_cast<double>((time - start).count()) / static_cast<double>(std::max<int64_t>(1, (end - start).count()));
    options.window.right = share_of(patch->width, passed);
    return blend(frame, *patch, options);
  }
  double here = arrival(way, easing, time, start, end);
  double left = stays ? 1 : departure(way, easing, time, start, end);
  double shown = std::min(here, left);
  switch (motion) {
    case Motion::None:
      break;
    case Motion::Slide:
      options.dx = share_of(slide_x, 1 - shown);
      options.dy = share_of(slide_y, 1 - shown);
      [[fallthrough]];
    case Motion::Fade:
      options.opacity = share_of(opacity, shown);
      break;
    case Motion::Wipe: {
      // It comes from where reading begins, and goes the same way.
      int come = share_of(patch->width, here);
      int gone = share_of(patch->width, 1 - left);
      options.window.left = reads_from_right ? patch->width - come : gone;
      options.window.right = reads_from_right ? patch->width - gone : come;
      break;
    }
    case Motion::Type:
      options.opacity = share_of(opacity, left);
      if (!typed.empty()) return lay_typed(frame, options, here);
      options.opacity = share_of(opacity, shown);
      break;
  }
  blend(frame, *patch, options);
}

void Composition::Element::lay_typed(media::Frame& frame, BlendOptions options, double share) const {
  size_t letters = 0;
  for (const TypedLine& line : typed) letters += line.stops.size();
  auto shown = static_cast<size_t>(std::lround(static_cast<double>(letters) * share));
  for (const TypedLine& line : typed) {
    if (shown == 0) return;
    size_t here = std::min(shown, line.stops.size());
    shown -= here;
    bool is_whole = here == line.stops.size();
    // Outlines and shadows reach over a line's box: whole lines are shown as wide as the patch, and lines share the
    // space between them.
    size_t next = static_cast<size_t>(&line - typed.data()) + 1;
    options.window = {0, &line == typed.data() ? 0 : line.top, patch->width,
                      next == typed.size() ? patch->height : typed[next].top};
    if (here == 0) continue;
    if (!is_whole) (line.reads_from_right ? options.window.left : options.window.right) = line.stops[here - 1];
    blend(frame, *patch, options);
  }
}

}  // namespace candid::overlay
