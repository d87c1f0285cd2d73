// Greet: the greetings there are (greet_list), one of them to be played (greet_chosen), and the sitting in which they
// are said (greet_sitting).

#include <memory>
#include <optional>

#include <SDL_scancode.h>

#include "campaign/greetings/greeting_folder.h"
#include "gui/device_choice.h"
#include "gui/screens/greet_chosen.h"
#include "gui/screens/greet_list.h"
#include "gui/screens/greet_sitting.h"
#include "gui/screens/screens.h"
#include "gui/widgets.h"
#include "gui/words.h"

namespace candid::gui {
namespace {

constexpr float kGreetColumn = 320;  // units

class GreetScreen final : public Screen {
 public:
  void draw(Ui& ui) override;
  bool takes_arrows() const override { return true; }
  void leave(Ui& ui) override;
  void forget() override;
  std::string busy_with() const override;
  void finish() override { sitting_.reset(); }

 private:
  void begin(Ui& ui, const std::vector<std::string>& only);
  void end_sitting(Ui& ui, const SittingBoothView& view);
  void draw_overview(Ui& ui);
  void draw_beginning(Ui& ui);
  void draw_chosen(Ui& ui);
  void use_greetings(Ui& ui);
  void accept(Ui& ui, const std::string& id);

  GreetList list_;
  GreetChosen chosen_;
  DeviceChoice devices_;
  std::optional<GreetSitting> sitting_;
  bool is_hands_free_ = false;
  std::optional<Error> problem_;  // of the last sitting, or of what was done last
};

void GreetScreen::draw(Ui& ui) {
  if (sitting_) {
    if (sitting_->draw(ui) == GreetSitting::Next::Stay) return;
    end_sitting(ui, sitting_->look());
  }
  list_.refresh(ui);
  draw_overview(ui);
}

void GreetScreen::begin(Ui& ui, const std::vector<std::string>& only) {
  SittingPlan plan;
  plan.folder = ui.campaign.folder();
  plan.choice.only = only;
  plan.choice.redo_flagged = true;
  plan.source = source_settings_of(ui.settings);
  plan.is_hands_free = is_hands_free_;
  problem_.reset();
  chosen_.forget();
  sitting_.emplace(ui.window.waker(), std::move(plan));
}

void GreetScreen::end_sitting(Ui& ui, const SittingBoothView& view) {
  problem_ = view.problem;
  is_hands_free_ = sitting_->is_hands_free();
  if (view.clips > 0) {
    ui.notify(tr_count("{} greeting was cut.", "{} greetings were cut.", view.clips));
    use_greetings(ui);
  }
  sitting_.reset();
  list_.read_again();
}

// A campaign that has greetings says so.
void GreetScreen::use_greetings(Ui& ui) {
  if (list_.was_read() && list_.folder().has_table) return ui.campaign.reload();
  ui.edits.edit([](campaign::CampaignEditor& editor) {
    return editor.set({{"greeting"}}, "folder", std::string("greetings"), tr("use the greetings"));
  });
}

void GreetScreen::draw_overview(Ui& ui) {
  const Theme& theme = ui.theme;
  with_column(
      theme, "greetings", kGreetColumn,
      [&] {
        title(theme, tr("Greet"));
        muted(theme, tr("Say hello to each candidate by name, one after the other. Each hello becomes the beginning of "
                        "their own video."));
        if (problem_) show_error(theme, *problem_);
        list_.draw_problem(theme);
        if (list_.was_read()) list_.draw(ui);
      },
      [&] {
        draw_beginning(ui);
        // A sitting that begins here is drawn from the next frame on.
        if (!sitting_) draw_chosen(ui);
      });
}

void GreetScreen::draw_beginning(Ui& ui) {
  const Theme& theme = ui.theme;
  devices_.draw(ui);
  gap(theme, 8);
  ImGui::Checkbox(tr("Go on by itself after a pause"), &is_hands_free_);
  if (!list_.was_read()) {
    if (list_.could_be_read()) muted_line(theme, tr("Reading the greetings …"));
  } else if (list_.ready() == list_.count()) {
    disabled_button(theme, tr("Begin"), tr("Everybody has a greeting."), {kGreetColumn, 44});
  } else if (button(theme, tr("Begin"), ButtonKind::Primary, {kGreetColumn, 44}) || pressed(SDL_SCANCODE_RETURN)) {
    begin(ui, {});
  }
  gap(theme, 8);
}

void GreetScreen::draw_chosen(Ui& ui) {
  const campaign::GreetingStanding* greeting = list_.chosen();
  if (greeting == nullptr) return;
  switch (chosen_.draw(ui, *greeting)) {
    case GreetChosen::Next::Stay:
      break;
    case GreetChosen::Next::SayAgain:
      begin(ui, {greeting->candidate->id});
      break;
    case GreetChosen::Next::Accept:
      accept(ui, greeting->candidate->id);
      break;
  }
}

void GreetScreen::accept(Ui& ui, const std::string& id) {
  auto lock = campaign::lock_greetings(list_.folder());
  auto accepted = lock ? campaign::accept_greeting(list_.folder(), id) : tl::unexpected(lock.error());
  problem_ = accepted ? std::optional<Error>() : accepted.error();
  list_.read_again();
  ui.campaign.reload();
}

void GreetScreen::leave(Ui&) {
  chosen_.pause();
  if (sitting_ && !sitting_->is_busy()) sitting_.reset();
  list_.read_again();
  problem_.reset();
}

void GreetScreen::forget() {
  sitting_.reset();
  chosen_.forget();
  list_.forget();
  problem_.reset();
}

std::string GreetScreen::busy_with() const {
  if (!sitting_ || !sitting_->is_busy()) return {};
  return tr("A sitting goes on. Every greeting that was good is kept, and cut the next time.");
}

}  // namespace

std::unique_ptr<Screen> make_greet_screen() {
  return std::make_unique<GreetScreen>();
}

}  // namespace candid::gui
