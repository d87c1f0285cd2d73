#pragma once
// A recording at a terminal: keys become commands of the desk, and lines show how it goes.

#include <optional>
#include <string>
#include <vector>

#include "capture/desk/recording_desk.h"
#include "cli/keyboard.h"
#include "cli/live_display.h"

namespace candid::cli {

// What a key means in a phase; nothing: nothing.
std::optional<capture::DeskCommand> command_of(Key key, capture::DeskPhase phase);

// For LiveDisplay: none is wider than so many columns.
std::vector<std::string> lines_of(const capture::DeskPlan& plan, const capture::DeskView& view, int columns);

// One take. The recording's thread.
class RecordingScreen {
 public:
  // Both are borrowed.
  RecordingScreen(capture::RecordingDesk& desk, Keyboard& keyboard) : desk_(desk), keyboard_(keyboard) {}

  // A capture::Director.
  capture::Direction hear(const capture::Moment& moment, const capture::RecordState& state);

 private:
  capture::RecordingDesk& desk_;
  Keyboard& keyboard_;
  LiveDisplay display_;
  int64_t moments_ = 0;
};

// A line about a recording that nobody watches: what it has now, and what is wrong.
std::string plain_status(const capture::RecordState& state);

}  // namespace candid::cli
