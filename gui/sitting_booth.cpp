#include "gui/sitting_booth.h"

#include <utility>

#include "campaign/greetings/greeting_folder.h"
#include "campaign/greetings/hands_free.h"
#include "campaign/greetings/open_sitting.h"
#include "gui/device_choice.h"

namespace candid::gui {

using campaign::SittingCommand;
using campaign::SittingPhase;

SittingBooth::SittingBooth(Waker waker, SittingPlan plan) {
  shared_->is_hands_free = plan.is_hands_free;
  worker_ = Worker([shared = shared_, waker = std::move(waker), plan = std::move(plan)](const std::stop_token& stop) {
    auto ended = work(*shared, waker, plan, stop);
    {
      std::lock_guard lock(shared->mutex);
      shared->view.state = SittingBoothView::State::Ended;
      if (!ended && ended.error().kind() != ErrorKind::Cancelled) shared->view.problem = ended.error();
    }
    waker.wake();
  });
}

Result<void> SittingBooth::work(Shared& shared, const Waker& waker, const SittingPlan& plan,
                                const std::stop_token& stop) {
  // What was given up just before may still have the camera.
  const std::lock_guard turn(device_turn());
  if (stop.stop_requested()) return {};
  Findings findings;
  const campaign::GreetingFolder folder = TRY(campaign::open_greetings(plan.folder, findings));
  const FileLock lock = TRY(campaign::lock_greetings(folder));
  auto sat = sit(shared, waker, plan, folder, stop);
  // Whatever went wrong there, what was good before is cut; a stop of the window does not wait for that.
  auto progress = [&](size_t done, size_t total) {
    {
      std::lock_guard guard(shared.mutex);
      shared.view.state = SittingBoothView::State::Cutting;
      shared.view.cut = done;
      shared.view.to_cut = total;
    }
    waker.wake();
  };
  const std::vector<campaign::GreetingCut> cuts = TRY(campaign::cut_pending(folder, progress, stop));
  {
    std::lock_guard guard(shared.mutex);
    for (const campaign::GreetingCut& cut : cuts) shared.view.clips += cut.file.empty() ? 0U : 1U;
  }
  return sat;
}

Result<void> SittingBooth::sit(Shared& shared, const Waker& waker, const SittingPlan& plan,
                               const campaign::GreetingFolder& folder, const std::stop_token& stop) {
  const auto chosen = TRY(campaign::choose_greeted(folder, plan.choice));
  if (chosen.empty()) return {};
  Findings findings;
  auto checked = campaign::check_clip_names(folder, chosen, findings);
  if (!checked) {
    return fail(ErrorKind::InvalidInput, findings.empty() ? checked.error().describe() : findings.front().describe(),
                checked.error().hint());
  }
  const auto source = TRY(capture::open_source(plan.source));
  auto turns = TRY(campaign::turns_for(folder, chosen));
  auto opened = TRY(campaign::OpenSitting::begin(folder, std::move(turns), *source));
  campaign::SittingDirector director(opened->sitting());
  campaign::HandsFree ear;
  size_t heard_for = 0;  // which candidate
  auto direct = [&](const capture::Moment& moment, const capture::RecordState& state) {
    std::deque<SittingCommand> pressed;
    bool is_hands_free = false;
    {
      std::lock_guard lock(shared.mutex);
      pressed.swap(shared.pressed);
      is_hands_free = shared.is_hands_free;
    }
    for (SittingCommand command : pressed) director.press(command, state.now);
    if (!pressed.empty() || heard_for != opened->sitting().position()) ear.begin_anew();
    heard_for = opened->sitting().position();
    const bool is_over = director.phase() == SittingPhase::Recording && ear.hear(moment.sound);
    if (is_over && is_hands_free) director.press(SittingCommand::Good, state.now);
    const capture::Direction next = director.hear(moment, state);
    {
      std::lock_guard lock(shared.mutex);
      shared.view.state = SittingBoothView::State::Running;
      shared.view.sitting = director.view();
      if (moment.frame && !moment.is_repeat) shared.picture = moment.frame->share();
    }
    waker.wake();
    return next;
  };
  const campaign::RecordedSitting recorded = TRY(opened->record(direct, stop));
  if (recorded.problem) return tl::unexpected(*recorded.problem);
  return {};
}

void SittingBooth::press(SittingCommand command) {
  std::lock_guard lock(shared_->mutex);
  shared_->pressed.push_back(command);
}

void SittingBooth::set_hands_free(bool is_hands_free) {
  std::lock_guard lock(shared_->mutex);
  shared_->is_hands_free = is_hands_free;
}

SittingBoothView SittingBooth::look() const {
  std::lock_guard lock(shared_->mutex);
  return shared_->view;
}

bool SittingBooth::is_busy() const {
  std::lock_guard lock(shared_->mutex);
  const SittingBoothView& view = shared_->view;
  if (view.state == SittingBoothView::State::Cutting) return true;
  return view.state == SittingBoothView::State::Running && view.sitting && view.sitting->phase != SittingPhase::Ready;
}

std::optional<media::Frame> SittingBooth::take_picture() {
  std::lock_guard lock(shared_->mutex);
  return std::exchange(shared_->picture, std::nullopt);
}

}  // namespace candid::gui
