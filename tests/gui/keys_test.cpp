#include "gui/keys.h"

#include <SDL_keycode.h>
#include <gmock/gmock.h>

#include "tests/gui/headless.h"

namespace candid::gui {
namespace {

using test::Headless;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr KeyKind kKinds[] = {KeyKind::Arrow, KeyKind::Press,    KeyKind::Escape,
                              KeyKind::Other, KeyKind::WithCtrl, KeyKind::EditWithCtrl};

TEST(KeyOwner, AQuestionIsHeardBeforeEverything) {
  for (KeyKind kind : kKinds) {
    EXPECT_NE(owner_of(kind, {.asks = true, .has_menu = true, .takes_arrows = true}), KeyOwner::Screen);
    EXPECT_NE(owner_of(kind, {.asks = true, .is_typing = true}), KeyOwner::Screen);
  }
  EXPECT_EQ(owner_of(KeyKind::Press, {.asks = true}), KeyOwner::Question);
  EXPECT_EQ(owner_of(KeyKind::Press, {.asks = true, .is_marked = true}), KeyOwner::Widgets) << "a marked button";
  EXPECT_EQ(owner_of(KeyKind::Escape, {.asks = true, .is_marked = true}), KeyOwner::Question);
}

TEST(KeyOwner, MenusAndLinesHaveAllKeysButThoseWithCtrl) {
  for (const KeyScene& scene : {KeyScene{.has_menu = true, .takes_arrows = true}, KeyScene{.is_typing = true}}) {
    for (KeyKind kind : {KeyKind::Arrow, KeyKind::Press, KeyKind::Escape, KeyKind::Other})
      EXPECT_EQ(owner_of(kind, scene), KeyOwner::Widgets);
    EXPECT_EQ(owner_of(KeyKind::WithCtrl, scene), KeyOwner::Screen);
  }
  EXPECT_EQ(owner_of(KeyKind::EditWithCtrl, {.is_typing = true}), KeyOwner::Widgets) << "a line has an undo of its own";
  EXPECT_EQ(owner_of(KeyKind::EditWithCtrl, {}), KeyOwner::Screen);
}

TEST(KeyOwner, WhatIsMarkedHasTheKeysThatMoveAndPressIt) {
  const KeyScene marked{.is_marked = true, .takes_arrows = true};
  for (KeyKind kind : {KeyKind::Arrow, KeyKind::Press, KeyKind::Escape})
    EXPECT_EQ(owner_of(kind, marked), KeyOwner::Widgets);
  EXPECT_EQ(owner_of(KeyKind::Other, marked), KeyOwner::Screen);
}

TEST(KeyOwner, ElseTheScreenHasThemButArrowsOnlyIfItTakesThem) {
  for (KeyKind kind : kKinds) EXPECT_EQ(owner_of(kind, {.takes_arrows = true}), KeyOwner::Screen);
  EXPECT_EQ(owner_of(KeyKind::Arrow, {}), KeyOwner::Widgets);
}

TEST(KeyKind, OfEachKey) {
  EXPECT_EQ(kind_of(SDL_SCANCODE_PAGEDOWN, false), KeyKind::Arrow);
  EXPECT_EQ(kind_of(SDL_SCANCODE_HOME, false), KeyKind::Arrow);
  EXPECT_EQ(kind_of(SDL_SCANCODE_RETURN, false), KeyKind::Press);
  EXPECT_EQ(kind_of(SDL_SCANCODE_ESCAPE, false), KeyKind::Escape);
  EXPECT_EQ(kind_of(SDL_SCANCODE_F5, false), KeyKind::Other);
  EXPECT_EQ(kind_of(SDL_SCANCODE_RETURN, true), KeyKind::WithCtrl);
  EXPECT_EQ(kind_of(SDL_SCANCODE_Z, true), KeyKind::EditWithCtrl);
}

TEST(KeyOf, IsWhatIsWrittenOnIt) {
  // German: Y and Z change places, plus and minus lie where others have ] and /.
  EXPECT_EQ(key_of(SDL_SCANCODE_Y, 'z'), SDL_SCANCODE_Z);
  EXPECT_EQ(key_of(SDL_SCANCODE_Z, 'y'), SDL_SCANCODE_Y);
  EXPECT_EQ(key_of(SDL_SCANCODE_RIGHTBRACKET, '+'), SDL_SCANCODE_EQUALS);
  EXPECT_EQ(key_of(SDL_SCANCODE_SLASH, '-'), SDL_SCANCODE_MINUS);
  EXPECT_EQ(key_of(SDL_SCANCODE_MINUS, 0xDF), SDL_SCANCODE_UNKNOWN) << "a sharp s takes nothing away";
  // French: A is where others have Q, M beside L, and a comma where others have M.
  EXPECT_EQ(key_of(SDL_SCANCODE_Q, 'a'), SDL_SCANCODE_A);
  EXPECT_EQ(key_of(SDL_SCANCODE_A, 'q'), SDL_SCANCODE_Q);
  EXPECT_EQ(key_of(SDL_SCANCODE_SEMICOLON, 'm'), SDL_SCANCODE_M);
  EXPECT_EQ(key_of(SDL_SCANCODE_M, ','), SDL_SCANCODE_UNKNOWN);
}

TEST(KeyOf, DigitsAndKeysThatMoveAreWhereTheyAre) {
  EXPECT_EQ(key_of(SDL_SCANCODE_1, '&'), SDL_SCANCODE_1);
  EXPECT_EQ(key_of(SDL_SCANCODE_6, '-'), SDL_SCANCODE_6) << "a French minus, which is the sixth screen";
  for (int key : {SDL_SCANCODE_RETURN, SDL_SCANCODE_ESCAPE, SDL_SCANCODE_SPACE, SDL_SCANCODE_TAB, SDL_SCANCODE_F5,
                  SDL_SCANCODE_DOWN, SDL_SCANCODE_KP_PLUS, SDL_SCANCODE_KP_MINUS})
    EXPECT_EQ(key_of(key, SDL_SCANCODE_TO_KEYCODE(key)), key);
}

TEST(KeyOf, GoesByPlaceInAnotherScript) {
  EXPECT_EQ(key_of(SDL_SCANCODE_Z, 0x44F), SDL_SCANCODE_Z) << "a Cyrillic ya";
}

// A window as Candid's: a side, and a screen of two parts.
class KeysTest : public testing::Test {
 protected:
  void draw() {
    focused_.clear();
    move_mark();
    part("side", 200, [&] { offer("Home"); });
    ImGui::SameLine();
    begin_mark_here();
    part("screen", 300, [&] {
      if (has_record_) offer("Record");
      ImGui::InputText("line", line_, sizeof(line_));
      note("line");
    });
    ImGui::SameLine();
    part("column", 0, [&] {
      ImGui::Checkbox("mirror", &is_mirrored_);
      note("mirror");
      if (ImGui::BeginCombo("camera", "first")) {
        ImGui::Selectable("first");
        ImGui::EndCombo();
      }
    });
    hear();
  }
  void part(const char* name, float width, const std::function<void()>& fill) {
    ImGui::BeginChild(name, {width, 0}, false, ImGuiWindowFlags_NavFlattened);
    fill();
    ImGui::EndChild();
  }
  void offer(const char* label) {
    if (ImGui::Button(label)) pressed_.emplace_back(label);
    note(label);
  }
  void note(const char* label) {
    if (ImGui::IsItemFocused()) focused_ = label;
  }
  void hear() {
    if (pressed(SDL_SCANCODE_SPACE)) heard_.emplace_back("Space");
    if (pressed(SDL_SCANCODE_DOWN)) heard_.emplace_back("Down");
    if (pressed(SDL_SCANCODE_ESCAPE)) heard_.emplace_back("Escape");
    if (pressed(SDL_SCANCODE_R)) heard_.emplace_back("R");
    if (pressed_with_ctrl(SDL_SCANCODE_1)) heard_.emplace_back("Ctrl-1");
    if (pressed_with_ctrl(SDL_SCANCODE_Z)) heard_.emplace_back("Ctrl-Z");
    if (answered(SDL_SCANCODE_RETURN)) heard_.emplace_back("answer");
  }

