#pragma once
// One candidate's overlays, drawn once and then laid over frame after frame.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/fields.h"
#include "core/finding.h"
#include "media/frame.h"
#include "overlay/patch.h"
#include "overlay/template.h"

namespace candid::overlay {

class Composition {
 public:
  // Draws every layer of `look` for frames of `size` and a video of `duration`. Needs a value for every field.
  // May be called from several threads at once.
  static Result<Composition> create(const Template& look, const Fields& fields, media::FrameSize size,
                                    Microseconds duration);
  // The same of some layers only, given by index; each is drawn where it is among all of them.
  static Result<Composition> create(const Template& look, const Fields& fields, media::FrameSize size,
                                    Microseconds duration, std::span<const size_t> layers);

  // Compositions of different layers of one template, laid in the template's order. Pixels are shared, not copied.
  static Composition merged(const Composition& a, const Composition& b);
  // What lies below a layer, and that layer with all above it: applied one after the other, they are the whole.
  Composition below(size_t layer) const;
  Composition from(size_t layer) const;

  // Lays what shows at `time` over the frame (which becomes writable). Thread-safe.
  Result<void> apply(media::Frame& frame, Microseconds time) const;

  // Text that had to be cut, or characters no font has; `column` is "layer[N]".
  const Findings& findings() const { return findings_; }

 private:
  friend class LayerPainter;
  // A patch on the timeline.
  struct Element {
    std::shared_ptr<const Patch> patch;
    size_t layer = 0;  // index in the template
    Microseconds start{0};
    Microseconds end{0};
    bool stays = false;  // to the video's very end: its last frame, where the player rests, shows it in full
    Motion motion = Motion::None;
    int slide_x = 0;  // px it comes from, for Motion::Slide
    int slide_y = 0;
  };
  std::vector<Element> elements_;
  Findings findings_;
};

// A drawn line of text on transparent ground, e.g. a caption below a proof picture. At most max_width px wide.
Result<Patch> draw_label(const std::string& text, double size_px, int max_width, Color color, int x, int y,
                         bool bold = false);

// A picture file scaled to `size`, with its left top corner at (x, y).
Result<Patch> draw_picture(const std::filesystem::path& path, media::FrameSize size, int x, int y);

// Fails when the file is not a picture that Image can draw.
Result<void> check_image(const std::filesystem::path& path);

}  // namespace candid::overlay
