#pragma once
// Who leads a sitting: a person at the keyboard, or the drawn presenter's own times.

#include <optional>
#include <string>
#include <vector>

#include "campaign/greetings/sitting.h"
#include "capture/desk/level_meter.h"
#include "capture/recording.h"
#include "cli/greet_screen.h"
#include "cli/keyboard.h"
#include "cli/live_display.h"

namespace candid::cli {

// By keys. The recording begins with the first; it ends with the last candidate or when somebody ends it, and goes on
// until all that was said before that key is in the take.
class KeyDirector {
 public:
  // All are borrowed.
  KeyDirector(campaign::Sitting& sitting, Keyboard& keyboard) : sitting_(sitting), keyboard_(keyboard) {}

  capture::Direction operator()(const capture::Moment& moment, const capture::RecordState& state);
  // Why the sitting ended before its time: its journal could not be written.
  const std::optional<Error>& failure() const { return failure_; }

 private:
  Result<void> press(Key key, Microseconds now);
  void show(const capture::RecordState& state);
  capture::Direction fail_with(Error error);

  campaign::Sitting& sitting_;
  Keyboard& keyboard_;
  GreetView::State state_ = GreetView::State::Ready;
  bool has_ended_ = false;
  Microseconds needed_{0};  // of the take: when the recording was paused or ended, pictures and sound were on their way
  int64_t moments_ = 0;
  capture::LevelMeter meter_;
  LiveDisplay display_;
  std::optional<Error> failure_;
};

// Each line that the presenter says is good half-way to the next. `lines`: of the candidates in the sitting's order;
// whose line the presenter cannot say is skipped.
class PresenterDirector {
 public:
  PresenterDirector(campaign::Sitting& sitting, const std::vector<std::string>& lines,
                    const std::vector<capture::ScriptMark>& marks);

  capture::Direction operator()(const capture::Moment& moment, const capture::RecordState& state);
  const std::optional<Error>& failure() const { return failure_; }

 private:
  Result<void> go_on(Microseconds now);

  campaign::Sitting& sitting_;
  std::vector<std::optional<Microseconds>> ends_;  // when each candidate's greeting is over; nothing: not said
  std::optional<Error> failure_;
};

}  // namespace candid::cli
