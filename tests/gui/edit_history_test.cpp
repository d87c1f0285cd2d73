#include "gui/edit_history.h"

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "campaign/kits.h"
#include "core/files.h"
#include "tests/support/results.h"

namespace candid::gui {
namespace {

using campaign::Decided;
using campaign::Decision;
using candid::test::must;

class EditHistoryTest : public testing::Test {
 protected:
  void SetUp() override {
    must(campaign::start_campaign(campaign(), "sample"));
    open_.open(campaign());
    wait_until_read();
  }
  // As a frame of the window does.
  void wait_until_read() {
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    do {
      open_.update();
      std::this_thread::yield();
    } while (open_.is_reading() && std::chrono::steady_clock::now() < patience);
    ASSERT_FALSE(open_.is_reading());
  }
  std::filesystem::path campaign() const { return folder_.path() / "campaign"; }
  std::filesystem::path toml() const { return campaign() / "campaign.toml"; }
  std::string text() const { return must(read_text_file(toml())); }
  std::optional<Decision> decided(const std::string& id) const {
    Findings findings;
    const auto all = must(campaign::read_decisions(campaign::decisions_file(campaign()), findings));
    const auto found = all.find(id);
    return found == all.end() ? std::nullopt : found->second.decision;
  }
  void hold(const std::string& id) { must(history_.decide(id, {Decision::Hold, "seen", id})); }
  void approve(const std::string& id) { must(history_.decide(id, {Decision::Approve, "seen", id})); }
  bool choose_look(const std::string& look) {
    return edits_.edit(
        [&](campaign::CampaignEditor& editor) { return editor.set({}, "look", look, "choose " + look); });
  }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  OpenCampaign open_{Waker()};
  CampaignEdits edits_{open_};
  EditHistory history_{open_, edits_};
};

TEST_F(EditHistoryTest, UndoesInTheOrderInWhichThingsWereDone) {
  const std::string before = text();
  hold("jane");
  ASSERT_TRUE(choose_look("bold"));
  approve("jane");
  EXPECT_EQ(history_.undo_words(), "approve jane");
  must(history_.undo());
  EXPECT_EQ(decided("jane"), Decision::Hold);
  EXPECT_EQ(history_.undo_words(), "choose bold");
  must(history_.undo());
  EXPECT_EQ(text(), before);
  EXPECT_EQ(history_.undo_words(), "hold jane");
  must(history_.undo());
  EXPECT_EQ(decided("jane"), std::nullopt);
  EXPECT_EQ(history_.undo_words(), std::nullopt);
  must(history_.undo());  // of nothing
  for (const char* words : {"hold jane", "choose bold", "approve jane"}) {
    EXPECT_EQ(history_.redo_words(), words);
    must(history_.redo());
  }
  EXPECT_EQ(decided("jane"), Decision::Approve);
  EXPECT_NE(text(), before);
  EXPECT_EQ(history_.redo_words(), std::nullopt);
}

TEST_F(EditHistoryTest, AnotherWayEndsWhatCouldBeDoneAgain) {
  hold("jane");
  ASSERT_TRUE(choose_look("bold"));
  must(history_.undo());
  approve("john");
  EXPECT_EQ(history_.redo_words(), std::nullopt) << "the look";
  ASSERT_TRUE(choose_look("warm"));
  EXPECT_EQ(history_.undo_words(), "choose warm");
  must(history_.undo());
  EXPECT_EQ(history_.undo_words(), "approve john");
  must(history_.undo());
  EXPECT_EQ(history_.undo_words(), "hold jane");
}

TEST_F(EditHistoryTest, WhatSomebodyElseDecidedIsNotUndone) {
  hold("jane");
  must(campaign::write_decisions(campaign(), {{"jane", {Decision::Approve, "other", "jane"}}}));
  const auto undone = history_.undo();
  ASSERT_FALSE(undone);
  EXPECT_EQ(undone.error().kind(), ErrorKind::Exists);
  EXPECT_EQ(decided("jane"), Decision::Approve);
  EXPECT_EQ(history_.undo_words(), "hold jane") << "it is still the last thing that was done here";
}

TEST_F(EditHistoryTest, WhereSavingFailsNoStepIsMoved) {
  ASSERT_TRUE(choose_look("bold"));
  const std::string bold = text();
  // Another program has it now, and nobody has read that yet.
  must(write_file(toml(), bold + "# another's\n"));
  ASSERT_FALSE(history_.undo());
  EXPECT_EQ(text(), bold + "# another's\n");
  EXPECT_EQ(history_.undo_words(), "choose bold");
  EXPECT_EQ(edits_.editor()->text(), bold);
  must(write_file(toml(), bold));
  must(history_.undo());
  EXPECT_EQ(history_.redo_words(), "choose bold");
  must(write_file(toml(), bold + "# another's\n"));
  ASSERT_FALSE(history_.redo());
  EXPECT_EQ(history_.redo_words(), "choose bold");
}

TEST_F(EditHistoryTest, AnEditThatCannotBeSavedIsNoStep) {
  const std::string before = edits_.editor()->text();
  // No program could write there.
  std::filesystem::remove(toml());
  std::filesystem::create_directory(toml());
  EXPECT_FALSE(choose_look("bold"));
  EXPECT_TRUE(edits_.problem());
  EXPECT_EQ(edits_.editor()->text(), before);
  EXPECT_EQ(history_.undo_words(), std::nullopt);
}

TEST_F(EditHistoryTest, NothingIsChangedWhileTheCampaignCannotBeRead) {
  hold("jane");
  ASSERT_TRUE(choose_look("bold"));
  wait_until_read();
  const std::string whole = text();
  must(write_file(toml(), std::string_view("[[[broken")));
  open_.reload();
  wait_until_read();
  ASSERT_TRUE(open_.problem());
  ASSERT_TRUE(open_.loaded()) << "as it was before";
  EXPECT_EQ(open_.loaded()->roster.candidates.size(), 8U);
  EXPECT_FALSE(choose_look("warm"));
  ASSERT_TRUE(edits_.problem());
  EXPECT_NE(edits_.problem()->describe().find("campaign.toml"), std::string::npos);
  EXPECT_FALSE(history_.undo());
  EXPECT_FALSE(history_.decide("john", {Decision::Approve, "seen", "john"}));
  EXPECT_EQ(text(), "[[[broken");
  EXPECT_EQ(decided("john"), std::nullopt);
  // Mended, it goes on.
  must(write_file(toml(), whole));
  open_.reload();
  wait_until_read();
  EXPECT_TRUE(choose_look("warm"));
  EXPECT_FALSE(edits_.problem());
}

}  // namespace
}  // namespace candid::gui
