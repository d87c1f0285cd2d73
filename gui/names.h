#pragma once
// Candidates' words on the screen: shaped by Pango, as they are burned into the picture, never by ImGui's letters.

#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <imgui.h>

#include "gui/texture.h"
#include "overlay/text_picture.h"

namespace candid::gui {

struct NameStyle {
  float size = 16;      // px
  float max_width = 0;  // px; 0: as wide as a screen. What is longer ends with "…"
  int max_lines = 1;
  bool is_bold = false;
  ImVec4 color{1, 1, 1, 1};
};

// Draws each wording once and keeps the last some hundred. The window's thread.
class Names {
 public:
  // Beside and below the cursor, as ImGui's own text; takes its place in the layout.
  void show(const std::string& text, const NameStyle& style);
  // In a cell of a table whose rows are all as high: in its middle, cut at its right end.
  void show_in_cell(const std::string& text, NameStyle style, float row_height);
  // At a place of the screen; returns its size, px.
  ImVec2 show_at(ImDrawList& list, ImVec2 place, const std::string& text, const NameStyle& style);
  ImVec2 size_of(const std::string& text, const NameStyle& style);
  // Of one line: whether its beginning is on the right, and where each letter stands (overlay::place_letters).
  bool reads_from_right(const std::string& text, const NameStyle& style);
  std::vector<overlay::LetterPlace> letters_of(const std::string& text, const NameStyle& style) const;
  // Everything is drawn anew: colours or sizes changed.
  void forget();

 private:
  using Key = std::tuple<std::string, int, int, int, bool, ImU32>;
  struct Drawn {
    Texture texture;
    Key key;
    int frame = 0;  // in which it was used last
    bool reads_from_right = false;
  };
  const Drawn& drawn(const std::string& text, const NameStyle& style);

  std::list<Drawn> kept_;  // used last first
  std::map<Key, std::list<Drawn>::iterator> by_key_;
};

}  // namespace candid::gui
