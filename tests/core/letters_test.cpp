#include "core/letters.h"

#include "tests/support/results.h"

namespace candid {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Letters, CaseIsJudgedWhereThereIsCase) {
  EXPECT_TRUE(is_all_upper("JANE O'NEIL-ŻÓŁĆ"));
  EXPECT_TRUE(is_all_upper("ΟΔΥΣΣΕΥΣ"));
  EXPECT_FALSE(is_all_upper("Jane"));
  EXPECT_FALSE(is_all_upper("王小明"));
  EXPECT_FALSE(is_all_upper("J."));
  EXPECT_TRUE(is_all_lower("jane sample"));
  EXPECT_TRUE(is_all_lower("łukasz"));
  EXPECT_FALSE(is_all_lower("van der Berg"));
  EXPECT_FALSE(is_all_lower("محمد"));
  EXPECT_FALSE(is_all_lower("ქეთევან"));
  EXPECT_TRUE(is_latin_alike("Łukasz Иван"));
  EXPECT_FALSE(is_latin_alike("田中 太郎"));
  EXPECT_FALSE(is_all_lower(""));
}

TEST(Letters, PlainOnesAreWhatAMailAddressWouldHave) {
  EXPECT_EQ(plain_letters("Łukasz Żółć"), "lukasz zolc");
  EXPECT_EQ(plain_letters("  José  O'Neil-Müller "), "jose oneil muller");
  EXPECT_EQ(plain_letters("Nguyễn Thị Hồng"), "nguyen thi hong");
  EXPECT_EQ(plain_letters("Ольга"), "olga");
  EXPECT_EQ(plain_letters("👩‍💻"), "");
}

TEST(Letters, HiddenCharactersAreFoundAndThoseThatScriptsNeedAreNot) {
  EXPECT_THAT(hidden_characters("a\u202Eb\u200Bc\u0007\u202E"), ElementsAre(U'\u202E', U'\u200B', U'\u0007'));
  EXPECT_THAT(hidden_characters("क्‍ष 👩‍💻 نمی‌خواهم\u200F a\nb\tc"), IsEmpty());
  EXPECT_TRUE(turns_direction(U'\u202E'));
  EXPECT_FALSE(turns_direction(U'\u200B'));
  EXPECT_EQ(code_point(U'\u202E'), "U+202E");
}

TEST(Letters, WhatShowsNothingIsFound) {
  for (const char* text :
       {"", " \u00A0", "\u3164", "\u2800", "\u200D", "\uFE0F", "\U000E0041", "\u115F", "\u200E", "\uFFFC"})
    EXPECT_TRUE(shows_nothing(text)) << text;
  for (const char* text : {"J", "王", "👩‍💻", "\u0301", "-"}) EXPECT_FALSE(shows_nothing(text)) << text;
}

TEST(Letters, ForeignLettersWithinAWordAreFound) {
  EXPECT_TRUE(mixes_alphabets("J\u043Ehn"));  // a Cyrillic o
  EXPECT_FALSE(mixes_alphabets("John Иванов"));
  EXPECT_FALSE(mixes_alphabets("Łukasz 王小明"));
}

TEST(Letters, WronglyDecodedTextIsFound) {
  for (const char* text : {"JosÃ©", "Oâ€™Neil", "MÃ¼ller", "Å‚ukasz", "ZoÃ«"}) EXPECT_TRUE(looks_misread(text)) << text;
  for (const char* text : {"José", "Ângela", "Łukasz", "Åsa", "Âû", "Ñandú"}) EXPECT_FALSE(looks_misread(text)) << text;
}

}  // namespace
}  // namespace candid
