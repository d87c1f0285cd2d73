#include "gui/theme.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace candid::gui {
namespace {

// WCAG 2.1, "relative luminance" and "contrast ratio".
double luminance(const ImVec4& color) {
  auto linear = [](float value) {
    return value <= 0.03928F ? value / 12.92 : std::pow((static_cast<double>(value) + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(color.x) + 0.7152 * linear(color.y) + 0.0722 * linear(color.z);
}

double contrast(const ImVec4& a, const ImVec4& b) {
  const double light = std::max(luminance(a), luminance(b));
  const double dark = std::min(luminance(a), luminance(b));
  return (light + 0.05) / (dark + 0.05);
}

class ThemeTest : public testing::TestWithParam<Appearance> {};

TEST_P(ThemeTest, EverybodyCanReadTheWords) {
  const Colors& colors = colors_of(GetParam());
  for (const ImVec4& ground : {colors.ground, colors.panel}) {
    for (const ImVec4& words : {colors.text, colors.muted, colors.good, colors.warning, colors.bad})
      EXPECT_GE(contrast(words, ground), 4.5);
  }
  EXPECT_GE(contrast(colors.text, colors.raised), 4.5);
  EXPECT_GE(contrast(colors.on_accent, colors.accent), 4.5);
}

INSTANTIATE_TEST_SUITE_P(Both, ThemeTest, testing::Values(Appearance::Dark, Appearance::Light));

}  // namespace
}  // namespace candid::gui
