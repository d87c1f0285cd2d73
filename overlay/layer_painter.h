#pragma once
// Draws layers into elements of a Composition: a file a family of kinds (layers_*.cpp). Internal to overlay.

#include <optional>

#include "overlay/composition.h"
#include "overlay/element.h"
#include "overlay/placement.h"
#include "overlay/text_block.h"

namespace candid::overlay {

// Words and what lies below them: one canvas, or two where the words appear letter by letter.
struct Sheet {
  Canvas ground;
  std::optional<Canvas> letters;
  std::vector<TypedLine> typed;
  bool reads_from_right = false;

  Sheet(int width, int height, Motion motion) : ground(width, height) {
    if (motion == Motion::Type) letters.emplace(width, height);
  }
  void write(const TextBlock& block, double x, double y, int box_width, const Ink& ink);
};

class LayerPainter {
 public:
  LayerPainter(Composition& into, const Template& look, const Fields& fields, media::FrameSize size,
               Microseconds duration, const DrawnPart& part)
      : into_(into), look_(look), fields_(fields), size_(size), duration_(duration), part_(part), placer_(look, size) {}

  Result<void> paint(const Layer& layer, size_t index);

 private:
  struct Span {
    Microseconds start, end;
  };
  // layers_lower_third.cpp
  Result<void> paint_lower_third(const Layer& layer);
  // layers_text.cpp
  Result<void> paint_text(const Layer& layer);
  Result<void> paint_captions(const Layer& layer);
  // Words on the layer's ground, `padding` of their font size beside them.
  Result<void> paint_boxed(const Layer& layer, TextSpec spec, double padding, Span span);
  // layers_image.cpp
  Result<void> paint_image(const Layer& layer);
  Result<void> paint_progress(const Layer& layer);
  // layers_card.cpp
  Result<void> paint_card(const Layer& layer);

  double unit() const { return placer_.unit(); }
  double margin() const { return placer_.margin(); }
  // The size wanted for the kind's main text, px.
  double font_size(const Layer& layer, double kind_default) const {
    return (layer.font_size > 0 ? layer.font_size : kind_default) * unit();
  }
  Result<std::string> words(const FieldText& text) const { return text.expand(fields_, Isolation::OfForeignDirection); }
  TextSpec text_spec(const Layer& layer, std::string text, double size) const;
  static Ink ink(const Layer& layer, Color color, double size);
  // Lays text out and adds what is wrong with it to `notes`.
  Result<TextBlock> layout(const TextSpec& spec, Findings& notes) const;
  Span span_of(const Layer& layer) const;
  // The band that burned-in captions keep for themselves, at the edge where they stand.
  Reserved reserved_for_captions() const;
  // Off faces and captions.
  Placement place(const Layer& layer, int width, int height, Span span) const;
  // What `measure(scale, notes)` gives, something with a width and a height, at the first scale at which it has a place
  // off faces: at an anchor, if it need not shrink too much for that. Its notes are told.
  template <typename Measure>
  auto fit(const Layer& layer, Span span, const Measure& measure);
  void tell_if_covering(const Placement& placement, Span span);
  // px
  struct Way {
    int x = 0;
    int y = 0;
  };
  Way way_in(const Layer& layer, Span span, const Box& box) const;
  // An element that comes and goes with its layer, at `box`.
  Composition::Element element(const Layer& layer, Span span, const Box& box) const;
  void add(Composition::Element element, Canvas& canvas, const Box& box);
  void add(const Layer& layer, Span span, const Placement& placement, Sheet& sheet);

  Composition& into_;
  const Template& look_;
  const Fields& fields_;
  media::FrameSize size_;
  Microseconds duration_;
  const DrawnPart& part_;
  Placer placer_;
  size_t index_ = 0;   // of the layer being painted
  size_t number_ = 0;  // as messages call it
};

template <typename Drawing>
struct Fitted {
  Drawing drawing;
  Placement placement;
  Findings notes;
};

template <typename Measure>
auto LayerPainter::fit(const Layer& layer, Span span, const Measure& measure) {
  using Drawing = typename std::invoke_result_t<Measure, double, Findings&>::value_type;
  struct Try {
    double scale;
    bool only_anchors;
  };
  std::optional<Fitted<Drawing>> best;
  for (Try tried : {Try{1.0, true}, {0.85, true}, {1.0, false}, {0.75, false}, {0.62, false}}) {
    Findings notes;
    Result<Drawing> drawing = measure(tried.scale, notes);
    if (!drawing) return Result<Fitted<Drawing>>(tl::unexpected(drawing.error()));
    Placement at = place(layer, (drawing->width + 1) & ~1, (drawing->height + 1) & ~1, span);
    // Words that are cut are worse than a place that was not wanted.
    bool is_worse_read = best && notes.size() > best->notes.size();
    bool is_good = at.covered == 0 && (at.is_at_anchor || !tried.only_anchors) && !is_worse_read;
    if (!best || is_good || (at.covered < best->placement.covered && !is_worse_read))
      best.emplace(Fitted<Drawing>{std::move(*drawing), at, std::move(notes)});
    if (is_good) break;
  }
  into_.findings_.insert(into_.findings_.end(), best->notes.begin(), best->notes.end());
  return Result<Fitted<Drawing>>(std::move(*best));
}

// How much of the edge at which captions stand they keep for themselves, of the frame's shorter side.
constexpr double kCaptionBand = 0.2;

}  // namespace candid::overlay
