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
  EXPECT_FALSE(undone.error().hint().empty());
  EXPECT_EQ(decided("jane"), Decision::Approve);
  EXPECT_TRUE(open_.is_reading()) << "what the other decided is shown";
  EXPECT_EQ(history_.undo_words(), std::nullopt);
}

TEST_F(EditHistoryTest, AStepThatIsRefusedKeepsNoOlderOneFromBeingUndone) {
  const std::string before = text();
  ASSERT_TRUE(choose_look("bold"));
  approve("jane");
  hold("john");
  must(campaign::write_decisions(
      campaign(), {{"jane", {Decision::Approve, "seen", "jane"}}, {"john", {Decision::Approve, "other", "john"}}}));
  ASSERT_FALSE(history_.undo());
  must(history_.undo());
  EXPECT_EQ(decided("jane"), std::nullopt);
  EXPECT_EQ(decided("john"), Decision::Approve);
  // The same of what is done again.
  must(campaign::write_decisions(campaign(), {{"jane", {Decision::Hold, "other", "jane"}}}));
  ASSERT_FALSE(history_.redo());
  EXPECT_EQ(history_.redo_words(), std::nullopt);
  must(history_.undo());
  EXPECT_EQ(text(), before);
  EXPECT_EQ(decided("jane"), Decision::Hold);
}

TEST_F(EditHistoryTest, WhatAnotherProgramWroteIsNotUndone) {
  hold("jane");
  ASSERT_TRUE(choose_look("bold"));
  approve("john");
  const std::string theirs = text() + "# another's\n";
  must(write_file(toml(), theirs));
  open_.reload();
  wait_until_read();
  ASSERT_TRUE(history_.take_notice()) << "that the look cannot be undone";
  EXPECT_FALSE(history_.take_notice()) << "it is told once";
  ASSERT_TRUE(choose_look("warm"));
  for (const char* words : {"choose warm", "approve john", "hold jane"}) {
    EXPECT_EQ(history_.undo_words(), words);
    must(history_.undo());
  }
  EXPECT_EQ(history_.undo_words(), std::nullopt);
  EXPECT_EQ(text(), theirs);
}

TEST_F(EditHistoryTest, AnEditAfterAnotherProgramsIsUndoneAlone) {
  ASSERT_TRUE(choose_look("bold"));
  const std::string theirs = text() + "# another's\n";
  must(write_file(toml(), theirs));  // and nobody has read it yet
  ASSERT_TRUE(choose_look("warm"));
  EXPECT_TRUE(history_.take_notice());
  must(history_.undo());
  EXPECT_EQ(text(), theirs);
  EXPECT_EQ(history_.undo_words(), std::nullopt);
}

TEST_F(EditHistoryTest, ALayersNumberCountsInTheTextThatWasSeen) {
  const auto take_away = [](campaign::CampaignEditor& editor) { return editor.remove_layer(1, "take away"); };
  const size_t count = edits_.editor()->layer_count();
  const uint64_t seen = edits_.numbering();
  const std::string theirs = "[[layer]]\nkind = \"text\"\ntext = \"theirs\"\n";
  const std::string mine = text();
  const std::string both = mine.substr(0, mine.find("[[layer]]")) + theirs + mine.substr(mine.find("[[layer]]"));
  must(write_file(toml(), both));
  EXPECT_FALSE(edits_.edit_layer(seen, take_away));
  ASSERT_TRUE(edits_.problem());
  EXPECT_EQ(edits_.problem()->kind(), ErrorKind::Exists);
  EXPECT_EQ(text(), both);
  EXPECT_TRUE(open_.is_reading());
  // What was seen before, and is typed to its end afterwards.
  wait_until_read();
  EXPECT_FALSE(edits_.edit_layer(seen, take_away));
  EXPECT_EQ(edits_.editor()->layer_count(), count + 1);
  // Looked at, it can be done.
  const uint64_t now = edits_.numbering();
  EXPECT_TRUE(edits_.edit_layer(now, take_away));
  EXPECT_TRUE(edits_.edit_layer(now, take_away)) << "whoever edits knows what that does to the numbers";
  must(history_.undo());
  EXPECT_FALSE(edits_.edit_layer(now, take_away));
  must(history_.undo());
  EXPECT_EQ(text(), both);
}

TEST_F(EditHistoryTest, WhereNothingCanBeSavedNoStepIsMoved) {
  const std::string before = text();
  ASSERT_TRUE(choose_look("bold"));
  const std::string bold = text();
  // No program could write there.
  const auto block = [&] {
    std::filesystem::remove(toml());
    std::filesystem::create_directory(toml());
  };
  block();
  ASSERT_FALSE(history_.undo());
  EXPECT_EQ(history_.undo_words(), "choose bold");
  EXPECT_EQ(edits_.editor()->text(), bold);
  std::filesystem::remove(toml());
  must(write_file(toml(), bold));
  must(history_.undo());
  EXPECT_EQ(text(), before);
  block();
  ASSERT_FALSE(history_.redo());
  EXPECT_EQ(history_.redo_words(), "choose bold");
}

TEST_F(EditHistoryTest, UndoMeetsWhatAnotherProgramJustWrote) {
  hold("jane");
  ASSERT_TRUE(choose_look("bold"));
  const std::string theirs = text() + "# another's\n";
  must(write_file(toml(), theirs));
  const auto undone = history_.undo();
  ASSERT_FALSE(undone);
  EXPECT_EQ(undone.error().kind(), ErrorKind::Exists);
  EXPECT_TRUE(open_.is_reading());
  EXPECT_FALSE(history_.take_notice()) << "it was told";
  must(history_.undo());
  EXPECT_EQ(decided("jane"), std::nullopt);
  EXPECT_EQ(text(), theirs);
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
