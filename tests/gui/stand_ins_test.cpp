#include "gui/stand_ins.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/text.h"

namespace candid::gui {
namespace {

TEST(StandIns, WhatHasSixteenBitsStaysAsItIs) {
  for (const char* text : {"", "Jane Sample", "محمد علي", "王小明", "Łukasz\nŻółć", "\xEE\x80\x80"}) {
    EXPECT_EQ(with_stand_ins(text), text);
    EXPECT_EQ(without_stand_ins(text), text);
  }
}

TEST(StandIns, EachTextComesBackAsItWas) {
  // An emoji of several, a rare letter of a name, and letters that are stand-ins themselves.
  for (const char* text : {"Hi 🎉!", "👩‍💻👩‍💻", "𠮷野家", "㐀㐁䶿", "㐀🎉㐁"}) {
    const std::string typed = with_stand_ins(text);
    const auto letters = characters(typed);
    EXPECT_EQ(letters.size(), characters(text).size());
    EXPECT_TRUE(std::all_of(letters.begin(), letters.end(), [](auto letter) { return letter.size() < 4; })) << typed;
    EXPECT_EQ(without_stand_ins(typed), text);
  }
}

TEST(StandIns, OneLetterHasOneStandIn) {
  EXPECT_EQ(with_stand_ins("🎉"), with_stand_ins("🎉"));
  EXPECT_NE(with_stand_ins("🎉"), with_stand_ins("🎈"));
}

TEST(StandIns, MendsWhatIsNoUtf8) {
  EXPECT_EQ(with_stand_ins("a\xF0\x9F"), "a\xEF\xBF\xBD");
}

}  // namespace
}  // namespace candid::gui
