#pragma once
// Draws layers into elements of a Composition: a file a family of kinds (layers_*.cpp). Internal to overlay.

#include "overlay/composition.h"
#include "overlay/text_block.h"

namespace candid::overlay {

class LayerPainter {
 public:
  LayerPainter(Composition& into, const Template& look, const Fields& fields, media::FrameSize size,
               Microseconds duration)
      : into_(into), look_(look), fields_(fields), size_(size), duration_(duration) {}

  Result<void> paint(const Layer& layer, size_t index);

 private:
  // layers_text.cpp
  Result<void> paint_lower_third(const Layer& layer);
  Result<void> paint_text(const Layer& layer);
  Result<void> paint_captions(const Layer& layer);
  // layers_image.cpp
  Result<void> paint_image(const Layer& layer);
  // layers_card.cpp
  Result<void> paint_card(const Layer& layer);

  // The frame's shorter side, px: what fractions refer to.
  double unit() const { return std::min(size_.width, size_.height); }
  double margin() const { return 0.05 * unit(); }
  // The size wanted for the kind's main text, px.
  double font_size(const Layer& layer, double kind_default) const {
    return (layer.font_size > 0 ? layer.font_size : kind_default) * unit();
  }
  TextSpec text_spec(const Layer& layer, std::string text, double size) const;
  // Lays text out and notes what is wrong with it.
  Result<TextBlock> layout(const TextSpec& spec);
  // Words on a rounded ground, `pad` px beside them.
  Result<Canvas> boxed(const Layer& layer, const TextSpec& spec, double pad, double radius);
  // Left top corner of a box of this size at the layer's anchor, inside the safe area.
  struct Corner {
    int x, y;
  };
  Corner corner(Anchor anchor, int width, int height, double bottom_margin) const;
  void add(Patch patch, const Layer& layer);

  Composition& into_;
  const Template& look_;
  const Fields& fields_;
  media::FrameSize size_;
  Microseconds duration_;
  size_t index_ = 0;  // of the layer being painted
};

}  // namespace candid::overlay
