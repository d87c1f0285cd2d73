// Full-frame cards: an opening or an end with logo, title, a line of words and a call to action.

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "overlay/image.h"
#include "overlay/layer_painter.h"

namespace candid::overlay {
namespace {

struct LogoSize {
  double width = 0;
  double height = 0;
};

LogoSize logo_size(const Image& logo, double unit, double frame_width) {
  double width = std::min(std::sqrt(0.05 * logo.aspect()) * unit, 0.6 * frame_width);
  return {width, width / logo.aspect()};
}

}  // namespace

Result<void> LayerPainter::paint_card(const Layer& layer) {
  const double size = font_size(layer, 0.1);
  const double gap = size * 0.35;
  const double rule = layer.shape == Shape::None ? 0 : std::max(3.0, std::round(size * 0.06));
  TextSpec title_spec = text_spec(layer, trim(TRY(words(layer.text))), size);
  title_spec.max_width = static_cast<int>(size_.width - 4 * margin());
  title_spec.max_lines = 3;
  title_spec.align = TextAlign::Center;
  TextSpec line_spec = title_spec;
  line_spec.text = trim(TRY(words(layer.subtext)));
  line_spec.bold = false;
  line_spec.size = size * 0.5;
  line_spec.min_size = std::min(title_spec.min_size, line_spec.size) * 0.7;
  line_spec.max_lines = 4;
  TextSpec action_spec = line_spec;
  action_spec.text = single_line(TRY(words(layer.action)), Isolates::Keep);
  action_spec.bold = true;
  action_spec.max_width -= static_cast<int>(size);
  action_spec.max_lines = 1;
  TextBlock title = TRY(layout(title_spec, into_.findings_));
  TextBlock line = TRY(layout(line_spec, into_.findings_));
  TextBlock action = TRY(layout(action_spec, into_.findings_));
  std::optional<Image> logo;
  LogoSize logo_box;
  if (!layer.image.empty()) {
    logo = TRY(Image::load(layer.image));
    logo_box = logo_size(*logo, unit(), size_.width);
  }
  const double button_height = action.height() + size * 0.36;

  double total = 0;
  if (logo) total += logo_box.height + 1.6 * gap;
  if (!title_spec.text.empty()) total += title.height();
  if (!line_spec.text.empty()) total += 2 * gap + rule + line.height();
  if (!action_spec.text.empty()) total += 1.6 * gap + button_height;

  Canvas canvas(size_.width, size_.height);
  canvas.set_color(layer.background);
  cairo_paint(canvas.cairo());
  // In the middle of what captions leave free.
  const Reserved reserved = reserved_for_captions();
  double y = std::max(margin(), (size_.height - reserved.bottom - reserved.top - total) / 2 + reserved.top);
  auto write = [&](const TextBlock& block, int box_width, Color color) {
    block.paint(canvas, (size_.width - box_width) / 2.0, y, box_width, ink(layer, color, block.size()));
    y += block.height();
  };
  if (logo) {
    TRY_VOID(logo->paint(canvas, (size_.width - logo_box.width) / 2, y, logo_box.width, logo_box.height));
    y += logo_box.height + 1.6 * gap;
  }
  if (!title_spec.text.empty()) write(title, title_spec.max_width, layer.text_color);
  if (!line_spec.text.empty()) {
    y += gap;
    canvas.fill_rounded((size_.width - size * 1.4) / 2, y, size * 1.4, rule, rule / 2, layer.accent);
    y += gap + rule;
    write(line, line_spec.max_width, layer.text_color);
  }
  if (!action_spec.text.empty()) {
    y += 1.6 * gap;
    double width = action.width() + size * 0.9;
    canvas.fill_rounded((size_.width - width) / 2, y, width, button_height, std::max(size * layer.radius, size * 0.12),
                        layer.accent);
    y += (button_height - action.height()) / 2;
    write(action, action.width(), ink_on(layer.accent, layer.text_color));
  }
  Span span = span_of(layer);
  Box whole{0, 0, canvas.width(), canvas.height()};
  add(element(layer, span, whole), canvas, whole);
  return {};
}

}  // namespace candid::overlay
