// Words in a box, and captions.

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "overlay/layer_painter.h"

namespace candid::overlay {
namespace {

constexpr double kCaptionSize = 0.05;      // of the frame's shorter side
constexpr double kCharactersALine = 42;    // see media/caption_rules.h
constexpr double kWidthOfCharacter = 0.5;  // of the font size, about

double padding(const Layer& layer, double size, double share) {
  return layer.shape == Shape::None || layer.shape == Shape::Underline
             ? TextBlock::reach({{}, layer.style.outline * size, {}, layer.style.shadow}, size)
             : std::round(size * share);
}

}  // namespace

Result<void> LayerPainter::paint_boxed(const Layer& layer, TextSpec spec, double padding_share, Span span) {
  struct Words {
    TextBlock block;
    double pad;
    int width;
    int height;
  };
  auto measure = [&](double scale, Findings& notes) -> Result<Words> {
    TextSpec scaled = spec;
    scaled.size *= scale;
    scaled.min_size = layer.min_font_size > 0 ? std::min(spec.min_size, scaled.size) : spec.min_size * scale;
    double pad = padding(layer, scaled.size, padding_share);
    scaled.max_width = static_cast<int>(spec.max_width * scale - 2 * pad);
    TextBlock block = TRY(layout(scaled, notes));
    int width = static_cast<int>(block.width() + 2 * pad);
    int rule = layer.shape == Shape::Underline ? static_cast<int>(scaled.size * 0.3) : 0;
    int height = static_cast<int>(block.height() + pad) + rule;
    return Words{std::move(block), pad, width, height};
  };
  auto fitted = TRY(fit(layer, span, measure));
  const TextBlock& block = fitted.drawing.block;
  const double pad = fitted.drawing.pad;

  Sheet sheet(fitted.drawing.width, fitted.drawing.height, layer.motion);
  sheet.reads_from_right = block.reads_from_right();
  Canvas& ground = sheet.ground;
  const double size = block.size();
  bool has_ground = layer.shape == Shape::Panel || layer.shape == Shape::Bar || layer.shape == Shape::Block;
  if (has_ground) ground.fill_rounded(0, 0, ground.width(), ground.height(), size * layer.radius, layer.background);
  if (layer.shape == Shape::Underline) {
    double thickness = std::max(3.0, std::round(size * 0.09));
    double width = std::min<double>(block.width(), size * 2.2);
    bool is_centred = spec.align == TextAlign::Center;
    double room = block.width() - width;
    double x = pad + (is_centred ? room / 2 : sheet.reads_from_right ? room : 0);
    ground.fill_rounded(x, ground.height() - thickness - size * 0.1, width, thickness, thickness / 2, layer.accent);
  }
  sheet.write(block, pad, pad / 2, block.width(), ink(layer, layer.text_color, size));
  add(layer, span, fitted.placement, sheet);
  return {};
}

Result<void> LayerPainter::paint_text(const Layer& layer) {
  TextSpec spec = text_spec(layer, trim(TRY(words(layer.text))), font_size(layer, 0.06));
  if (spec.text.empty()) return {};
  spec.max_lines = 6;
  bool centred = layer.place == Anchor::Top || layer.place == Anchor::Center || layer.place == Anchor::Bottom;
  spec.align = centred ? TextAlign::Center : TextAlign::Start;
  return paint_boxed(layer, std::move(spec), 0.45, span_of(layer));
}

Result<void> LayerPainter::paint_captions(const Layer& layer) {
  if (!layer.is_burned_in) return {};
  const double size = font_size(layer, kCaptionSize);
  Layer shown = layer;
  shown.motion = Motion::None;  // reading time is short as it is
  const Span whole = span_of(layer);
  for (const CaptionLine& line : layer.lines) {
    if (line.end <= part_.from || line.start >= part_.to) continue;
    Span span{std::max(line.start, whole.start), std::min(line.end, whole.end)};
    if (span.start >= span.end) continue;
    TextSpec spec = text_spec(layer, trim(TRY(words(line.text))), size);
    if (spec.text.empty()) continue;
    spec.max_width =
        static_cast<int>(std::min<double>(spec.max_width, size * kCharactersALine * kWidthOfCharacter + size * 0.7));
    spec.max_lines = 2;
    spec.align = TextAlign::Center;
    TRY_VOID(paint_boxed(shown, std::move(spec), 0.35, span));
  }
  return {};
}

void settle_captions(Template& look, media::FrameSize size) {
  Placer placer(look, size);
  for (Layer& layer : look.layers) {
    if (layer.kind != LayerKind::Captions || !layer.keeps_off_faces) continue;
    const double font = (layer.font_size > 0 ? layer.font_size : kCaptionSize) * placer.unit();
    const double most = std::min(size.width - 2 * placer.margin(), font * kCharactersALine * kWidthOfCharacter);
    // What a line will take up, near enough: nothing is drawn yet.
    auto blocked_at = [&](Anchor anchor) {
      return std::count_if(layer.lines.begin(), layer.lines.end(), [&](const CaptionLine& line) {
        double length = static_cast<double>(line.text.source().size()) * kWidthOfCharacter * font;
        int width = static_cast<int>(std::min(most, length) + font);
        int height = static_cast<int>((length > most ? 2.8 : 1.4) * font + 0.4 * font);
        return !placer.is_free(layer, anchor, width, height, line.start, line.end);
      });
    };
    auto fewest = blocked_at(layer.place);
    for (Anchor anchor :
         {Anchor::Bottom, Anchor::Top, Anchor::BottomLeft, Anchor::BottomRight, Anchor::TopLeft, Anchor::TopRight}) {
      if (fewest == 0) break;
      auto blocked = blocked_at(anchor);
      if (blocked >= fewest) continue;
      fewest = blocked;
      layer.place = anchor;
    }
  }
}

}  // namespace candid::overlay
