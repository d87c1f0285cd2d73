#include "overlay/drawing.h"

#include <algorithm>

#include "core/text.h"
#include "overlay/canvas.h"
#include "overlay/fonts.h"
#include "overlay/image.h"
#include "overlay/text_block.h"

namespace candid::overlay {

Result<Patch> draw_label(const std::string& text, double size_px, int max_width, Color color, int x, int y, bool bold) {
  TextSpec spec;
  spec.text = single_line(text);
  spec.family = family_list("Noto Sans");
  spec.bold = bold;
  spec.size = size_px;
  spec.min_size = size_px * 0.8;
  spec.max_width = max_width;
  TextBlock block = TRY(TextBlock::layout(spec));
  Canvas canvas(std::max(block.width(), 2), block.height());
  block.paint(canvas, 0, 0, block.width(), {color});
  return canvas.to_patch(x, y);
}

Result<Patch> draw_picture(const std::filesystem::path& path, media::FrameSize size, int x, int y) {
  Image image = TRY(Image::load(path));
  Canvas canvas(size.width, size.height);
  TRY_VOID(image.paint(canvas, 0, 0, size.width, size.height));
  return canvas.to_patch(x, y);
}

Result<void> check_image(const std::filesystem::path& path) {
  Image image = TRY(Image::load(path));
  Canvas canvas(64, 64);
  return image.paint(canvas, 0, 0, 64, 64);
}

}  // namespace candid::overlay
