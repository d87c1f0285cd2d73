// Lower thirds, plain text and captions.

#include <cmath>

#include "core/text.h"
#include "overlay/layer_painter.h"

namespace candid::overlay {
namespace {

// How much of the bottom the captions keep for themselves, of the frame's shorter side.
constexpr double kCaptionBand = 0.2;

bool has_captions(const Template& look) {
  return std::any_of(look.layers.begin(), look.layers.end(),
                     [](const Layer& l) { return l.kind == LayerKind::Captions; });
}

bool is_at_bottom(Anchor anchor) {
  return anchor == Anchor::Bottom || anchor == Anchor::BottomLeft || anchor == Anchor::BottomRight;
}

}  // namespace

Result<void> LayerPainter::paint_lower_third(const Layer& layer) {
  double size = font_size(layer, 0.062);
  double pad = std::round(size * 0.5);
  double bar = std::max(4.0, std::round(size * 0.14));
  TextSpec name_spec = text_spec(layer, single_line(TRY(layer.text.expand(fields_))), size);
  name_spec.bold = true;
  double limit = layer.width > 0 ? layer.width * size_.width
                                 : std::min(0.72 * size_.width + 0.1 * unit(), size_.width - 2 * margin());
  name_spec.max_width = static_cast<int>(limit - 2 * pad - bar);
  TextBlock name = TRY(layout(name_spec));
  TextSpec role_spec = name_spec;
  role_spec.text = single_line(TRY(layer.subtext.expand(fields_)));
  role_spec.bold = false;
  role_spec.size = size * 0.62;
  role_spec.min_size = role_spec.size * 0.75;
  TextBlock role = TRY(layout(role_spec));
  bool with_role = !role_spec.text.empty();

  int text_width = std::max(name.width(), with_role ? role.width() : 0);
  double gap = with_role ? std::round(size * 0.04) : 0;
  int width = static_cast<int>(std::ceil(text_width + 2 * pad + bar));
  int height = static_cast<int>(std::ceil(name.height() + gap + (with_role ? role.height() : 0) + pad * 1.1));
  Canvas canvas(width, height);
  canvas.fill_rounded(0, 0, canvas.width(), canvas.height(), size * 0.22, layer.background);
  // The accent stands where reading begins.
  bool mirrored = name.reads_from_right();
  double bar_x = mirrored ? canvas.width() - bar - pad * 0.5 : pad * 0.5;
  double text_x = mirrored ? pad * 0.8 : bar + pad;
  canvas.fill_rounded(bar_x, pad * 0.55, bar, canvas.height() - pad * 1.1, bar / 2, layer.accent);
  name.paint(canvas, text_x, pad * 0.5, text_width, layer.text_color);
  if (with_role) {
    Color softer = layer.text_color;
    softer.alpha = static_cast<uint8_t>(softer.alpha * 0.86);
    role.paint(canvas, text_x, pad * 0.5 + name.height() + gap, text_width, softer);
  }
  double bottom = has_captions(look_) && is_at_bottom(layer.place) ? (kCaptionBand + 0.02) * unit() : 1.4 * margin();
  Corner at = corner(layer.place, canvas.width(), canvas.height(), bottom);
  add(canvas.to_patch(at.x, at.y), layer);
  return {};
}

Result<Canvas> LayerPainter::boxed(const Layer& layer, const TextSpec& spec, double pad, double radius) {
  TextBlock block = TRY(layout(spec));
  Canvas canvas(static_cast<int>(block.width() + 2 * pad), static_cast<int>(block.height() + pad));
  canvas.fill_rounded(0, 0, canvas.width(), canvas.height(), radius, layer.background);
  block.paint(canvas, pad, pad / 2, block.width(), layer.text_color);
  return canvas;
}

Result<void> LayerPainter::paint_text(const Layer& layer) {
  double size = font_size(layer, 0.06);
  double pad = std::round(size * 0.45);
  TextSpec spec = text_spec(layer, trim(TRY(layer.text.expand(fields_))), size);
  if (spec.text.empty()) return {};
  spec.max_width -= static_cast<int>(2 * pad);
  spec.max_lines = 6;
  bool centred = layer.place == Anchor::Top || layer.place == Anchor::Center || layer.place == Anchor::Bottom;
  spec.align = centred ? TextAlign::Center : TextAlign::Start;
  Canvas canvas = TRY(boxed(layer, spec, pad, size * 0.22));
  double bottom = has_captions(look_) && is_at_bottom(layer.place) ? (kCaptionBand + 0.02) * unit() : margin();
  Corner at = corner(layer.place, canvas.width(), canvas.height(), bottom);
  add(canvas.to_patch(at.x, at.y), layer);
  return {};
}

Result<void> LayerPainter::paint_captions(const Layer& layer) {
  double size = font_size(layer, 0.05);
  double pad = std::round(size * 0.35);
  for (const media::Cue& cue : layer.cues) {
    Layer shown = layer;
    shown.start = {std::max(cue.start, layer.start.at(duration_)), false};
    shown.end = {std::min(cue.end, layer.end.at(duration_)), false};
    if (shown.start.offset >= shown.end.offset) continue;
    shown.motion = Motion::None;  // reading time is short as it is
    TextSpec spec = text_spec(layer, cue.text, size);
    spec.max_width = static_cast<int>(std::min(spec.max_width - 2 * pad, size * 21));  // about 42 characters
    spec.max_lines = 2;
    spec.align = TextAlign::Center;
    Canvas canvas = TRY(boxed(layer, spec, pad, size * 0.2));
    Corner at = corner(layer.place, canvas.width(), canvas.height(), margin());
    add(canvas.to_patch(at.x, at.y), shown);
  }
  return {};
}

}  // namespace candid::overlay
