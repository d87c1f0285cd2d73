#pragma once
// A patch on the timeline. Internal to overlay.

#include <memory>
#include <vector>

#include "overlay/blend.h"
#include "overlay/composition.h"
#include "overlay/text_block.h"

namespace candid::overlay {

struct Composition::Element {
  std::shared_ptr<const Patch> patch;
  size_t layer = 0;  // index in the template
  Microseconds start{0};
  Microseconds end{0};
  bool stays = false;  // to the video's very end: its last frame, where the player rests, shows it in full
  int opacity = 256;
  Motion motion = Motion::None;
  Easing easing = Easing::InOut;
  Microseconds way{0};  // how long it takes to come, and to go
  int slide_x = 0;      // px it comes from, for Motion::Slide
  int slide_y = 0;
  bool reads_from_right = false;  // for Motion::Wipe
  std::vector<TypedLine> typed;   // for Motion::Type: the words of this patch
  bool grows = false;             // shows its left part, as much as has passed of its time

  // Lays what shows of it at `time`, which lies between start and end.
  void lay(media::Frame& frame, Microseconds time, Blending blending) const;

 private:
  void lay_typed(media::Frame& frame, BlendOptions options, double share) const;
};

}  // namespace candid::overlay
