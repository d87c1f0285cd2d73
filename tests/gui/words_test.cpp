#include "gui/words.h"

#include <algorithm>
#include <cstring>

#include <gtest/gtest.h>

namespace candid::gui {
namespace {

class WordsTest : public testing::Test {
 protected:
  void TearDown() override { set_language("en"); }
};

TEST_F(WordsTest, EnglishIsWhatTheSourceSays) {
  set_language("en");
  EXPECT_STREQ(tr("Record"), "Record");
}

TEST_F(WordsTest, ATranslationStandsForIt) {
  set_language("de");
  EXPECT_STREQ(tr("Record"), "Aufnehmen");
  EXPECT_EQ(tr("{} of {}", {"1", "3"}), "1 von 3");
}

TEST_F(WordsTest, WithoutATranslationTheEnglishStaysAndLasts) {
  set_language("de");
  const char* words = tr("said by nobody");
  for (int i = 0; i < 1000; ++i) tr("said by nobody " + std::to_string(i));
  EXPECT_STREQ(words, "said by nobody");
}

TEST_F(WordsTest, UnknownLanguagesAreEnglish) {
  set_language("xx");
  EXPECT_STREQ(tr("Record"), "Record");
}

TEST_F(WordsTest, WhatIsFilledInIsNeverAPlaceForMore) {
  EXPECT_EQ(tr("{} of {}", {"{}", "two"}), "{} of two");
}

TEST_F(WordsTest, OneThingHasItsOwnWords) {
  EXPECT_EQ(tr_count("{} video", "{} videos", 1), "1 video");
  EXPECT_EQ(tr_count("{} video", "{} videos", 0), "0 videos");
}

TEST_F(WordsTest, EveryLanguageTellsItsName) {
  const auto all = languages();
  ASSERT_GE(all.size(), 2U);
  EXPECT_TRUE(std::none_of(all.begin(), all.end(), [](const Language& one) { return one.name.empty(); }));
}

}  // namespace
}  // namespace candid::gui
