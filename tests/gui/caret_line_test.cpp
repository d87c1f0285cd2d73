#include "gui/caret_line.h"

#include <gmock/gmock.h>

namespace candid::gui {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

// "ab", letters of 10 px.
CaretLine latin() {
  return CaretLine({{0, 1, 0, 10}, {1, 2, 10, 20}, {2, 2, 20, 20}});
}
// Two letters that read from the right.
CaretLine from_right() {
  return CaretLine({{0, 1, 20, 10}, {1, 2, 10, 0}, {2, 2, 0, 0}});
}
// A Latin letter, two that read from the right, and a Latin one.
CaretLine mixed() {
  return CaretLine({{0, 1, 0, 10}, {1, 2, 30, 20}, {2, 3, 20, 10}, {3, 4, 30, 40}, {4, 4, 40, 40}});
}
// A letter, an emoji of three characters, a letter.
CaretLine emoji() {
  return CaretLine({{0, 1, 0, 10}, {1, 4, 10, 30}, {4, 5, 30, 40}, {5, 5, 40, 40}});
}

TEST(CaretLine, TheCaretStandsBeforeItsLetter) {
  EXPECT_EQ(latin().caret_at(0), 0);
  EXPECT_EQ(latin().caret_at(1), 10);
  EXPECT_EQ(latin().caret_at(2), 20);
  EXPECT_EQ(from_right().caret_at(0), 20);
  EXPECT_EQ(from_right().caret_at(2), 0);
  EXPECT_EQ(mixed().caret_at(3), 30);
  EXPECT_EQ(emoji().caret_at(2), 10) << "within the emoji";
  EXPECT_EQ(emoji().caret_at(4), 30);
}

TEST(CaretLine, APlaceThatTheTextHasNotIsItsEnd) {
  EXPECT_EQ(latin().caret_at(9), 20);
  EXPECT_EQ(CaretLine().caret_at(3), 0);
  EXPECT_EQ(CaretLine().place_at(3), 0U);
}

TEST(CaretLine, AClickGoesToTheNearestEdge) {
  EXPECT_EQ(latin().place_at(-50), 0U);
  EXPECT_EQ(latin().place_at(4), 0U);
  EXPECT_EQ(latin().place_at(6), 1U);
  EXPECT_EQ(latin().place_at(500), 2U);
  EXPECT_EQ(from_right().place_at(18), 0U);
  EXPECT_EQ(from_right().place_at(2), 2U);
  EXPECT_EQ(emoji().place_at(18), 1U);
  EXPECT_EQ(emoji().place_at(22), 4U) << "never within a letter";
}

TEST(CaretLine, AClickAndItsCaretAreOfOneMind) {
  for (const CaretLine& line : {latin(), from_right(), emoji()}) {
    for (float x = 0; x <= line.width(); ++x) EXPECT_LE(std::abs(line.caret_at(line.place_at(x)) - x), 10);
  }
}

TEST(CaretLine, GoesOverALetterOfSeveralCharactersInOneStep) {
  EXPECT_EQ(emoji().out_of_letter(2, 1), 4U);
  EXPECT_EQ(emoji().out_of_letter(3, 4), 1U);
  EXPECT_EQ(emoji().out_of_letter(1, 0), 1U);
  EXPECT_EQ(emoji().out_of_letter(5, 4), 5U);
}

TEST(CaretLine, ASelectionIsAsManyStretchesAsItLiesIn) {
  EXPECT_THAT(latin().stretches(1, 1), IsEmpty());
  EXPECT_THAT(latin().stretches(0, 2), ElementsAre(Pair(0, 20)));
  EXPECT_THAT(from_right().stretches(0, 1), ElementsAre(Pair(10, 20)));
  EXPECT_THAT(mixed().stretches(0, 2), ElementsAre(Pair(0, 10), Pair(20, 30)));
  EXPECT_THAT(mixed().stretches(0, 4), ElementsAre(Pair(0, 40)));
}

TEST(CaretLine, KnowsWhereItBegins) {
  EXPECT_TRUE(from_right().reads_from_right());
  EXPECT_FALSE(latin().reads_from_right());
  EXPECT_FALSE(mixed().reads_from_right());
  EXPECT_FALSE(CaretLine({{0, 0, 0, 0}}).reads_from_right());
}

TEST(ScrollToCaret, AsLittleAsCanBe) {
  EXPECT_EQ(scroll_to_caret(50, 0, 100, 80), 0) << "the line is shorter than its field";
  EXPECT_EQ(scroll_to_caret(150, 0, 100, 300), 50);
  EXPECT_EQ(scroll_to_caret(120, 50, 100, 300), 50) << "in sight already";
  EXPECT_EQ(scroll_to_caret(20, 50, 100, 300), 20);
  EXPECT_EQ(scroll_to_caret(150, 200, 100, 160), 60) << "shortened at its end, it leaves no gap";
}

}  // namespace
}  // namespace candid::gui
