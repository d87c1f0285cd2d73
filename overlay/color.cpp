#include "overlay/color.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/encoding.h"

namespace candid::overlay {
namespace {

double linear(uint8_t component) {
  double value = component / 255.0;
  return value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

double luminance(Color color) {
  return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b);
}

uint8_t byte(double value) {
  return static_cast<uint8_t>(std::clamp(std::lround(value), 0L, 255L));
}

}  // namespace

Result<Color> parse_color(std::string_view text) {
  std::string digits;
  if (text.size() == 4 && text.front() == '#') {
    for (char c : text.substr(1)) digits += std::string(2, c);
  } else if ((text.size() == 7 || text.size() == 9) && text.front() == '#') {
    digits = text.substr(1);
  }
  auto bytes = from_hex(digits);
  if (digits.empty() || !bytes) {
    return fail(ErrorKind::InvalidInput, fmt::format("\"{}\" is not a colour", text),
                "write #rrggbb, or #rrggbbaa with alpha");
  }
  Color color{(*bytes)[0], (*bytes)[1], (*bytes)[2]};
  if (bytes->size() == 4) color.alpha = (*bytes)[3];
  return color;
}

std::string to_string(Color color) {
  std::string text = fmt::format("#{:02x}{:02x}{:02x}", color.r, color.g, color.b);
  if (color.alpha != 255) text += fmt::format("{:02x}", color.alpha);
  return text;
}

double contrast_ratio(Color a, Color b) {
  double la = luminance(a);
  double lb = luminance(b);
  return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

Yuv to_yuv(double r, double g, double b) {
  double luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return {byte(16 + 219 * luma / 255), byte(128 + 224 * (b - luma) / 1.8556 / 255),
          byte(128 + 224 * (r - luma) / 1.5748 / 255)};
}

}  // namespace candid::overlay
