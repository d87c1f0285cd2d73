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
