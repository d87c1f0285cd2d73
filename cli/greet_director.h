#pragma once
// Who leads a sitting: a person at the keyboard, or the drawn presenter's own times.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "campaign/sitting.h"
#include "capture/recording.h"
#include "cli/greet_screen.h"
#include "cli/keyboard.h"
#include "cli/level_meter.h"
#include "cli/live_display.h"

namespace candid::cli {

// What the prompter shows for a candidate.
struct GreetPrompt {
  std::string pronunciation;
  std::string words;
};
using PromptOf = std::function<GreetPrompt(const campaign::Candidate&)>;

// By keys. The recording begins with the first; it ends with the last candidate or when somebody ends it.
class KeyDirector {
 public:
  // All are borrowed.
  KeyDirector(campaign::Sitting& sitting, Keyboard& keyboard, PromptOf prompt)
      : sitting_(sitting), keyboard_(keyboard), prompt_(std::move(prompt)) {}

  capture::Direction operator()(const capture::Moment& moment, const capture::RecordState& state);
  // Why the sitting ended before its time: its journal could not be written.
  const std::optional<Error>& failure() const { return failure_; }

 private:
  Result<void> press(Key key, Microseconds now);
  void show(Microseconds now);

  campaign::Sitting& sitting_;
  Keyboard& keyboard_;
  PromptOf prompt_;
  GreetView::State state_ = GreetView::State::Ready;
  bool has_ended_ = false;
  int64_t moments_ = 0;
  LevelMeter meter_;
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
