#pragma once
// Words of any script as pixels of a screen: for a window, whose own fonts know neither Arabic nor colour emoji.

#include <cstdint>
#include <string>
#include <vector>

#include "core/error.h"
#include "overlay/color.h"

namespace candid::overlay {

struct Words {
  std::string text;  // with several lines allowed its line breaks count, as far as wrapping leaves lines for them
  std::string font = "Noto Sans";
  std::string language = "en";  // BCP 47; chooses the CJK shapes
  bool bold = false;
  double size = 16;      // px
  int max_width = 640;   // px; longer lines are wrapped
  int max_lines = 1;     // what does not fit into them ends with "…"
  Color color{0, 0, 0};  // emoji have colours of their own
};

struct TextPicture {
  int width = 0;   // px; 0: there is nothing to see
  int height = 0;  // px, of all lines; that of one line where there is nothing to see
  // Red, green, blue, alpha, a byte each; rows from the top, without gaps. Straight alpha, not premultiplied. Where it
  // is 0 the colour is that of the words, so that a texture that is scaled gets no dark edges.
  std::vector<uint8_t> rgba;
  bool reads_from_right = false;
  bool was_cut = false;           // some of the text is missing
  std::vector<char32_t> missing;  // characters that no installed font can draw, each once
};

// A letter of words in one line as a caret goes over it: what Pango takes for one ("é", an emoji made of several). Px
// from the picture's left edge.
struct LetterPlace {
  size_t begin = 0;  // characters (code points) of single_line(text)
  size_t end = 0;
  float leading = 0;  // the edge that is read first: the right one where it reads from the right
  float trailing = 0;
};

// Text that is not UTF-8 is read as decode_rows() reads it (core/text.h). Fails with InvalidInput for a size or a width
// that nothing can be drawn in. Thread-safe; threads draw one after the other.
Result<TextPicture> draw_words(const Words& words);

// Where draw_words() puts each letter, in the order of the text: what a caret, a selection and a click need. An empty
// one at the end, for a caret after all of it. `max_lines` is 1; spaces count at the end as well, where the picture has
// none. Errors and threads as above.
Result<std::vector<LetterPlace>> place_letters(const Words& words);

}  // namespace candid::overlay
