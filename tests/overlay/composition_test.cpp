#include "overlay/composition.h"

#include <thread>

#include "core/files.h"
#include "overlay/drawing.h"
#include "tests/overlay/look.h"
#include "tests/support/clips.h"
#include "tests/support/pictures.h"

namespace candid::overlay {
namespace {

using candid::test::must;
using namespace std::chrono_literals;
using test::changed_pixels;
using test::drawn;
using test::grey;
using test::lower_third;
using test::text;

class CompositionTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { candid::test::pin_fonts(); }
};

TEST_F(CompositionTest, DrawsOnlyWithinItsTime) {
  Template look;
  look.layers.push_back(lower_third());
  look.layers[0].start = {2s, false};
  look.layers[0].end = {3s, true};  // until three seconds before the end
  for (Microseconds time : {Microseconds(0), Microseconds(1'999'999), Microseconds(7s), Microseconds(9s)}) {
    EXPECT_EQ(changed_pixels(drawn(look, "Jane", time), grey()), 0) << time.count();
  }
  for (Microseconds time : {Microseconds(2s), Microseconds(6'999'999)}) {
    EXPECT_GT(changed_pixels(drawn(look, "Jane", time), grey()), 1000) << time.count();
  }
}

TEST_F(CompositionTest, LeavesASharedFrameAlone) {
  Template look;
  look.layers.push_back(lower_third());
  media::Frame original = grey();
  media::Frame copy = original.share();
  auto composition = must(Composition::create(look, {{"name", "Jane"}}, {640, 360}, 10s));
  must(composition.apply(copy, 5s));
  EXPECT_EQ(changed_pixels(original, grey()), 0);
  EXPECT_GT(changed_pixels(copy, original), 1000);
}

TEST_F(CompositionTest, FadesInAndOut) {
  Template look;
  look.layers.push_back(lower_third());
  look.layers[0].motion = Motion::Fade;
  look.layers[0].end = {9s, false};
  auto visible = [&](Microseconds time) {
    media::Frame frame = drawn(look, "Jane", time);
    media::ConstPlane plane = frame.plane(0);
    int64_t difference = 0;
    for (int y = 0; y < plane.height; ++y) {
      for (int x = 0; x < plane.width; ++x) difference += std::abs(plane.data[y * plane.stride + x] - 120);
    }
    return difference;
  };
  EXPECT_LT(visible(0s), visible(200ms) / 4);
  EXPECT_LT(visible(200ms), visible(1s));
  EXPECT_LT(visible(Microseconds(8'999'999)), visible(1s) / 4);
  look.layers[0].end = {0s, true};
  EXPECT_EQ(visible(Microseconds(9'999'999)), visible(5s)) << "the last frame, where the player rests, is no ghost";
}

// Three layers over each other; what shared and personal halves draw must be what the whole draws, in any split.
TEST_F(CompositionTest, PartsAndMergersDrawWhatTheWholeDraws) {
  Template look;
  look.layers = {lower_third("Below", ""), lower_third(), lower_third("Above", "longer than the others")};
  look.layers[0].width = 0.5;
  look.layers[2].opacity = 0.5;
  const Fields fields = {{"name", "Jane"}};
  constexpr media::FrameSize kSize{640, 360};
  media::Frame whole = drawn(look, "Jane");
  const size_t outer[] = {0, 2};
  const size_t inner[] = {1};
  auto shared = must(Composition::create(look, {}, kSize, 10s, {outer}));
  auto personal = must(Composition::create(look, fields, kSize, 10s, {inner}));
  for (const Composition& merged : {Composition::merged(shared, personal), Composition::merged(personal, shared)}) {
    media::Frame frame = grey();
    must(merged.apply(frame, 5s));
    EXPECT_EQ(changed_pixels(frame, whole), 0);
    for (size_t split = 0; split <= 3; ++split) {
      frame = grey();
      must(merged.below(split).apply(frame, 5s));
      must(merged.from(split).apply(frame, 5s));
      EXPECT_EQ(changed_pixels(frame, whole), 0) << split;
    }
  }
  media::Frame without = grey();
  must(shared.apply(without, 5s));
  EXPECT_GT(changed_pixels(without, whole), 100) << "the layer in the middle is seen at all";
}

// A name that reads from the right, amid words that read from the left: the number after it stays after it.
TEST_F(CompositionTest, ANameOfTheOtherDirectionReordersNothingAroundIt) {
  auto drawn_with = [](const std::string& words) {
    Template look;
    look.layers.push_back(lower_third(words, ""));
    return drawn(look, "משה");
  };
  media::Frame isolated = drawn_with("Hi {{name}} 22");
  EXPECT_EQ(changed_pixels(isolated, drawn_with("Hi \u2068{{name}}\u2069 22")), 0);
  EXPECT_GT(changed_pixels(isolated, drawn_with("Hi משה 22")), 20);
}

TEST_F(CompositionTest, NamesAMissingField) {
  Template look;
  look.layers.push_back(lower_third());
  auto result = Composition::create(look, {}, {640, 360}, 10s);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message(), testing::HasSubstr("{{name}}"));
}

