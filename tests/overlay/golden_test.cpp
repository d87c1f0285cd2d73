// Pictures that were looked at. A glyph that is missing, mirrored, unshaped or cut changes far more than the tolerance.

#include "tests/overlay/look.h"
#include "tests/support/pictures.h"

namespace candid::overlay {
namespace {

using candid::test::expect_golden;
using candid::test::must;
using namespace std::chrono_literals;
using test::grey;
using test::lower_third;
using test::text;

class Golden : public testing::Test {
 protected:
  static void SetUpTestSuite() { candid::test::pin_fonts(); }

  // One lower third a name, from top to bottom.
  static media::Frame stacked(const std::vector<std::string>& names) {
    media::FrameSize size{480, static_cast<int>(names.size()) * 80 + 20};
    media::Frame frame = grey(size);
    for (size_t i = 0; i < names.size(); ++i) {
      Template look;
      look.layers.push_back(lower_third());
      look.layers[0].place = Anchor::TopLeft;
      look.layers[0].font_size = 20.0 / std::min(size.width, size.height);
      media::Frame line = grey(size);
      auto composition = must(Composition::create(look, {{"name", names[i]}}, size, 10s));
      must(composition.apply(line, 5s));
      EXPECT_TRUE(composition.findings().empty()) << names[i];
      copy_band(line, frame, static_cast<int>(0.05 * std::min(size.width, size.height)) & ~1,
                10 + static_cast<int>(i) * 80, 78);
    }
    return frame;
  }

 private:
  static void copy_band(const media::Frame& from, media::Frame& to, int from_y, int to_y, int height) {
    for (int p = 0; p < 3; ++p) {
      int shift = p == 0 ? 0 : 1;
      media::ConstPlane source = from.plane(p);
      media::Plane target = to.mutable_plane(p);
      for (int row = 0; row < height >> shift; ++row) {
        int source_row = std::min((from_y >> shift) + row, source.height - 1);
        std::copy_n(source.data + source_row * source.stride, source.width,
                    target.data + ((to_y >> shift) + row) * target.stride);
      }
    }
  }
};

TEST_F(Golden, NamesOfManyScripts) {
  expect_golden(stacked({"Nguyễn Thị Hồng", "Łukasz Żółć", "王小明", "محمد", "עִבְרִית", "Zoë 👩‍💻 Sample"}),
                "names-scripts");
}

// A name is data: nothing in it is a command to anyone.
TEST_F(Golden, NamesThatLookLikeCommands) {
  expect_golden(stacked({"x',drawtext=textfile=/etc/passwd", "%{localtime}", "100%", "<script>alert(1)</script>",
                         "../../x", "=1+1", "<b>bold</b> &amp; {{email}}"}),
                "names-commands");
}

TEST_F(Golden, CardWithLogo) {
  Template look;
  Layer card;
  card.kind = LayerKind::Card;
  card.text = text("Thank you, {{first_name}}");
  card.subtext = text("You hear from us by Friday");
  card.image = std::filesystem::path(CANDID_SOURCE_DIR) / "assets/kits/common/brand/logo.svg";
  card.background = {20, 24, 33};
  card.motion = Motion::None;
  look.layers.push_back(card);
  expect_golden(test::drawn(look, "Hồng"), "card");
}

TEST_F(Golden, WholeLookInEveryShape) {
  Template look;
  Layer logo;
  logo.kind = LayerKind::Image;
  logo.place = Anchor::TopRight;
  logo.image = std::filesystem::path(CANDID_SOURCE_DIR) / "assets/kits/common/brand/logo.svg";
  logo.motion = Motion::None;
  Layer captions;
  captions.kind = LayerKind::Captions;
  captions.place = Anchor::Bottom;
  captions.style.bold = false;
  captions.lines = {{4s, 6s, text("You will have our decision by Friday, and I will tell you myself.")}};
  look.layers = {logo, lower_third(), captions};
  expect_golden(test::drawn(look, "Nguyễn Thị Hồng", 5s, {640, 360}), "look-16x9");
  expect_golden(test::drawn(look, "Nguyễn Thị Hồng", 5s, {360, 640}), "look-9x16");
  expect_golden(test::drawn(look, "Nguyễn Thị Hồng", 5s, {480, 480}), "look-1x1");
}

}  // namespace
}  // namespace candid::overlay
