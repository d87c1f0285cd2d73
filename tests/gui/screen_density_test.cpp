#include "gui/screen_density.h"

#include <gtest/gtest.h>

namespace candid::gui {
namespace {

TEST(ScreenDensity, IsWhatTheDesktopAsksFor) {
  EXPECT_EQ(dots_in_resources("Xft.antialias:\t1\nXft.dpi:\t192\nXft.hinting:\t1\n"), 192.0F);
  EXPECT_EQ(dots_in_resources("Xft.dpi: 120.5"), 120.5F);
}

TEST(ScreenDensity, IsNothingWhereItIsNotAsked) {
  for (const char* resources : {"", "Xft.dpi", "Xft.dpi:", "Xft.dpi:\tlarge\n", "Xft.dpi:\t0\n", "Xft.dpi:\t-96\n",
                                "Xft.dpi:\tnan\n", "Xft.dpi:\t1e9\n", "other.Xft.dpi:\t192\n"}) {
    EXPECT_EQ(dots_in_resources(resources), std::nullopt) << resources;
  }
}

}  // namespace
}  // namespace candid::gui
