#include "gui/missing_captions.h"

#include "campaign/take_captions.h"
#include "gui/widgets.h"
#include "gui/words.h"

namespace candid::gui {
namespace {

// Beside the take, under a name that holds nobody's work.
std::filesystem::path captions_file(const std::filesystem::path& take) {
  std::filesystem::path file = std::filesystem::path(take).replace_extension(".vtt");
  std::error_code code;
  for (int number = 2; std::filesystem::exists(file, code); ++number)
    file = take.parent_path() / (take.stem().string() + "-" + std::to_string(number) + ".vtt");
  return file;
}

}  // namespace

void MissingCaptions::draw(Ui& ui) {
  const auto& loaded = ui.campaign.loaded();
  if (!loaded || !loaded->layer_without_words) {
    problem_.reset();
    return;
  }
  const size_t layer = *loaded->layer_without_words;
  if (edition_ != ui.campaign.edition()) {
    edition_ = ui.campaign.edition();
    ui.edits.editor();  // so that it has looked at the file
    numbering_ = ui.edits.numbering();
  }
  if (making_ && making_->has_ended()) {
    const auto made = *making_->take();
    making_.reset();
    if (made) return use(ui, layer, *made);
    problem_ = made.error();
  }
  const Theme& theme = ui.theme;
  gap(theme, 4);
  words(theme, tr("The look shows captions, and nobody noted what this take says when."), theme.colors().warning);
  if (problem_) show_error(theme, *problem_);
  if (making_) return muted_line(theme, tr("Listening for the pauses …"));
  std::error_code code;
  if (std::filesystem::is_regular_file(ui.campaign.folder() / "script.txt", code)) {
    if (button(theme, tr("Make them of script.txt"))) make(ui);
    ImGui::SameLine();
  }
  if (button(theme, tr("Without captions"))) {
    ui.edits.edit_layer(numbering_, [layer](campaign::CampaignEditor& editor) {
      return editor.remove_layer(layer, tr("leave the captions away"));
    });
    problem_ = ui.edits.problem();
  }
}

void MissingCaptions::make(Ui& ui) {
  problem_.reset();
  making_ = std::make_unique<Task<std::filesystem::path>>(
      ui.window.waker(),
      [take = ui.campaign.loaded()->campaign.take, script = ui.campaign.folder() / "script.txt"](
          TaskReport&, const std::stop_token&) -> Result<std::filesystem::path> {
        const std::filesystem::path file = captions_file(take);
        const capture::Script lines = TRY(campaign::script_of_take(take, script));
        const campaign::TakeCaptions captions = TRY(campaign::caption_take(take, lines, file));
        TRY_VOID(campaign::write_captions(captions, file));
        return file;
      });
}

void MissingCaptions::use(Ui& ui, size_t layer, const std::filesystem::path& file) {
  const std::string name = file.lexically_relative(ui.campaign.folder()).generic_string();
  ui.edits.edit_layer(numbering_, [&](campaign::CampaignEditor& editor) {
    return editor.set({{"layer"}, layer}, "file", name, tr("use the captions of script.txt"));
  });
  problem_ = ui.edits.problem();
}

}  // namespace candid::gui
