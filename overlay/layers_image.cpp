// Pictures: a logo, a badge.

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
  Canvas canvas(static_cast<int>(std::lround(width * scale)), static_cast<int>(std::lround(height * scale)));
  TRY_VOID(image.paint(canvas, 0, 0, canvas.width(), canvas.height()));
  Corner at = corner(layer.place, canvas.width(), canvas.height(), margin());
  add(canvas.to_patch(at.x, at.y), layer);
  return {};
}

}  // namespace candid::overlay