TEST_F(CompositionTest, ReportsTextThatHadToBeCut) {
  Template look;
  look.layers.push_back(lower_third());
  std::string endless;
  for (int i = 0; i < 40; ++i) endless += "Wolfeschlegelsteinhausenbergerdorff ";
  auto composition = must(Composition::create(look, {{"name", endless}}, {640, 360}, 10s));
  ASSERT_EQ(composition.findings().size(), 1u);
  EXPECT_EQ(composition.findings()[0].severity, Severity::Warning);
  EXPECT_EQ(composition.findings()[0].column, "layer[0]");
}

TEST_F(CompositionTest, ReportsCharactersThatNoFontHas) {
  Template look;
  look.layers.push_back(lower_third());
  auto composition = must(Composition::create(look, {{"name", "A\uE123B"}}, {640, 360}, 10s));
  ASSERT_EQ(composition.findings().size(), 1u);
  EXPECT_EQ(composition.findings()[0].severity, Severity::Error);
  EXPECT_THAT(composition.findings()[0].message, testing::HasSubstr("U+E123"));
}

TEST_F(CompositionTest, HasNothingToSayAboutEverydayNames) {
  Template look;
  look.layers.push_back(lower_third());
  for (const char* name :
       {"Nguyễn Thị Hồng", "Łukasz Żółć", "王小明", "محمد", "עִבְרִית", "👩‍💻", "Jane 100%", "Ὀδυσσεύς"}) {
    EXPECT_TRUE(must(Composition::create(look, {{"name", name}}, {640, 360}, 10s)).findings().empty()) << name;
  }
}

TEST_F(CompositionTest, AMegabyteOfTextCostsNoTime) {
  Template look;
  look.layers.push_back(lower_third());
  look.layers.push_back(lower_third());
  look.layers[1].kind = LayerKind::Text;
  auto begin = std::chrono::steady_clock::now();
  must(Composition::create(look, {{"name", std::string(1 << 20, 'x')}}, {640, 360}, 10s));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 20s);  // shaping it all takes minutes
}

TEST_F(CompositionTest, KeepsEveryLayerInsideTheFrame) {
  // Whatever the shape of the frame, what is drawn keeps its margin.
  for (media::FrameSize size : {media::FrameSize{640, 360}, {360, 640}, {360, 360}}) {
    for (Anchor place : {Anchor::TopLeft, Anchor::Top, Anchor::TopRight, Anchor::Left, Anchor::Center, Anchor::Right,
                         Anchor::BottomLeft, Anchor::Bottom, Anchor::BottomRight}) {
      Template look;
      look.layers.push_back(lower_third());
      look.layers[0].place = place;
      media::Frame frame = drawn(look, "Nguyễn Thị Hồng", 5s, size);
      media::Frame bare = grey(size);
      media::ConstPlane plane = frame.plane(0);
      int margin = static_cast<int>(0.05 * std::min(size.width, size.height)) - 2;
      for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
          bool inside = x >= margin && x < size.width - margin && y >= margin && y < size.height - margin;
          if (inside) continue;

          ASSERT_EQ(plane.data[y * plane.stride + x], 120)
              << size.width << "x" << size.height << " " << static_cast<int>(place) << " at " << x << "," << y;
        }
      }
      EXPECT_GT(changed_pixels(frame, bare), 1000);
    }
  }
}

