#include "overlay/text_picture.h"

#include <array>
#include <cstdlib>
#include <limits>
#include <thread>
#include <vector>

#include "tests/support/pictures.h"
#include "tests/support/results.h"

namespace candid::overlay {
namespace {

using candid::test::must;

constexpr Color kTeal{0, 128, 120};

class TextPictureTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { candid::test::pin_fonts(); }

  static TextPicture drawn(const std::string& text, int max_width = 400, int max_lines = 1) {
    TextPicture picture = must(draw_words(words(text, max_width, max_lines)));
    EXPECT_EQ(picture.rgba.size(), static_cast<size_t>(picture.width) * static_cast<size_t>(picture.height) * 4);
    EXPECT_LE(picture.width, max_width);
    return picture;
  }
  static Words words(const std::string& text, int max_width = 400, int max_lines = 1) {
    Words words;
    words.text = text;
    words.size = 24;
    words.max_width = max_width;
    words.max_lines = max_lines;
    words.color = kTeal;
    return words;
  }
};

std::array<int, 4> pixel_at(const TextPicture& picture, int x, int y) {
  const uint8_t* pixel = picture.rgba.data() + 4 * (y * picture.width + x);
  return {pixel[0], pixel[1], pixel[2], pixel[3]};
}

struct Count {
  int opaque = 0;
  int clear = 0;
  int other_colors = 0;  // of pixels that are seen well and are not teal
};
Count counted(const TextPicture& picture) {
  Count count;
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      auto [r, g, b, alpha] = pixel_at(picture, x, y);
      count.opaque += alpha == 255 ? 1 : 0;
      count.clear += alpha == 0 ? 1 : 0;
      bool is_teal = std::abs(r - kTeal.r) <= 3 && std::abs(g - kTeal.g) <= 3 && std::abs(b - kTeal.b) <= 3;
      count.other_colors += alpha > 128 && !is_teal ? 1 : 0;
    }
  }
  return count;
}

TEST_F(TextPictureTest, WordsAreOfTheColourAskedForOnClearGround) {
  TextPicture picture = drawn("Jane Sample");
  Count seen = counted(picture);
  EXPECT_GT(seen.opaque, 100);
  EXPECT_GT(seen.clear, picture.width * picture.height / 3);
  EXPECT_EQ(seen.other_colors, 0) << "straight alpha: edges keep the colour";
  EXPECT_EQ(pixel_at(picture, picture.width - 1, 0), (std::array<int, 4>{kTeal.r, kTeal.g, kTeal.b, 0}));
  EXPECT_FALSE(picture.was_cut);
  EXPECT_FALSE(picture.reads_from_right);
  EXPECT_TRUE(picture.missing.empty());
}

TEST_F(TextPictureTest, ATranslucentColourStaysThatColour) {
  Words pale = words("Jane");
  pale.color.alpha = 128;
  TextPicture picture = must(draw_words(pale));
  int most = 0;
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      auto [r, g, b, alpha] = pixel_at(picture, x, y);
      most = std::max(most, alpha);
      if (alpha <= 100) continue;
      EXPECT_NEAR(r, kTeal.r, 2);
      EXPECT_NEAR(g, kTeal.g, 2);
      EXPECT_NEAR(b, kTeal.b, 2);
    }
  }
  EXPECT_NEAR(most, 128, 1);
}

TEST_F(TextPictureTest, DrawsEveryScript) {
  for (const char* text : {"محمد علي", "王小明", "さくら", "김민수", "Ελένη", "Ольга", "אברהם", "आरव", "สมชาย"}) {
    SCOPED_TRACE(text);
    TextPicture picture = drawn(text);
    EXPECT_TRUE(picture.missing.empty());
    EXPECT_GT(counted(picture).opaque, 50);
    EXPECT_EQ(counted(picture).other_colors, 0);
  }
}

