#pragma once
// Shaped text in a box: Pango's bidi, shaping, fallback and wrapping, with a size that fits. Internal to overlay.

#include <memory>
#include <string>
#include <vector>

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
  bool has_even_lines = true;  // several lines become about equally long; else each is as full as it gets
};

// How letters are painted. Lengths in px.
struct Ink {
  Color color;
  double outline = 0;  // width of the line around letters, which lies outside of them
  Color outline_color{0, 0, 0};
  double shadow = 0;  // darkness, 0..1
};

// A line of a block, for words that appear letter by letter. Px, from the block's left top corner.
struct TypedLine {
  int top = 0;
  int bottom = 0;
  bool reads_from_right = false;
  std::vector<int> stops;  // where each letter ends, in the order of reading
};

// A letter of a one-line block as a caret goes over it: what Pango takes for one ("é", an emoji made of several), at
// its place. Px from the block's left edge.
struct BlockLetter {
  size_t begin = 0;  // characters of the text
  size_t end = 0;
  double leading = 0;  // the edge that is read first: the right one where it reads from the right
  double trailing = 0;
};

class TextBlock {
 public:
  static Result<TextBlock> layout(const TextSpec& spec);

  int width() const { return width_; }    // px, of the ink's line boxes
  int height() const { return height_; }  // px
  double size() const { return size_; }   // px, the font size that fitted
  bool reads_from_right() const { return reads_from_right_; }
  // Even at the least size something had to be cut.
  bool was_cut() const { return was_cut_; }
  // The characters no installed font can draw, each once.
  const std::vector<char32_t>& missing() const { return missing_; }

  // The block stands at the start, or in the middle, of a box `box_width` px wide with its left top corner at (x, y).
  void paint(Canvas& canvas, double x, double y, int box_width, const Ink& ink) const;
  // px that outline and shadow reach beyond the block.
  static int reach(const Ink& ink, double size);
  // Its lines where paint() with the same arguments puts them.
  std::vector<TypedLine> typed_lines(double x, double y, int box_width) const;
  // In the order of the text; an empty one at its end, where a caret stands after all of it.
  std::vector<BlockLetter> letters() const;

 private:
  struct Layout;
  struct FreeLayout {
    void operator()(Layout* layout) const;
  };
  TextBlock() = default;
  double shift_in(int box_width) const;

  std::unique_ptr<Layout, FreeLayout> layout_;
  int left_ = 0;  // px from the layout's origin to its leftmost line
  int width_ = 0;
  int height_ = 0;
  double size_ = 0;
  bool is_centred_ = false;
  bool reads_from_right_ = false;
  bool was_cut_ = false;
  std::vector<char32_t> missing_;
};

}  // namespace candid::overlay
