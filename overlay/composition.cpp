#include "overlay/composition.h"

#include <algorithm>
#include <numeric>

#include "overlay/element.h"
#include "overlay/layer_painter.h"

namespace candid::overlay {

Composition::Composition() = default;
Composition::Composition(const Composition&) = default;
Composition::Composition(Composition&&) noexcept = default;
Composition& Composition::operator=(const Composition&) = default;
Composition& Composition::operator=(Composition&&) noexcept = default;
Composition::~Composition() = default;

Result<Composition> Composition::create(const Template& look, const Fields& fields, media::FrameSize size,
                                        Microseconds duration) {
  std::vector<size_t> all(look.layers.size());
  std::iota(all.begin(), all.end(), size_t{0});
  return create(look, fields, size, duration, {all});
}

Result<Composition> Composition::create(const Template& look, const Fields& fields, media::FrameSize size,
                                        Microseconds duration, const DrawnPart& part) {
  Composition made;
  made.blending_ = look.blending;
  LayerPainter painter(made, look, fields, size, duration, part);
  for (size_t i : part.layers) TRY_VOID(painter.paint(look.layers.at(i), i));
  return made;
}

Composition Composition::merged(const Composition& a, const Composition& b) {
  Composition both = a;
  both.elements_.insert(both.elements_.end(), b.elements_.begin(), b.elements_.end());
  std::stable_sort(both.elements_.begin(), both.elements_.end(),
                   [](const Element& x, const Element& y) { return x.layer < y.layer; });
  both.findings_.insert(both.findings_.end(), b.findings_.begin(), b.findings_.end());
  return both;
}

Composition Composition::below(size_t layer) const {
  Composition part = *this;
  std::erase_if(part.elements_, [&](const Element& element) { return element.layer >= layer; });
  return part;
}

Composition Composition::from(size_t layer) const {
  Composition part = *this;
  std::erase_if(part.elements_, [&](const Element& element) { return element.layer < layer; });
  return part;
}

Result<void> Composition::apply(media::Frame& frame, Microseconds time) const {
  bool writable = false;
  for (const Element& element : elements_) {
    if (time < element.start || time >= element.end) continue;
    if (!writable) TRY_VOID(frame.make_writable());
    writable = true;
    element.lay(frame, time, blending_);
  }
  return {};
}

}  // namespace candid::overlay
