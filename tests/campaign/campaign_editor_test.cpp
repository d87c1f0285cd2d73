#include "campaign/campaign_editor.h"

#include <sys/stat.h>

#include "campaign/kits.h"
#include "tests/campaign/workbench.h"

namespace candid::campaign {
namespace {

using test::kToml;
using test::must;
using test::Workbench;
using testing::HasSubstr;

const TomlPlace kFileTop{};
const TomlPlace kPageTable{{"page"}};

class CampaignEditorTest : public testing::Test {
 protected:
  CampaignEditorTest() {
    must(make_folder(folder()));
    write(kToml);
  }

  std::filesystem::path folder() const { return temporary_.path() / "campaign"; }
  std::filesystem::path file() const { return folder() / "campaign.toml"; }
  void write(std::string_view text) const { must(write_file(file(), text)); }
  std::string on_disk() const { return must(read_text_file(file())); }

  TemporaryFolder temporary_ = must(TemporaryFolder::create());
};

TEST_F(CampaignEditorTest, EditsStayInMemoryUntilTheyAreSaved) {
  auto editor = must(CampaignEditor::open(folder()));
  EXPECT_TRUE(editor.is_saved());
  must(editor.set(kFileTop, "name", "Other", "rename"));
  EXPECT_FALSE(editor.is_saved());
  EXPECT_EQ(on_disk(), kToml);
  must(editor.save());
  EXPECT_TRUE(editor.is_saved());
  EXPECT_EQ(on_disk(), editor.text());
  EXPECT_THAT(on_disk(), HasSubstr("name = \"Other\"\nroster"));
  must(editor.set(kFileTop, "name", "Third", "rename"));
  must(editor.save());
  EXPECT_EQ(editor.value(kFileTop, "name"), TomlValue("Third"));
}

TEST_F(CampaignEditorTest, UndoesAndDoesAgainByTheirWords) {
  auto editor = must(CampaignEditor::open(folder()));
  EXPECT_EQ(editor.undo_words(), std::nullopt);
  EXPECT_EQ(editor.redo_words(), std::nullopt);
  must(editor.set(kFileTop, "look", "warm", "choose a look"));
  const std::string first = editor.text();
  must(editor.move_layer(0, 1, "move logo"));
  const std::string second = editor.text();
  EXPECT_EQ(editor.undo_words(), "move logo");
  editor.undo();
  EXPECT_EQ(editor.text(), first);
  EXPECT_EQ(editor.undo_words(), "choose a look");
  EXPECT_EQ(editor.redo_words(), "move logo");
  editor.undo();
  editor.undo();
  EXPECT_EQ(editor.text(), kToml);
  EXPECT_TRUE(editor.is_saved());
  editor.redo();
  editor.redo();
  editor.redo();
  EXPECT_EQ(editor.text(), second);
  editor.undo();
  must(editor.remove_layer(0, "remove logo"));
  EXPECT_EQ(editor.redo_words(), std::nullopt) << "another way was taken";
  EXPECT_EQ(editor.steps_made(), 3U) << "undo and redo make none";
  editor.undo();
  EXPECT_EQ(editor.text(), first);
}

TEST_F(CampaignEditorTest, AnEditThatChangesNothingIsNoStep) {
  auto editor = must(CampaignEditor::open(folder()));
  must(editor.set(kFileTop, "name", "Test campaign", "rename"));
  must(editor.remove(kFileTop, "look", "forget the look"));
  must(editor.move_layer(1, 1, "move"));
  EXPECT_EQ(editor.undo_words(), std::nullopt);
}

TEST_F(CampaignEditorTest, ADraggedSliderIsOneStep) {
  auto editor = must(CampaignEditor::open(folder()));
  const TomlPlace logo{{"layer"}, 0};
  must(editor.set(logo, "width", 0.5, "resize logo"));
  for (double width : {0.4, 0.3, 0.2}) must(editor.set(logo, "width", width, "resize logo", UndoStep::WithLast));
  EXPECT_EQ(editor.value(logo, "width"), TomlValue(0.2));
  must(editor.set(logo, "opacity", 0.5, "fade logo", UndoStep::WithLast));
  editor.undo();
  EXPECT_EQ(editor.value(logo, "width"), TomlValue(0.2)) << "other words, another step";
  editor.undo();
  EXPECT_EQ(editor.text(), kToml);
}

TEST_F(CampaignEditorTest, AnEditThatFailsSaysWhatAndChangesNothing) {
  auto editor = must(CampaignEditor::open(folder()));
  for (auto result : {editor.set({{"layer"}, 5}, "text", "x", "change words"), editor.remove_layer(2, "change words"),
                      editor.move_layer(0, 2, "change words"), editor.set(kFileTop, "brand", "x", "change words"),
                      editor.set(kPageTable, "headline", "\xFF", "change words")}) {
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message(), HasSubstr("cannot change words"));
  }
  EXPECT_EQ(editor.text(), kToml);
  EXPECT_EQ(editor.undo_words(), std::nullopt);
}

TEST_F(CampaignEditorTest, NeverWritesOverWhatAnotherWrote) {
  auto editor = must(CampaignEditor::open(folder()));
  must(editor.set(kPageTable, "headline", "Mine", "change headline"));
  const std::string mine = editor.text();
  EXPECT_FALSE(must(editor.is_changed_by_another()));
  const std::string theirs = kToml + "# theirs\n";
  write(theirs);
  EXPECT_TRUE(must(editor.is_changed_by_another()));
  auto saved = editor.save();
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().kind(), ErrorKind::Exists);
  EXPECT_THAT(saved.error().message(), HasSubstr("changed by another program"));
  EXPECT_EQ(on_disk(), theirs);
  EXPECT_EQ(editor.text(), mine);

