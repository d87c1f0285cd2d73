#pragma once
// One candidate's overlays, drawn once and then laid over frame after frame.

#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "core/error.h"
#include "core/fields.h"
#include "core/finding.h"
#include "media/frame.h"
#include "overlay/template.h"

namespace candid::overlay {

// Gives each captions layer the one place at which the fewest of its lines cover a face, its own where that is as good;
// so captions do not jump. Lines that are not free even there move on their own. To be called once a template has its
// lines and faces, before anything is drawn.
void settle_captions(Template& look, media::FrameSize size);

// Some of a template's layers, by index, and of its captions those that show in [from, to).
struct DrawnPart {
  std::span<const size_t> layers;
  Microseconds from{0};
  Microseconds to{std::numeric_limits<int64_t>::max()};
};

class Composition {
 public:
  // Draws every layer of `look` for frames of `size` and a video of `duration`. Needs a value for every field.
  // May be called from several threads at once.
  static Result<Composition> create(const Template& look, const Fields& fields, media::FrameSize size,
                                    Microseconds duration);
  // The same of a part only; each layer is drawn where it is among all of them.
  static Result<Composition> create(const Template& look, const Fields& fields, media::FrameSize size,
                                    Microseconds duration, const DrawnPart& part);

  Composition();
  Composition(const Composition&);
  Composition(Composition&&) noexcept;
  Composition& operator=(const Composition&);
  Composition& operator=(Composition&&) noexcept;
  ~Composition();

  // Compositions of different layers of one template, laid in the template's order. Pixels are shared, not copied.
  static Composition merged(const Composition& a, const Composition& b);
  // What lies below a layer, and that layer with all above it: applied one after the other, they are the whole.
  Composition below(size_t layer) const;
  Composition from(size_t layer) const;

  // Lays what shows at `time` over the frame (which becomes writable). Thread-safe.
  Result<void> apply(media::Frame& frame, Microseconds time) const;

  // Text that had to be cut, characters no font has, a face that is covered; `column` is "layer[N]".
  const Findings& findings() const { return findings_; }

 private:
  friend class LayerPainter;
  struct Element;
  std::vector<Element> elements_;
  Blending blending_ = Blending::Gamma;
  Findings findings_;
};

}  // namespace candid::overlay
