#pragma once
// How alike two pictures are.

#include <cstdint>
#include <vector>

namespace candid::test {

struct Picture {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> rgb;  // interleaved, width * height * 3
};

// Structural similarity (Wang, Bovik, Sheikh, Simoncelli 2004, with their constants) over 8x8 windows that step by
// four, of each colour channel. 1: the same.
struct Similarity {
  double mean = 0;
  double worst = 0;  // of any 32x32 pixels: a wrong glyph is small in a picture, and large there
};
Similarity similarity(const Picture& a, const Picture& b);

}  // namespace candid::test