  must(editor.reread());
  EXPECT_EQ(editor.text(), theirs);
  EXPECT_TRUE(editor.is_saved());
}

TEST_F(CampaignEditorTest, WhatAnotherWroteIsNotUndone) {
  auto editor = must(CampaignEditor::open(folder()));
  must(editor.set(kPageTable, "headline", "First", "change headline"));
  must(editor.set(kPageTable, "headline", "Second", "change headline"));
  must(editor.save());
  must(editor.reread());
  EXPECT_EQ(editor.steps_over(), 0U) << "nobody else has written it";
  editor.undo();
  must(editor.save());
  const std::string theirs = on_disk() + "# theirs\n";
  write(theirs);
  must(editor.reread());
  EXPECT_EQ(editor.undo_words(), std::nullopt);
  EXPECT_EQ(editor.redo_words(), std::nullopt);
  EXPECT_EQ(editor.steps_over(), 2U);
  must(editor.set(kFileTop, "name", "Other", "rename"));
  EXPECT_EQ(editor.undo_words(), "rename");
  editor.undo();
  editor.undo();
  EXPECT_EQ(editor.text(), theirs);
  EXPECT_EQ(editor.steps_made(), 3U);
}

TEST_F(CampaignEditorTest, AFileThatIsGoneIsChangedToo) {
  auto editor = must(CampaignEditor::open(folder()));
  must(editor.set(kPageTable, "headline", "Mine", "change headline"));
  std::filesystem::remove(file());
  EXPECT_TRUE(must(editor.is_changed_by_another()));
  EXPECT_FALSE(editor.save());
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(CampaignEditorTest, AFileThatAnotherBrokeIsNotTakenOver) {
  auto editor = must(CampaignEditor::open(folder()));
  write("name = \"half");
  auto reread = editor.reread();
  ASSERT_FALSE(reread);
  EXPECT_EQ(reread.error().kind(), ErrorKind::InvalidInput);
  EXPECT_THAT(reread.error().message(), HasSubstr("campaign.toml:1"));
  EXPECT_EQ(editor.text(), kToml);
  EXPECT_FALSE(editor.save()) << "and is not written over";
}

TEST_F(CampaignEditorTest, OpensCampaignsAlone) {
  EXPECT_EQ(CampaignEditor::open(temporary_.path()).error().kind(), ErrorKind::InvalidInput);
  write("name = \n");
  auto broken = CampaignEditor::open(folder());
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().message(), HasSubstr("campaign.toml:1"));
}

TEST_F(CampaignEditorTest, KeepsALinkAndItsFilesPrivacy) {
  std::filesystem::rename(file(), temporary_.path() / "elsewhere.toml");
  ASSERT_EQ(::chmod((temporary_.path() / "elsewhere.toml").c_str(), 0600), 0);
  std::filesystem::create_symlink("../elsewhere.toml", file());
  auto editor = must(CampaignEditor::open(folder()));
  must(editor.set(kFileTop, "name", "Other", "rename"));
  must(editor.save());
  EXPECT_TRUE(std::filesystem::is_symlink(file()));
  EXPECT_EQ(on_disk(), editor.text());
  struct stat facts {};
  ASSERT_EQ(::stat(file().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
}

TEST_F(CampaignEditorTest, WhatItWritesIsACampaign) {
  Workbench bench;
  auto editor = must(CampaignEditor::open(bench.folder()));
  must(editor.add_layer(2, {{"kind", "text"}, {"text", "Hi {{name}}"}, {"start", "0.2s"}, {"font_size", 0.1}},
                        "add text"));
  must(editor.move_layer(2, 0, "move text"));
  must(editor.set({{"video"}}, "size", "160x160", "make it square"));
  must(editor.set(kFileTop, "trim", std::vector<std::string>{"0.1s", "-0.1s"}, "trim"));
  must(editor.save());
  Job job = bench.job();
  ASSERT_EQ(job.campaign.look.layers.size(), 3U);
  EXPECT_EQ(job.campaign.look.layers[0].text.source(), "Hi {{name}}");
  EXPECT_EQ(job.timeline.size, (media::FrameSize{160, 160}));
  EXPECT_EQ(job.timeline.frames, 39);
}

// The files that candid new writes are those that people edit first.
TEST_F(CampaignEditorTest, EveryKitCanBeEdited) {
  for (const Kit& kit : kits()) {
    SCOPED_TRACE(kit.name);
    std::filesystem::path place = temporary_.path() / kit.name;
    must(start_campaign(place, kit.name));
    auto editor = must(CampaignEditor::open(place));
    const std::string before = editor.text();
    const size_t layers = editor.layer_count();
    must(editor.set(kFileTop, "name", "Mine", "rename"));
    must(editor.set({{"brand"}}, "color", "#123456", "choose a colour"));
    must(editor.set({{"video"}}, "fit", "cover", "fill the frame"));
    for (size_t i = 0; i < layers; ++i) must(editor.set({{"layer"}, i}, "animate", "none", "stand still"));
    for (size_t i = 1; i < layers; ++i) must(editor.move_layer(i, 0, "move"));
    must(editor.add_layer(0, {{"kind", "progress"}}, "add progress"));
    while (editor.layer_count() > 0) must(editor.remove_layer(editor.layer_count() - 1, "remove"));
    while (editor.undo_words()) editor.undo();
    EXPECT_EQ(editor.text(), before);
  }
}

}  // namespace
}  // namespace candid::campaign
