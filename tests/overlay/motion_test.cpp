#include "overlay/motion.h"

#include "tests/overlay/look.h"
#include "tests/support/pictures.h"

namespace candid::overlay {
namespace {

using namespace std::chrono_literals;
using test::drawn;
using test::grey;

TEST(Motion, EveryEasingGoesFromNothingToAll) {
  for (Easing easing : {Easing::Linear, Easing::In, Easing::Out, Easing::InOut}) {
    EXPECT_EQ(eased(easing, 0), 0);
    EXPECT_EQ(eased(easing, 1), 1);
    double before = 0;
    for (double x = 0.05; x <= 1; x += 0.05) {
      EXPECT_GT(eased(easing, x), before);
      before = eased(easing, x);
    }
  }
  EXPECT_LT(eased(Easing::In, 0.5), 0.5);
  EXPECT_GT(eased(Easing::Out, 0.5), 0.5);
}

TEST(Motion, AShortLayerIsThereForAThirdOfItsTimeAtLeast) {
  EXPECT_EQ(arrival(1s, Easing::Linear, 300ms, 0s, 600ms), 1);
  EXPECT_EQ(departure(1s, Easing::Linear, 300ms, 0s, 600ms), 1);
  EXPECT_LT(departure(1s, Easing::Linear, 500ms, 0s, 600ms), 0.6);
}

class MotionTest : public testing::TestWithParam<Motion> {
 protected:
  static void SetUpTestSuite() { candid::test::pin_fonts(); }
  static Template look_with(Motion motion) {
    Template look;
    look.layers.push_back(test::lower_third());
    look.layers[0].motion = motion;
    look.layers[0].motion_time = 1s;
    look.layers[0].end = {8s, false};
    return look;
  }
};

TEST_P(MotionTest, EndsWhereALayerWithoutMotionStands) {
  media::Frame still = drawn(look_with(Motion::None), "Jane", 4s);
  media::Frame moved = drawn(look_with(GetParam()), "Jane", 4s);
  // Typed letters are laid over their ground, not drawn on it: a rounding more.
  const int tolerance = GetParam() == Motion::Type ? 2 : 0;
  for (int y = 0; y < 360; ++y) {
    for (int x = 0; x < 640; ++x) {
      int difference = std::abs(moved.plane(0).data[y * moved.plane(0).stride + x] -
                                still.plane(0).data[y * still.plane(0).stride + x]);
      ASSERT_LE(difference, tolerance) << x << "," << y;
    }
  }
}

TEST_P(MotionTest, ShowsMoreAndMoreAndThenLessAndLess) {
  Template look = look_with(GetParam());
  auto shown = [&](Microseconds time) {
    media::Frame frame = drawn(look, "Jane", time);
    media::Frame bare = grey();
    int64_t sum = 0;
    for (int y = 0; y < 360; ++y) {
      for (int x = 0; x < 640; ++x)
        sum += std::abs(frame.plane(0).data[y * frame.plane(0).stride + x] -
                        bare.plane(0).data[y * bare.plane(0).stride + x]);
    }
    return sum;
  };
  EXPECT_LT(shown(100ms), shown(500ms));
  EXPECT_LT(shown(500ms), shown(2s));
  EXPECT_GT(shown(2s), shown(7500ms));
  EXPECT_GT(shown(7500ms), shown(7900ms));
}

class Revealed : public MotionTest {};

TEST_P(Revealed, RightToLeftNamesComeFromTheRight) {
  Template look = look_with(GetParam());
  look.layers[0].shape = Shape::None;
  look.layers[0].subtext = FieldText();
  look.layers[0].style.shadow = 0;
  media::Frame whole = drawn(look, "שרה לוי שרה לוי", 4s);
  media::Frame part = drawn(look, "שרה לוי שרה לוי", 500ms);
  auto middle = [](const media::Frame& frame) {
    double sum = 0;
    int count = 0;
    for (int y = 0; y < 360; ++y) {
      for (int x = 0; x < 640; ++x) {
        if (frame.plane(0).data[y * frame.plane(0).stride + x] == 120) continue;
        sum += x;
        ++count;
      }
    }
    return sum / std::max(1, count);
  };
  EXPECT_GT(middle(part), middle(whole) + 5);
}

std::string motion_name(const testing::TestParamInfo<Motion>& tested) {
  return std::array{"None", "Fade", "Slide", "Wipe", "Type"}.at(static_cast<size_t>(tested.param));
}
INSTANTIATE_TEST_SUITE_P(Each, MotionTest, testing::Values(Motion::Fade, Motion::Slide, Motion::Wipe, Motion::Type),
                         motion_name);
INSTANTIATE_TEST_SUITE_P(Each, Revealed, testing::Values(Motion::Wipe, Motion::Type), motion_name);

TEST(Progress, GrowsWithTheVideo) {
  Template look;
  Layer layer;
  layer.kind = LayerKind::Progress;
  layer.place = Anchor::Bottom;
  layer.thickness = 0.02;
  layer.accent = {255, 255, 255};
  layer.background = {0, 0, 0};
  look.layers.push_back(layer);
  for (Microseconds time : {Microseconds(0), Microseconds(2'500'000), Microseconds(5s), Microseconds(9'999'999)}) {
    media::Frame frame = drawn(look, "", time);
    const uint8_t* row = frame.plane(0).data + 358 * frame.plane(0).stride;
    auto bright = std::count_if(row, row + 640, [](uint8_t luma) { return luma > 200; });
    EXPECT_NEAR(static_cast<double>(bright), 640.0 * static_cast<double>(time.count()) / 1e7, 3);
  }
}

}  // namespace
}  // namespace candid::overlay
