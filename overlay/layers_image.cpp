// Pictures: a logo, a badge. And how far the video has come.

#include <algorithm>
#include <cmath>

#include "overlay/image.h"
#include "overlay/layer_painter.h"

namespace candid::overlay {

Result<void> LayerPainter::paint_image(const Layer& layer) {
  Image image = TRY(Image::load(layer.image));
  // Without a width, a logo of any shape takes up about the same area.
  double width = layer.width > 0 ? layer.width * size_.width : std::sqrt(0.022 * image.aspect()) * unit();
  double height = width / image.aspect();
  double scale = std::min({1.0, size_.width / width, size_.height / height});
  Sheet sheet(static_cast<int>(std::lround(width * scale)), static_cast<int>(std::lround(height * scale)),
              Motion::None);
  Canvas& canvas = sheet.ground;
  TRY_VOID(image.paint(canvas, 0, 0, canvas.width(), canvas.height()));
  Span span = span_of(layer);
  add(layer, span, place(layer, canvas.width(), canvas.height(), span), sheet);
  return {};
}

// Along an edge of the frame, from side to side: over the margin, as a player's own bar lies.
Result<void> LayerPainter::paint_progress(const Layer& layer) {
  const int height = std::max(2, static_cast<int>(std::lround(layer.thickness * unit() / 2)) * 2);
  const int width = static_cast<int>(std::lround((layer.width > 0 ? layer.width : 1) * size_.width)) / 2 * 2;
  const int left = static_cast<int>(std::lround(layer.offset_x * size_.width + (size_.width - width) / 2.0)) & ~1;
  const int top = is_at_top(layer.place) ? 0 : size_.height - height;
  Box box{left, (top + static_cast<int>(std::lround(layer.offset_y * size_.height))) & ~1, width, height};
  auto strip = [&](Color color) {
    Canvas canvas(width, height);
    canvas.set_color(color);
    cairo_paint(canvas.cairo());
    return canvas;
  };
  Span span = span_of(layer);
  Canvas track = strip(layer.background);
  Canvas passed = strip(layer.accent);
  Composition::Element made = element(layer, span, box);
  made.motion = Motion::None;
  add(made, track, box);
  made.grows = true;
  add(std::move(made), passed, box);
  return {};
}

}  // namespace candid::overlay
