#pragma once
// A sitting at a terminal: keys become commands of its director, and lines show whose turn it is.

#include <optional>
#include <string>
#include <vector>

#include "campaign/greetings/sitting_director.h"
#include "cli/keyboard.h"
#include "cli/live_display.h"

namespace candid::cli {

// What a key means in a phase; nothing: nothing.
std::optional<campaign::SittingCommand> command_of(Key key, campaign::SittingPhase phase);

// For LiveDisplay: none is wider than so many columns.
std::vector<std::string> lines_of(const campaign::SittingView& view, int columns);

// The recording's thread.
class GreetScreen {
 public:
  // Both are borrowed.
  GreetScreen(campaign::SittingDirector& director, Keyboard& keyboard) : director_(director), keyboard_(keyboard) {}

  // A capture::Director.
  capture::Direction hear(const capture::Moment& moment, const capture::RecordState& state);

 private:
  campaign::SittingDirector& director_;
  Keyboard& keyboard_;
  LiveDisplay display_;
  int64_t moments_ = 0;
};

}  // namespace candid::cli