TEST_F(TextPictureTest, ArabicIsJoinedAndReadsFromTheRight) {
  TextPicture joined = drawn("محمد");
  EXPECT_TRUE(joined.reads_from_right);
  // U+200C keeps letters apart.
  EXPECT_NE(joined.rgba, drawn("م\u200Cح\u200Cم\u200Cد").rgba);
}

TEST_F(TextPictureTest, EmojiHaveTheirOwnColours) {
  TextPicture picture = drawn("Hi 🎉");
  EXPECT_TRUE(picture.missing.empty());
  EXPECT_GT(counted(picture).other_colors, 50);
}

TEST_F(TextPictureTest, ALongLineEndsWithAnEllipsis) {
  const std::string text = "A headline that is far too long for the place that it is given";
  TextPicture picture = drawn(text, 150);
  EXPECT_TRUE(picture.was_cut);
  EXPECT_GT(picture.width, 100);
  EXPECT_EQ(picture.height, drawn("A").height) << "no smaller letters, one line";
  EXPECT_FALSE(drawn(text, 2000).was_cut);
}

TEST_F(TextPictureTest, WrapsIntoAsManyLinesAsItMay) {
  const std::string text = "A headline that is far too long for the place that it is given";
  const int line = drawn("A").height;
  TextPicture three = drawn(text, 300, 5);
  EXPECT_FALSE(three.was_cut);
  EXPECT_NEAR(three.height, 3 * line, line / 2);
  TextPicture two = drawn(text, 300, 2);
  EXPECT_TRUE(two.was_cut);
  EXPECT_NEAR(two.height, 2 * line, line / 4);
  EXPECT_TRUE(drawn("Donaudampfschifffahrtsgesellschaftskapitän", 60, 2).was_cut);
}

TEST_F(TextPictureTest, LineBreaksCountWhereThereMayBeSeveralLines) {
  const int line = drawn("A").height;
  EXPECT_EQ(drawn("one\ntwo").height, line);
  EXPECT_NEAR(drawn("one\r\ntwo\nthree", 400, 3).height, 3 * line, 3);
  TextPicture cut = drawn("one\ntwo\nthree", 400, 2);
  EXPECT_TRUE(cut.was_cut);
  EXPECT_NEAR(cut.height, 2 * line, 3);
  TextPicture wrapped =
      drawn("A line that is wrapped into two of them\nand one more of the kind that is wrapped", 250, 3);
  EXPECT_TRUE(wrapped.was_cut);
  EXPECT_NEAR(wrapped.height, 3 * line, 3);
  EXPECT_TRUE(wrapped.missing.empty());
  EXPECT_FALSE(drawn("one\ntwo\n", 400, 2).was_cut) << "nothing but a line break";
}

TEST_F(TextPictureTest, NothingToSayHasTheHeightOfALine) {
  for (const char* text : {"", "  ", "\n\t"}) {
    TextPicture picture = drawn(text);
    EXPECT_EQ(picture.width, 0);
    EXPECT_EQ(picture.height, drawn("A").height);
    EXPECT_TRUE(picture.rgba.empty());
    EXPECT_FALSE(picture.was_cut);
  }
}

