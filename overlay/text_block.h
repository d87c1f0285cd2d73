#pragma once
// Shaped text in a box: Pango's bidi, shaping, fallback and wrapping, with a size that fits. Internal to overlay.

#include <memory>
#include <string>

#include "core/error.h"
#include "overlay/canvas.h"

namespace candid::overlay {

enum class TextAlign { Start, Center };  // Start: left, or right where the text reads from the right

struct TextSpec {
  std::string text;
  std::string family;  // a family list (fonts.h)
  std::string language = "en";
  bool bold = false;
  double size = 32;      // px, the size wanted
  double min_size = 16;  // px, the least that is tried before text is cut with "…"
  int max_width = 640;   // px
  int max_lines = 1;
  TextAlign align = TextAlign::Start;
};

class TextBlock {
 public:
  static Result<TextBlock> layout(const TextSpec& spec);

  int width() const { return width_; }    // px, of the ink's line boxes
  int height() const { return height_; }  // px
  bool reads_from_right() const { return reads_from_right_; }
  // Even at the least size something had to be cut.
  bool was_cut() const { return was_cut_; }
  // How many characters no installed font can draw.
  int missing_glyphs() const { return missing_glyphs_; }

  // The block stands at the start, or in the middle, of a box `box_width` px wide with its left top corner at (x, y).
  void paint(Canvas& canvas, double x, double y, int box_width, Color color) const;

 private:
  struct Layout;
  struct FreeLayout {
    void operator()(Layout* layout) const;
  };
  TextBlock() = default;
  std::unique_ptr<Layout, FreeLayout> layout_;
  int left_ = 0;  // px from the layout's origin to its leftmost line
  int width_ = 0;
  int height_ = 0;
  bool is_centred_ = false;
  bool reads_from_right_ = false;
  bool was_cut_ = false;
  int missing_glyphs_ = 0;
};

}  // namespace candid::overlay
