#include "gui/caret_line.h"

#include <algorithm>
#include <cmath>

namespace candid::gui {

float CaretLine::width() const {
  float widest = 0;
  for (const overlay::LetterPlace& letter : letters_) widest = std::max({widest, letter.leading, letter.trailing});
  return widest;
}

bool CaretLine::reads_from_right() const {
  return letters_.size() > 1 && letters_.back().leading < width() / 2;
}

float CaretLine::caret_at(size_t place) const {
  for (const overlay::LetterPlace& letter : letters_) {
    if (place < letter.end || letter.begin >= place) return letter.leading;
  }
  return letters_.empty() ? 0 : letters_.back().leading;
}

size_t CaretLine::place_at(float x) const {
  size_t nearest = 0;
  float distance = INFINITY;
  auto try_edge = [&](size_t place, float edge) {
    if (std::abs(edge - x) >= distance) return;
    distance = std::abs(edge - x);
    nearest = place;
  };
  for (const overlay::LetterPlace& letter : letters_) {
    try_edge(letter.begin, letter.leading);
    try_edge(letter.end, letter.trailing);
  }
  return nearest;
}

size_t CaretLine::out_of_letter(size_t place, size_t from) const {
  for (const overlay::LetterPlace& letter : letters_) {
    if (letter.begin < place && place < letter.end) return place > from ? letter.end : letter.begin;
  }
  return place;
}

std::vector<std::pair<float, float>> CaretLine::stretches(size_t from, size_t to) const {
  std::vector<std::pair<float, float>> found;
  for (const overlay::LetterPlace& letter : letters_) {
    if (letter.begin >= from && letter.end <= to && letter.leading != letter.trailing)
      found.push_back(std::minmax(letter.leading, letter.trailing));
  }
  std::sort(found.begin(), found.end());
  std::vector<std::pair<float, float>> joined;
  for (const auto& stretch : found) {
    constexpr float kTouching = 0.5F;
    if (!joined.empty() && stretch.first <= joined.back().second + kTouching) {
      joined.back().second = std::max(joined.back().second, stretch.second);
    } else {
      joined.push_back(stretch);
    }
  }
  return joined;
}

float scroll_to_caret(float caret, float scroll, float room, float width) {
  const float needed = caret < scroll ? caret : std::max(scroll, caret - room);
  return std::clamp(needed, 0.0F, std::max(0.0F, width - room));
}

}  // namespace candid::gui
