#include "capture/desk/recording_desk.h"

#include <algorithm>
#include <cmath>

#include "capture/desk/disk_warning.h"

namespace candid::capture {
namespace {

constexpr int kJudgeEvery = 20;  // moments

}  // namespace

RecordingDesk::RecordingDesk(DeskPlan plan) : plan_(std::move(plan)), prompter_(plan_.script) {
  if (auto check = LiveCheck::create(plan_.format)) check_.emplace(std::move(*check));
}

Direction RecordingDesk::hear(const Moment& moment, const RecordState& state) {
  state_ = state;
  meter_.push(moment.sound);
  // A check that fails is a check less, never a recording less.
  if (check_ && !check_->push(moment)) check_.reset();
  if (check_ && moments_ % kJudgeEvery == 0) findings_ = check_->findings();
  if (phase_ == DeskPhase::Recording) prompter_.hear(moment.sound, state.recorded);
  if (phase_ == DeskPhase::Counting && seconds_counted() >= plan_.countdown) phase_ = DeskPhase::Recording;
  ++moments_;
  notes_.marks = prompter_.marks(state.recorded);
  return direction();
}

Direction RecordingDesk::direction() const {
  if (finished_) return wish_ == Wish::Leave ? Direction::Discard : Direction::Finish;
  return phase_ == DeskPhase::Recording ? Direction::Record : Direction::Standby;
}

double RecordingDesk::seconds_counted() const {
  return static_cast<double>(moments_ - counting_since_) / plan_.format.frame_rate.value();
}

DeskView RecordingDesk::view() const {
  DeskView view;
  view.phase = phase_;
  if (phase_ == DeskPhase::Counting)
    view.seconds_left = std::max(1, static_cast<int>(std::ceil(plan_.countdown - seconds_counted())));
  view.recorded = state_.recorded;
  view.now = state_.now;
  view.line = prompter_.line();
  view.peak_dbfs = meter_.peak_dbfs();
  view.clips = meter_.clips();
  view.findings = findings_;
  view.frames = state_.frames;
  view.disk_warning = disk_warning(state_);
  view.bookmarks = notes_.bookmarks;
  return view;
}

void RecordingDesk::press(DeskCommand command, Microseconds now) {
  switch (phase_) {
    case DeskPhase::Looking:
    case DeskPhase::Counting:
      return press_before(command);
    case DeskPhase::Recording:
    case DeskPhase::Paused:
      return press_in_take(command, now);
    case DeskPhase::Leaving:
      return press_in_question(command);
  }
}

void RecordingDesk::press_before(DeskCommand command) {
  const bool is_counting = phase_ == DeskPhase::Counting;
  if (command == DeskCommand::Begin) {
    phase_ = is_counting ? DeskPhase::Recording : DeskPhase::Counting;
    counting_since_ = moments_;
  }
  if (command == DeskCommand::GiveUp) {
    if (!is_counting) return finish(Wish::Leave);
    phase_ = DeskPhase::Looking;
  }
}

void RecordingDesk::press_in_take(DeskCommand command, Microseconds now) {
  switch (command) {
    case DeskCommand::PauseOrGoOn:
      phase_ = phase_ == DeskPhase::Paused ? DeskPhase::Recording : DeskPhase::Paused;
      return;
    case DeskCommand::Finish:
      finished_ = true;
      return;
    case DeskCommand::Again:
      return finish(Wish::Again);
    case DeskCommand::GiveUp:
      phase_ = DeskPhase::Leaving;
      return;
    case DeskCommand::Mark:
      notes_.bookmarks.push_back(now);
      return;
    case DeskCommand::NextLine:
      return prompter_.go_on(now);
    case DeskCommand::PreviousLine:
      return prompter_.go_back(now);
    case DeskCommand::Begin:
    case DeskCommand::Delete:
    case DeskCommand::Keep:
      return;
  }
}

void RecordingDesk::press_in_question(DeskCommand command) {
  if (command == DeskCommand::Delete) finish(Wish::Leave);
  if (command == DeskCommand::Keep) phase_ = DeskPhase::Paused;
}

void RecordingDesk::finish(Wish wish) {
  wish_ = wish;
  finished_ = true;
}

}  // namespace candid::capture
