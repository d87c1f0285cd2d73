#include "overlay/linear_light.h"

#include <cmath>

#include "overlay/blend.h"
#include "tests/overlay/look.h"

namespace candid::overlay {
namespace {

constexpr Block kBlack{{16, 16, 16, 16}, 128, 128};
constexpr Block kWhite{{235, 235, 235, 235}, 128, 128};

TEST(LinearLight, HalfTheLightIsBrighterThanHalfTheValue) {
  Block mixed = mix_light(kBlack, kWhite, {0.5F, 0.5F, 0.5F, 0.5F});
  double expected = 16 + 219 * std::pow(0.5, 1 / 2.4);  // BT.1886
  for (uint8_t luma : mixed.luma) EXPECT_NEAR(luma, expected, 1);
  EXPECT_EQ(mixed.cb, 128);
}

TEST(LinearLight, WholeAndNoWeightChangeNothing) {
  const Block red{{63, 63, 63, 63}, 102, 240};
  Block none = mix_light(red, kWhite, {0, 0, 0, 0});
  Block all = mix_light(red, kWhite, {1, 1, 1, 1});
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(none.luma[i], red.luma[i]);
    EXPECT_NEAR(all.luma[i], 235, 1);
  }
  EXPECT_NEAR(none.cb, red.cb, 1);
  EXPECT_NEAR(none.cr, red.cr, 1);
  EXPECT_NEAR(all.cr, 128, 1);
}

TEST(LinearLight, AWholeLayerCanBeMixedSo) {
  Template look;
  look.layers.push_back(test::lower_third());
  look.layers[0].background = {255, 255, 255, 128};
  media::Frame gamma = test::drawn(look, "Jane");
  look.blending = Blending::Linear;
  media::Frame linear = test::drawn(look, "Jane");
  EXPECT_GT(test::changed_pixels(gamma, linear), 1000);
  // Where the layer is not, neither is a change.
  EXPECT_EQ(linear.plane(0).data[0], test::grey().plane(0).data[0]);
}

}  // namespace
}  // namespace candid::overlay
