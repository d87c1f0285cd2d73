#include "overlay/color.h"

#include <algorithm>
#include <cmath>
#include <optional>

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

double worst_contrast(Color text, Color ground) {
  auto over = [&](uint8_t picture) {
    auto mix = [&](uint8_t component) {
      return byte((component * ground.alpha + picture * (255.0 - ground.alpha)) / 255);
    };
    return contrast_ratio(text, {mix(ground.r), mix(ground.g), mix(ground.b)});
  };
  return std::min(over(0), over(255));
}

Color readable_on(Color ground, Color wanted) {
  if (worst_contrast(wanted, ground) >= kReadableContrast) return wanted;
  constexpr int kSteps = 32;
  for (int step = 1; step <= kSteps; ++step) {
    std::optional<Color> best;
    for (uint8_t end : {uint8_t{255}, uint8_t{0}}) {
      auto towards = [&](uint8_t component) { return byte(component + (end - component) * step / double{kSteps}); };
      Color tried{towards(wanted.r), towards(wanted.g), towards(wanted.b), wanted.alpha};
      if (worst_contrast(tried, ground) < kReadableContrast) continue;
      if (!best || worst_contrast(tried, ground) > worst_contrast(*best, ground)) best = tried;
    }
    if (best) return *best;
  }
  // A ground that hides so little has no such colour.
  const Color white{255, 255, 255, wanted.alpha};
  const Color black{0, 0, 0, wanted.alpha};
  return worst_contrast(white, ground) >= worst_contrast(black, ground) ? white : black;
}

Color ink_on(Color ground, Color wanted) {
  if (worst_contrast(wanted, ground) >= kReadableContrast) return wanted;
  constexpr Color kWhite{255, 255, 255};
  constexpr Color kInk{14, 17, 24};
  return worst_contrast(kWhite, ground) >= worst_contrast(kInk, ground) ? kWhite : kInk;
}

Yuv to_yuv(double r, double g, double b) {
  double luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return {byte(16 + 219 * luma / 255), byte(128 + 224 * (b - luma) / 1.8556 / 255),
          byte(128 + 224 * (r - luma) / 1.5748 / 255)};
}

}  // namespace candid::overlay