  std::vector<std::string> pressed_;  // buttons
  std::vector<std::string> heard_;    // keys, by the screen
  std::string focused_;
  bool has_record_ = true;
  bool is_mirrored_ = false;
  char line_[20] = "";
  Headless window_{[this] { draw(); }};
};

TEST_F(KeysTest, TabGoesThroughEverythingInTheOrderOfReading) {
  std::vector<std::string> seen;
  for (int i = 0; i < 6; ++i) {
    window_.press(SDL_SCANCODE_TAB);
    seen.push_back(focused_);
  }
  EXPECT_THAT(seen, ElementsAre("Record", "line", "mirror", "", "Home", "Record")) << "the list of cameras is fourth";
  window_.press_with_shift(SDL_SCANCODE_TAB);
  EXPECT_EQ(focused_, "Home");
}

TEST_F(KeysTest, SpacePressesWhatIsMarkedAndElseIsTheScreens) {
  window_.press(SDL_SCANCODE_SPACE);
  EXPECT_THAT(heard_, ElementsAre("Space"));
  window_.press(SDL_SCANCODE_TAB);
  window_.press(SDL_SCANCODE_SPACE);
  EXPECT_THAT(pressed_, ElementsAre("Record"));
  EXPECT_THAT(heard_, ElementsAre("Space"));
  window_.press(SDL_SCANCODE_R);
  EXPECT_THAT(heard_, ElementsAre("Space", "R"));
}

TEST_F(KeysTest, EnterPressesWhatIsMarkedOnce) {
  window_.press(SDL_SCANCODE_TAB);
  window_.press(SDL_SCANCODE_RETURN);
  EXPECT_THAT(pressed_, ElementsAre("Record"));
  window_.press(SDL_SCANCODE_KP_ENTER);
  EXPECT_THAT(pressed_, ElementsAre("Record", "Record"));
  window_.press(SDL_SCANCODE_ESCAPE);
  window_.press(SDL_SCANCODE_RETURN);
  EXPECT_THAT(pressed_, ElementsAre("Record", "Record")) << "nothing is marked";
}

TEST_F(KeysTest, EscapeLetsGoOfTheMarkAndThenIsTheScreens) {
  window_.press(SDL_SCANCODE_TAB);
  window_.press(SDL_SCANCODE_ESCAPE);
  EXPECT_THAT(heard_, IsEmpty());
  window_.press(SDL_SCANCODE_ESCAPE);
  window_.press(SDL_SCANCODE_SPACE);
  EXPECT_THAT(heard_, ElementsAre("Escape", "Space")) << "nothing was marked by it";
}

TEST_F(KeysTest, AMarkThatHasGoneKeepsNothing) {
  window_.press(SDL_SCANCODE_TAB);
  has_record_ = false;
  window_.settle();
  window_.press(SDL_SCANCODE_SPACE);
  EXPECT_THAT(heard_, ElementsAre("Space"));
}

TEST_F(KeysTest, ArrowsAreTheScreensUntilSomethingIsMarked) {
  window_.takes_arrows = true;
  window_.press(SDL_SCANCODE_DOWN);
  EXPECT_THAT(heard_, ElementsAre("Down"));
  window_.press(SDL_SCANCODE_TAB);
  window_.press(SDL_SCANCODE_RIGHT);
  EXPECT_EQ(focused_, "mirror");
  window_.press(SDL_SCANCODE_SPACE);
  EXPECT_TRUE(is_mirrored_);
  EXPECT_THAT(heard_, ElementsAre("Down"));
}

TEST_F(KeysTest, ALineThatIsTypedHasItsKeys) {
  window_.press(SDL_SCANCODE_TAB);
  window_.press(SDL_SCANCODE_TAB);
  ASSERT_EQ(focused_, "line");
  window_.press(SDL_SCANCODE_R);
  window_.press(SDL_SCANCODE_SPACE);
  window_.press_with_ctrl(SDL_SCANCODE_Z);
  EXPECT_THAT(heard_, IsEmpty());
  window_.press_with_ctrl(SDL_SCANCODE_1);
  EXPECT_THAT(heard_, ElementsAre("Ctrl-1"));
}

TEST_F(KeysTest, AnOpenListHasAllKeysEvenIfItWasOpenedByMouse) {
  window_.click({530, 45});
  ASSERT_TRUE(ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup));
  window_.press(SDL_SCANCODE_R);
  window_.press(SDL_SCANCODE_SPACE);
  EXPECT_THAT(heard_, IsEmpty());
}

TEST_F(KeysTest, AQuestionSilencesTheScreen) {
  window_.asks = true;
  window_.press(SDL_SCANCODE_R);
  window_.press_with_ctrl(SDL_SCANCODE_1);
  window_.press(SDL_SCANCODE_RETURN);
  EXPECT_THAT(heard_, ElementsAre("answer"));
}

}  // namespace
}  // namespace candid::gui
