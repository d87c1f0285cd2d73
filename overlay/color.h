#pragma once
// Colours as people write them, sRGB with straight alpha.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"

namespace candid::overlay {

struct Color {
  uint8_t r = 0;
  uint8_t g = 0;
  uint8_t b = 0;
  uint8_t alpha = 255;
  bool operator==(const Color&) const = default;
};

// "#rgb", "#rrggbb" or "#rrggbbaa".
Result<Color> parse_color(std::string_view text);
std::string to_string(Color color);  // "#rrggbb", with alpha only when not opaque

// WCAG 2.1 contrast ratio of two opaque colours, 1..21.
double contrast_ratio(Color a, Color b);

// Limited-range BT.709 Y'CbCr (ITU-R BT.709-6 §3.2, §3.4) of an opaque colour.
struct Yuv {
  uint8_t y, cb, cr;
};
Yuv to_yuv(double r, double g, double b);  // components 0..255

}  // namespace candid::overlay
