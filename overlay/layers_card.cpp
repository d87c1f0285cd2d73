// Full-frame cards: an opening or an end with logo, name and a line of words.

#include <cmath>

#include "core/text.h"
#include "overlay/image.h"
#include "overlay/layer_painter.h"

namespace candid::overlay {

Result<void> LayerPainter::paint_card(const Layer& layer) {
  Canvas canvas(size_.width, size_.height);
  canvas.set_color(layer.background);
  cairo_paint(canvas.cairo());

  double size = font_size(layer, 0.1);
  TextSpec title_spec = text_spec(layer, trim(TRY(layer.text.expand(fields_))), size);
  title_spec.max_width = static_cast<int>(size_.width - 4 * margin());
  title_spec.max_lines = 3;
  title_spec.bold = true;
  title_spec.align = TextAlign::Center;
  TextBlock title = TRY(layout(title_spec));
  TextSpec line_spec = title_spec;
  line_spec.text = trim(TRY(layer.subtext.expand(fields_)));
  line_spec.bold = false;
  line_spec.size = size * 0.5;
  line_spec.min_size = line_spec.size * 0.7;
  line_spec.max_lines = 4;
  TextBlock line = TRY(layout(line_spec));

  std::optional<Image> logo;
  double logo_width = 0;
  double logo_height = 0;
  double gap = size * 0.35;
  double total = 0;
  if (!layer.image.empty()) {
    logo = TRY(Image::load(layer.image));
    logo_width = std::min(std::sqrt(0.05 * logo->aspect()) * unit(), 0.6 * size_.width);
    logo_height = logo_width / logo->aspect();
    total += logo_height + 1.6 * gap;
  }
  double rule = std::max(3.0, std::round(size * 0.06));
  if (!title_spec.text.empty()) total += title.height();
  if (!line_spec.text.empty()) total += 2 * gap + rule + line.height();

  double y = (size_.height - total) / 2;
  if (logo) {
    TRY_VOID(logo->paint(canvas, (size_.width - logo_width) / 2, y, logo_width, logo_height));
    y += logo_height + 1.6 * gap;
  }
  if (!title_spec.text.empty()) {
    title.paint(canvas, (size_.width - title_spec.max_width) / 2.0, y, title_spec.max_width, layer.text_color);
    y += title.height();
  }
  if (!line_spec.text.empty()) {
    y += gap;
    canvas.fill_rounded((size_.width - size * 1.4) / 2, y, size * 1.4, rule, rule / 2, layer.accent);
    y += gap + rule;
    line.paint(canvas, (size_.width - line_spec.max_width) / 2.0, y, line_spec.max_width, layer.text_color);
  }
  add(canvas.to_patch(0, 0), layer);
  return {};
}

}  // namespace candid::overlay
