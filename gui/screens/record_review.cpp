#include "gui/screens/record_review.h"

#include <SDL_scancode.h>
#include <fmt/format.h>

#include "gui/widgets.h"
#include "gui/words.h"

namespace candid::gui {
namespace {

constexpr float kReviewColumn = 300;  // units, beside the picture

std::string earlier_words(const std::vector<std::filesystem::path>& takes) {
  std::string names;
  for (const std::filesystem::path& take : takes)
    names += fmt::format("{}{}", names.empty() ? "" : ", ", take.filename().string());
  return takes.size() == 1 ? tr("The earlier take is kept as {}.", {names})
                           : tr("The earlier takes are kept as {}.", {names});
}

}  // namespace

RecordReview::RecordReview(const Ui& ui, const std::filesystem::path& take, const TrimMarks& trim, Story story)
    : review_(ui.window.waker(), take, trim),
      saved_trim_(trim),
      story_(std::move(story)),
      edition_(ui.campaign.edition()) {}

RecordReview::Next RecordReview::draw(Ui& ui) {
  // Undone elsewhere, the handles follow.
  if (const auto& loaded = ui.campaign.loaded(); loaded && edition_ != ui.campaign.edition()) {
    edition_ = ui.campaign.edition();
    if (loaded->campaign.take != review_.take()) return Next::OtherTake;
    saved_trim_ = trim_of(loaded->campaign);
    review_.set_trim(saved_trim_);
  }
  bool is_again = false;
  with_column(
      ui.theme, "review", kReviewColumn, [&] { review_.draw_picture(ui, ImGui::GetContentRegionAvail()); },
      [&] { is_again = draw_judged(ui); });
  if (review_.was_trimmed()) save_trim(ui);
  return is_again ? Next::RecordAgain : Next::Stay;
}

void RecordReview::save_trim(Ui& ui) {
  if (set_trim(ui.edits, review_.trim())) {
    saved_trim_ = review_.trim();
    story_.trim_problem.reset();
    return;
  }
  // What is seen is what the video has.
  story_.trim_problem = ui.edits.problem();
  review_.set_trim(saved_trim_);
}

// True: it is to be recorded again.
bool RecordReview::draw_judged(Ui& ui) {
  const Theme& theme = ui.theme;
  title(theme, tr("Your take"));
  if (story_.problem) show_error(theme, *story_.problem);
  if (story_.trim_problem) show_error(theme, *story_.trim_problem);
  if (!story_.note.empty()) muted(theme, story_.note.c_str());
  if (!story_.earlier.empty()) muted(theme, earlier_words(story_.earlier).c_str());
  review_.draw_report(ui);
  captions_.draw(ui);
  gap(theme, 8);
  const bool is_again = button(theme, tr("Record again")) || pressed(SDL_SCANCODE_R);
  if (button_beside(theme, tr("Next: design"), ButtonKind::Primary)) ui.go_to(ScreenKind::Design);
  muted(theme, tr("Space plays. Drag the blue ends to trim. What is recorded again keeps the earlier take beside it."));
  return is_again;
}

void RecordReview::leave() {
  review_.pause();
  story_.problem.reset();
  story_.trim_problem.reset();
}

}  // namespace candid::gui