TEST_F(TextPictureTest, HostileTextIsDrawnAllTheSame) {
  TextPicture picture = drawn("\xC3(<b>\u202Eabc</b>&amp;\x07");
  EXPECT_GT(picture.width, drawn("(<b>abc</b>&amp;").width - 10) << "markup is words";
  TextPicture unknown = drawn("A\U000E123B\uE123");
  ASSERT_FALSE(unknown.missing.empty());
  std::string endless(200'000, 'x');
  EXPECT_TRUE(drawn(endless, 300, 3).was_cut);
  EXPECT_TRUE(drawn(std::string(200'000, '\n') + "x", 300, 3).was_cut);
}

TEST_F(TextPictureTest, RefusesSizesThatNothingCanBeDrawnIn) {
  for (double size : {0.0, -4.0, 1e9, std::numeric_limits<double>::quiet_NaN()}) {
    Words wrong = words("A");
    wrong.size = size;
    auto result = draw_words(wrong);
    ASSERT_FALSE(result) << size;
    EXPECT_EQ(result.error().kind(), ErrorKind::InvalidInput);
  }
  EXPECT_FALSE(draw_words(words("A", 0)));
  EXPECT_TRUE(draw_words(words("A wide word", 1)));
}

std::vector<LetterPlace> letters_of(const std::string& text) {
  Words line;
  line.text = text;
  line.size = 24;
  line.max_width = 1000;
  return must(place_letters(line));
}

TEST_F(TextPictureTest, LettersStandOneAfterTheOtherAndTheCaretBehindThem) {
  const auto letters = letters_of("Jane ");
  ASSERT_EQ(letters.size(), 6U);
  EXPECT_FLOAT_EQ(letters[0].leading, 0);
  for (size_t i = 0; i + 1 < letters.size(); ++i) {
    EXPECT_EQ(letters[i].begin, i);
    EXPECT_EQ(letters[i].end, i + 1);
    EXPECT_GT(letters[i].trailing, letters[i].leading);
    EXPECT_FLOAT_EQ(letters[i].trailing, letters[i + 1].leading);
  }
  EXPECT_EQ(letters[5].begin, 5U);
  EXPECT_EQ(letters[5].end, 5U);
  EXPECT_GT(letters[5].leading, letters_of("Jane")[4].leading) << "a space at the end is seen by its caret";
  EXPECT_NEAR(letters_of("Jane")[4].leading, drawn("Jane").width, 1);
}

TEST_F(TextPictureTest, LettersThatReadFromTheRightStandThere) {
  const auto letters = letters_of("محمد");
  ASSERT_EQ(letters.size(), 5U);
  const float width = static_cast<float>(drawn("محمد").width);
  EXPECT_NEAR(letters[0].leading, width, 1);
  for (size_t i = 0; i < 4; ++i) EXPECT_LT(letters[i].trailing, letters[i].leading);
  EXPECT_NEAR(letters[3].trailing, 0, 1);
  EXPECT_NEAR(letters[4].leading, 0, 1) << "the end is on the left";
}

TEST_F(TextPictureTest, BothDirectionsInOneLine) {
  const auto letters = letters_of("A محمد B");
  ASSERT_EQ(letters.size(), 9U);
  EXPECT_LT(letters[0].leading, letters[0].trailing);
  EXPECT_GT(letters[2].leading, letters[2].trailing);
  EXPECT_GT(letters[2].leading, letters[5].leading) << "within the name from the right";
  EXPECT_GT(letters[7].leading, letters[2].leading) << "and on behind it";
}

TEST_F(TextPictureTest, WhatIsOneLetterIsOne) {
  const auto accent = letters_of("Zoe\u0301!");
  ASSERT_EQ(accent.size(), 5U);
  EXPECT_EQ(accent[2].begin, 2U);
  EXPECT_EQ(accent[2].end, 4U);
  const auto emoji = letters_of("a👩‍💻b");
  ASSERT_EQ(emoji.size(), 4U);
  EXPECT_EQ(emoji[1].end - emoji[1].begin, 3U);
  EXPECT_GT(emoji[1].trailing - emoji[1].leading, 20);
  EXPECT_EQ(letters_of("王小明").size(), 4U);
}

TEST_F(TextPictureTest, WithoutLettersTheCaretStandsAtTheBeginning) {
  const auto none = letters_of("");
  ASSERT_EQ(none.size(), 1U);
  EXPECT_EQ(none[0].end, 0U);
  EXPECT_FLOAT_EQ(none[0].leading, 0);
  EXPECT_GT(letters_of("  ")[2].leading, 5);
}

TEST_F(TextPictureTest, ThreadsMayDrawAtTheSameTime) {
  const std::string text = "محمد 王小明 🎉 Jane";
  const TextPicture alone = drawn(text);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 10; ++round) EXPECT_EQ(drawn(text).rgba, alone.rgba);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace candid::overlay
