#include "overlay/placement.h"

#include "overlay/composition.h"
#include "tests/overlay/look.h"
#include "tests/support/pictures.h"

namespace candid::overlay {
namespace {

using candid::test::must;
using namespace std::chrono_literals;
using testing::IsEmpty;

constexpr media::FrameSize kSize{640, 360};

Template with_face(double left, double top, double right, double bottom) {
  Template look;
  look.faces.push_back({0s, 10s, left, top, right, bottom});
  return look;
}

Layer at(Anchor place) {
  Layer layer;
  layer.place = place;
  return layer;
}

TEST(Placement, StaysWhereItWasPutWhereNoFaceIs) {
  Template look = with_face(0.4, 0.1, 0.6, 0.5);
  Placement placed = Placer(look, kSize).place(at(Anchor::BottomLeft), 200, 60, 0s, 5s, {});
  EXPECT_EQ(placed.anchor, Anchor::BottomLeft);
  EXPECT_EQ(placed.box.left, 18);
  EXPECT_EQ(placed.box.top, 360 - 60 - 18);
}

TEST(Placement, MovesToTheNearestFreeAnchor) {
  Template look = with_face(0.0, 0.5, 0.4, 1.0);
  Placement placed = Placer(look, kSize).place(at(Anchor::BottomLeft), 200, 60, 0s, 5s, {});
  EXPECT_EQ(placed.covered, 0);
  EXPECT_NE(placed.anchor, Anchor::BottomLeft);
  EXPECT_GE(placed.box.left, 256);
}

TEST(Placement, OnlyFacesOfItsOwnTimeCount) {
  Template look = with_face(0.0, 0.5, 0.4, 1.0);
  EXPECT_EQ(Placer(look, kSize).place(at(Anchor::BottomLeft), 200, 60, 10s, 12s, {}).anchor, Anchor::BottomLeft);
}

TEST(Placement, BetweenAnchorsWhereAllOfThemAreTaken) {
  Template look;
  // A cross of faces that leaves room right of the left edge's middle only.
  look.faces = {
      {0s, 10s, 0, 0, 1, 0.3}, {0s, 10s, 0, 0.62, 1, 1}, {0s, 10s, 0.0, 0.3, 0.08, 0.62}, {0s, 10s, 0.5, 0.3, 1, 0.62}};
  Placement placed = Placer(look, kSize).place(at(Anchor::BottomLeft), 200, 60, 0s, 5s, {});
  EXPECT_EQ(placed.covered, 0);
  EXPECT_GT(placed.box.left, 50);
}

TEST(Placement, SaysHowMuchItCoversWhereNothingIsFree) {
  Template look = with_face(0, 0, 1, 1);
  EXPECT_GT(Placer(look, kSize).place(at(Anchor::Center), 200, 60, 0s, 5s, {}).covered, 0.01);
}

TEST(Placement, ALayerThatMayCoverFacesStays) {
  Template look = with_face(0, 0, 1, 1);
  Layer layer = at(Anchor::Center);
  layer.keeps_off_faces = false;
  EXPECT_EQ(Placer(look, kSize).place(layer, 200, 60, 0s, 5s, {}).covered, 0);
}

TEST(Placement, OffsetsNeverLeadOutOfTheFrame) {
  Template look;
  Layer layer = at(Anchor::BottomRight);
  layer.offset_x = 0.9;
  layer.offset_y = 0.9;
  Placement placed = Placer(look, kSize).place(layer, 200, 60, 0s, 5s, {});
  EXPECT_EQ(placed.box.left + 200, 640);
  EXPECT_EQ(placed.box.top + 60, 360);
}

class KeepsOff : public testing::Test {
 protected:
  static void SetUpTestSuite() { candid::test::pin_fonts(); }
};

TEST_F(KeepsOff, ALowerThirdShrinksRatherThanCoverAFace) {
  Template look = with_face(0.0, 0.0, 0.72, 1.0);
  look.layers.push_back(test::lower_third("{{name}}", "Some role"));
  auto composition = must(Composition::create(look, {{"name", "Bart Longname"}}, kSize, 10s));
  EXPECT_THAT(composition.findings(), IsEmpty());
  look.faces[0].right = 1;
  auto covering = must(Composition::create(look, {{"name", "Bart Longname"}}, kSize, 10s));
  ASSERT_EQ(covering.findings().size(), 1u);
  EXPECT_THAT(covering.findings()[0].message, testing::HasSubstr("of a face"));
}

TEST_F(KeepsOff, CaptionsStandWhereMostOfThemAreFree) {
  Template look;
  Layer captions;
  captions.kind = LayerKind::Captions;
  captions.place = Anchor::Bottom;
  for (int i = 0; i < 4; ++i) captions.lines.push_back({i * 2s, i * 2s + 1s, test::text("A caption of some words")});
  look.layers.push_back(captions);
  look.faces = {{0s, 5s, 0.3, 0.6, 0.7, 1}, {6s, 7s, 0.3, 0, 0.7, 0.3}};
  settle_captions(look, kSize);
  EXPECT_EQ(look.layers[0].place, Anchor::Top) << "three of four are free there";
  EXPECT_THAT(must(Composition::create(look, {}, kSize, 10s)).findings(), IsEmpty()) << "the fourth moves by itself";
}

}  // namespace
}  // namespace candid::overlay
