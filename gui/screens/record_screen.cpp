// Record: somebody looks at themselves and records (record_live), then looks at the take (record_review), and may
// record it again. Where there is neither a picture nor a take, record_problem says why.

#include <memory>
#include <variant>

#include "campaign/takes.h"
#include "gui/screens/record_live.h"
#include "gui/screens/record_problem.h"
#include "gui/screens/record_review.h"
#include "gui/screens/screens.h"
#include "gui/widgets.h"
#include "gui/words.h"

namespace candid::gui {
namespace {

class RecordScreen final : public Screen {
 public:
  void draw(Ui& ui) override;
  bool takes_arrows() const override { return !std::holds_alternative<RecordProblem>(state_); }
  void leave(Ui& ui) override;
  void forget() override;
  std::string busy_with() const override;
  void finish() override { state_.emplace<Unbegun>(); }

 private:
  void begin(Ui& ui, const LoadedCampaign& loaded);
  void open_booth(Ui& ui);
  void end_booth(Ui& ui, const BoothView& view);

  using Unbegun = std::monostate;
  std::variant<Unbegun, RecordLive, RecordReview, RecordProblem> state_;
  DeviceChoice devices_;
};

void RecordScreen::draw(Ui& ui) {
  const auto& loaded = ui.campaign.loaded();
  if (!loaded) return muted(ui.theme, tr("The campaign is being read …"));
  if (std::holds_alternative<Unbegun>(state_)) begin(ui, *loaded);
  // What follows a recording that has ended is drawn in the same frame.
  if (auto* live = std::get_if<RecordLive>(&state_)) {
    const RecordLive::Next next = live->draw(ui, devices_);
    if (next == RecordLive::Next::OpenAnew) open_booth(ui);
    if (next != RecordLive::Next::Ended) return;
    end_booth(ui, live->look());
  }
  if (auto* review = std::get_if<RecordReview>(&state_)) {
    const RecordReview::Next next = review->draw(ui);
    if (next == RecordReview::Next::RecordAgain) open_booth(ui);
    if (next == RecordReview::Next::OtherTake) state_.emplace<Unbegun>();
  } else if (auto* problem = std::get_if<RecordProblem>(&state_)) {
    if (problem->draw(ui, devices_) == RecordProblem::Next::TryAgain) open_booth(ui);
  }
}

void RecordScreen::begin(Ui& ui, const LoadedCampaign& loaded) {
  if (!loaded.has_take) return open_booth(ui);
  state_.emplace<RecordReview>(ui, loaded.campaign.take, trim_of(loaded.campaign), RecordReview::Story{});
}

void RecordScreen::open_booth(Ui& ui) {
  // One that is open has the camera.
  state_.emplace<Unbegun>();
  auto plan = campaign::plan_take({ui.campaign.folder(), {}, {}});
  if (!plan) {
    state_.emplace<RecordProblem>(plan.error());
    return;
  }
  BoothPlan booth;
  booth.source = source_settings_of(ui.settings);
  booth.source.script = plan->script;
  booth.record.output = plan->output;
  booth.countdown = ui.settings.countdown;
  booth.takes_changed = ui.campaign.change_teller();
  state_.emplace<RecordLive>(ui.window.waker(), std::move(booth));
}

void RecordScreen::end_booth(Ui& ui, const BoothView& view) {
  if (view.take) {
    RecordReview::Story story{view.note, view.problem, view.put_aside};
    // What was cut off the take before says nothing about this one.
    TrimMarks trim;
    if (!drop_trim(ui.edits)) {
      story.trim_problem = ui.edits.problem();
      if (const auto& loaded = ui.campaign.loaded()) trim = trim_of(loaded->campaign);
    }
    if (view.ended_by == capture::EndedBy::DiskLow)
      ui.notify(tr("The recording ended because the disk is nearly full; all of it is kept."));
    state_.emplace<RecordReview>(ui, *view.take, trim, std::move(story));
  } else {
    const Error nothing(ErrorKind::Cancelled, tr("Nothing was recorded."));
    state_.emplace<RecordProblem>(view.problem.value_or(nothing));
  }
  ui.campaign.reload();
}

void RecordScreen::leave(Ui& ui) {
  if (auto* review = std::get_if<RecordReview>(&state_)) return review->leave();
  if (auto* live = std::get_if<RecordLive>(&state_)) {
    if (live->is_recording()) return;
    if (const BoothView view = live->look(); view.take) return end_booth(ui, view);
  }
  state_.emplace<Unbegun>();
}

void RecordScreen::forget() {
  state_.emplace<Unbegun>();
}

std::string RecordScreen::busy_with() const {
  const auto* live = std::get_if<RecordLive>(&state_);
  if (live == nullptr || !live->is_recording()) return {};
  return tr("A recording goes on. What was said so far is kept.");
}

}  // namespace

std::unique_ptr<Screen> make_record_screen() {
  return std::make_unique<RecordScreen>();
}

}  // namespace candid::gui