TEST_F(CompositionTest, ThreadsDrawTheSamePicture) {
  Template look;
  look.layers.push_back(lower_third());
  media::Frame expected = drawn(look, "王小明");
  std::vector<std::jthread> threads;
  std::array<int, 8> differences{};
  for (int& difference : differences) {
    threads.emplace_back([&] {
      difference = 0;
      for (int i = 0; i < 5; ++i) difference += changed_pixels(drawn(look, "王小明"), expected);
    });
  }
  threads.clear();
  EXPECT_THAT(differences, testing::Each(0));
}

TEST(CheckImage, AcceptsPicturesAndRefusesTheRest) {
  auto folder = must(TemporaryFolder::create());
  must(write_file(folder.path() / "logo.svg",
                  std::string_view(R"(<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2"/>)")));
  EXPECT_TRUE(check_image(folder.path() / "logo.svg"));
  must(write_file(folder.path() / "broken.svg", std::string_view("<svg ")));
  must(write_file(folder.path() / "broken.png", std::string_view("\x89PNG\r\n\x1a\n and then nothing")));
  must(write_file(folder.path() / "text.jpg", std::string_view("hello")));
  for (const char* name : {"broken.svg", "broken.png", "text.jpg", "missing.png"}) {
    EXPECT_FALSE(check_image(folder.path() / name)) << name;
  }
}

TEST(CheckImage, RefusesAPictureThatWasCut) {
  auto folder = must(TemporaryFolder::create());
  for (const char* name : {"logo.png", "logo.jpg"}) {
    candid::test::make_clip(folder.path() / name, "-f lavfi -i testsrc2=size=64x64 -frames:v 1");
    EXPECT_TRUE(check_image(folder.path() / name)) << name;
    auto bytes = must(read_file(folder.path() / name));
    bytes.resize(bytes.size() / 2);
    must(write_file(folder.path() / name, bytes));
    EXPECT_FALSE(check_image(folder.path() / name)) << name;
  }
}

TEST(CheckImage, RefusesAHugePictureBeforeItIsUnpacked) {
  auto folder = must(TemporaryFolder::create());
  candid::test::make_clip(folder.path() / "huge.png", "-f lavfi -i color=red:size=9000x9000 -frames:v 1");
  auto result = check_image(folder.path() / "huge.png");
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message(), testing::HasSubstr("9000x9000"));
}

TEST(CheckImage, AnSvgMayBeginWithALongComment) {
  auto folder = must(TemporaryFolder::create());
  must(write_file(folder.path() / "logo.svg",
                  "<?xml version=\"1.0\"?><!-- " + std::string(5000, 'x') +
                      " --><svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4\" height=\"2\"/>"));
  EXPECT_TRUE(check_image(folder.path() / "logo.svg"));
}

TEST(CheckImage, AnSvgReadsNoOtherFile) {
  // Were the reference followed, the red picture would show.
  auto folder = must(TemporaryFolder::create());
  must(write_file(
      folder.path() / "red.svg",
      std::string_view(
          R"(<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8" fill="#f00"/></svg>)")));
  std::string outer =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"8\" height=\"8\">"
      "<image width=\"8\" height=\"8\" xlink:href=\"file://" +
      (folder.path() / "red.svg").string() +
      "\"/>"
      "<image width=\"8\" height=\"8\" xlink:href=\"red.svg\"/></svg>";
  must(write_file(folder.path() / "outer.svg", outer));
  Patch patch = must(draw_picture(folder.path() / "outer.svg", {8, 8}, 0, 0));
  EXPECT_EQ(patch.coverage.begin(0), patch.coverage.end(7)) << "nothing is drawn";
}

}  // namespace
}  // namespace candid::overlay
