#pragma once
// Where a box stands on the frame: at its anchor inside the safe area, and off faces. Internal to overlay.

#include <vector>

#include "media/frame.h"
#include "overlay/template.h"

namespace candid::overlay {

// A rectangle on the frame, px.
struct Box {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
};

// px at the frame's upper and lower edge, besides the margin, that are kept for others.
struct Reserved {
  double top = 0;
  double bottom = 0;
};

struct Placement {
  Box box;
  Anchor anchor = Anchor::BottomLeft;  // the one it came to stand at
  bool is_at_anchor = true;            // else somewhere between
  double covered = 0;                  // the share of a face that it covers all the same, 0..1
};

bool is_at_top(Anchor anchor);
bool is_at_bottom(Anchor anchor);

class Placer {
 public:
  // All are borrowed. `size` is the frame's.
  Placer(const Template& look, media::FrameSize size) : look_(look), size_(size) {}

  // px
  double unit() const;  // the frame's shorter side
  double margin() const { return look_.safe_area * unit(); }

  // A box of this size for a layer while it shows, from `start` to before `end`: at its anchor where no face is, else
  // at the nearest other anchor that is free, else nearest to it anywhere in the safe area, else where it covers least.
  Placement place(const Layer& layer, int width, int height, Microseconds start, Microseconds end,
                  Reserved reserved) const;
  // Whether a box, or one of this size at this anchor, would cover no face then.
  bool is_free(const Box& box, Microseconds start, Microseconds end) const;
  bool is_free(const Layer& layer, Anchor anchor, int width, int height, Microseconds start, Microseconds end) const;

 private:
  Box at_anchor(const Layer& layer, Anchor anchor, int width, int height, Reserved reserved) const;
  // How much of any face the box covers, 0..1.
  double covers(const Box& box, const std::vector<Box>& faces) const;
  std::vector<Box> faces_between(Microseconds start, Microseconds end) const;

  const Template& look_;
  media::FrameSize size_;
};

}  // namespace candid::overlay
