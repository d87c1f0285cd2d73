#include "campaign/greetings/sitting_director.h"

#include "campaign/greetings/greeting_words.h"
#include "capture/desk/disk_warning.h"

namespace candid::campaign {
namespace {

const std::string& shown_name(const Candidate& candidate) {
  return candidate.name.empty() ? candidate.id : candidate.name;
}

}  // namespace

void SittingDirector::press(SittingCommand command, Microseconds now) {
  if (has_ended()) return;
  has_failed_ = !obey(command, now);
}

Result<void> SittingDirector::obey(SittingCommand command, Microseconds now) {
  if (command == SittingCommand::End) {
    if (phase_ == SittingPhase::Recording) needed_ = now;
    has_ended_ = true;
    return phase_ == SittingPhase::Ready ? Result<void>() : sitting_.end(now);
  }
  switch (phase_) {
    case SittingPhase::Ready:
      if (command == SittingCommand::Begin) phase_ = SittingPhase::Recording;
      return {};
    case SittingPhase::Paused:
      if (command != SittingCommand::PauseOrGoOn) return {};
      phase_ = SittingPhase::Recording;
      return sitting_.resume(now);
    case SittingPhase::Recording:
      break;
  }
  TRY_VOID(obey_while_recording(command, now));
  if (sitting_.current() != nullptr) return {};
  needed_ = now;
  has_ended_ = true;
  return sitting_.end(now);
}

Result<void> SittingDirector::obey_while_recording(SittingCommand command, Microseconds now) {
  switch (command) {
    case SittingCommand::Good:
      TRY(sitting_.good(now));
      return {};
    case SittingCommand::Again:
      return sitting_.again(now);
    case SittingCommand::Back:
      return sitting_.back(now);
    case SittingCommand::Skip:
      return sitting_.skip(now);
    case SittingCommand::PauseOrGoOn:
      phase_ = SittingPhase::Paused;
      needed_ = now;
      return sitting_.pause(now);
    case SittingCommand::Begin:
    case SittingCommand::End:
      return {};
  }
  return {};
}

capture::Direction SittingDirector::hear(const capture::Moment& moment, const capture::RecordState& state) {
  state_ = state;
  meter_.push(moment.sound);
  if (!sitting_.check()) has_failed_ = true;
  if (has_failed_) return capture::Direction::Finish;
  if (state.recorded < needed_) return capture::Direction::Record;
  if (has_ended_) return capture::Direction::Finish;
  return phase_ == SittingPhase::Recording ? capture::Direction::Record : capture::Direction::Standby;
}

std::optional<SittingView> SittingDirector::view() const {
  const Candidate* candidate = sitting_.current();
  if (candidate == nullptr) return std::nullopt;
  SittingView view;
  view.phase = phase_;
  view.name = shown_name(*candidate);
  view.pronunciation = pronunciation_of(*candidate);
  // The name stands there already.
  if (const GreetingWords& said = sitting_.words(); !said.script.empty() || said.name.empty()) view.words = said.words;
  if (sitting_.next() != nullptr) view.next_name = shown_name(*sitting_.next());
  view.is_good_already = sitting_.is_good(sitting_.position());
  view.number = sitting_.position() + 1;
  view.total = sitting_.size();
  view.good = sitting_.good_count();
  view.recorded = state_.recorded;
  view.peak_dbfs = meter_.peak_dbfs();
  view.lost_pictures = state_.frames.lost();
  view.disk_warning = capture::disk_warning(state_);
  return view;
}

}  // namespace candid::campaign
