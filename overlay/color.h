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

// WCAG 2.1 contrast ratio of two opaque colours, 1..21 (w3.org/TR/WCAG21, relative luminance).
double contrast_ratio(Color a, Color b);
// The least that WCAG 2.1 §1.4.3 (AA) asks of text that is not large.
constexpr double kReadableContrast = 4.5;
// Of text on a ground that may let a picture through, whatever the picture shows: at worst white, or black.
double worst_contrast(Color text, Color ground);
// `wanted` where it is readable on this ground, else the colour nearest to it, towards white or black, that is.
Color readable_on(Color ground, Color wanted);

// `wanted` where it is readable on this ground, else white or nearly black, whichever stands out more: for words that
// nobody chose a colour for.
Color ink_on(Color ground, Color wanted);

// Limited-range BT.709 Y'CbCr (ITU-R BT.709-6 §3.2, §3.4) of an opaque colour.
struct Yuv {
  uint8_t y, cb, cr;
};
Yuv to_yuv(double r, double g, double b);  // components 0..255

}  // namespace candid::overlay
