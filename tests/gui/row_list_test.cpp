#include "gui/row_list.h"

#include <gtest/gtest.h>

#include "tests/gui/headless.h"

namespace candid::gui {
namespace {

constexpr size_t kMany = 10'000;
constexpr float kHeight = 34;

TEST(ScrollToShow, MovesNoFurtherThanItMust) {
  EXPECT_EQ(scroll_to_show(3, 10, 20, 100), 20) << "in sight already";
  EXPECT_EQ(scroll_to_show(1, 10, 20, 100), 10) << "above";
  EXPECT_EQ(scroll_to_show(12, 10, 20, 100), 30) << "below";
  EXPECT_EQ(scroll_to_show(0, 10, 0, 100), 0);
}

class RowListTest : public testing::Test {
 protected:
  RowListTest() { window_.takes_arrows = true; }
  void draw() {
    drawn_.clear();
    const auto moved = row_by_keys(chosen_, kMany);
    if (moved) chosen_ = *moved;
    if (!ImGui::BeginTable("rows", 1, ImGuiTableFlags_ScrollY)) return;
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableSetupColumn("Row");
    ImGui::TableHeadersRow();
    draw_rows(kMany, kHeight, moved, [&](size_t row) {
      ImGui::TableNextRow(0, kHeight);
      ImGui::TableNextColumn();
      const float top = ImGui::GetCursorScreenPos().y;
      const bool is_whole = top > ImGui::GetFrameHeight() && top + kHeight <= ImGui::GetIO().DisplaySize.y;
      if (is_whole) drawn_.push_back(row);
      ImGui::TextUnformatted("row");
      most_ = std::max(most_, drawn_.size());
    });
    ImGui::EndTable();
  }
  bool is_in_sight(size_t row) const { return std::find(drawn_.begin(), drawn_.end(), row) != drawn_.end(); }

  size_t chosen_ = 0;
  std::vector<size_t> drawn_;  // as a whole
  size_t most_ = 0;
  test::Headless window_{[this] { draw(); }};
};

TEST_F(RowListTest, TheChosenRowIsInSightWhereverKeysBringIt) {
  struct Step {
    int key;
    size_t row;
  };
  for (const Step& step :
       {Step{SDL_SCANCODE_END, 9'999}, Step{SDL_SCANCODE_UP, 9'998}, Step{SDL_SCANCODE_PAGEUP, 9'988},
        Step{SDL_SCANCODE_HOME, 0}, Step{SDL_SCANCODE_PAGEDOWN, 10}, Step{SDL_SCANCODE_J, 11}}) {
    window_.press(step.key);
    EXPECT_EQ(chosen_, step.row);
    EXPECT_TRUE(is_in_sight(step.row)) << step.row;
  }
  for (int i = 0; i < 40; ++i) {
    window_.press(SDL_SCANCODE_DOWN);
    ASSERT_TRUE(is_in_sight(chosen_)) << chosen_;
  }
  EXPECT_LT(most_, 20U) << "of ten thousand";
}

TEST_F(RowListTest, StopsAtBothEnds) {
  window_.press(SDL_SCANCODE_UP);
  EXPECT_EQ(chosen_, 0U);
  chosen_ = kMany - 1;
  window_.press(SDL_SCANCODE_DOWN);
  window_.press(SDL_SCANCODE_PAGEDOWN);
  EXPECT_EQ(chosen_, kMany - 1);
}

}  // namespace
}  // namespace candid::gui
