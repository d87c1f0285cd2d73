#pragma once
// A line that somebody types, as it lies on the screen: where its caret stands, what is selected, which letter is
// pointed at. Places are counted in characters (code points) before them; px from the line's left edge.

#include <cstddef>
#include <utility>
#include <vector>

#include "overlay/text_picture.h"

namespace candid::gui {

class CaretLine {
 public:
  CaretLine() = default;
  // As overlay::place_letters() gives them.
  explicit CaretLine(std::vector<overlay::LetterPlace> letters) : letters_(std::move(letters)) {}

  float width() const;
  // As a whole: its beginning is on the right.
  bool reads_from_right() const;
  // Where the caret stands; within a letter that is made of several characters, before that.
  float caret_at(size_t place) const;
  // Between which letters somebody points.
  size_t place_at(float x) const;
  // A caret that came from another place to within a letter goes on to that letter's end, or back to its beginning.
  size_t out_of_letter(size_t place, size_t from) const;
  // From where to where the selected letters reach: several stretches where directions are mixed.
  std::vector<std::pair<float, float>> stretches(size_t from, size_t to) const;

 private:
  std::vector<overlay::LetterPlace> letters_;
};

// How far a line of `width` is to be scrolled in a field of `room`, so that the caret is in sight; as little as can be,
// and never past its end. Px.
float scroll_to_caret(float caret, float scroll, float room, float width);

}  // namespace candid::gui
