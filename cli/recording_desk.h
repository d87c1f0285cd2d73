#pragma once
// Directs a recording from a terminal's keys, and shows how it goes.

#include <optional>
#include <string>
#include <vector>

#include "capture/check/live_check.h"
#include "capture/recording.h"
#include "cli/keyboard.h"
#include "cli/level_meter.h"
#include "cli/live_display.h"
#include "cli/prompter.h"

namespace candid::cli {

// One take. The recording's thread.
class RecordingDesk {
 public:
  struct Plan {
    int countdown = 3;  // seconds
    capture::Script script;
    std::optional<Microseconds> max_length;
    capture::SourceFormat format;
  };
  enum class Wish { Keep, Again, Leave };

  RecordingDesk(Keyboard& keyboard, Plan plan);

  // A capture::Director.
  capture::Direction hear(const capture::Moment& moment, const capture::RecordState& state);
  // What the sidecar is to know; complete once the recording has ended.
  const capture::RecordNotes& notes() const { return notes_; }
  Wish wish() const { return wish_; }

 private:
  enum class Phase { Looking, Counting, Recording, Paused, Leaving };
  capture::Direction direction() const;
  void press(Key key, Microseconds recorded);
  void press_before(Key key);
  void press_while_recording(Key key, Microseconds recorded);
  void show(const capture::RecordState& state);
  std::string status(const capture::RecordState& state) const;
  std::string keys() const;
  void add_findings(std::vector<std::string>& lines, int columns) const;

  Keyboard& keyboard_;
  Plan plan_;
  Phase phase_ = Phase::Looking;
  Wish wish_ = Wish::Keep;
  bool finished_ = false;
  int64_t moments_ = 0;  // since this desk began
  int64_t counting_since_ = 0;
  LevelMeter meter_;
  std::optional<capture::LiveCheck> check_;  // nothing where this machine lacks what it needs
  capture::TakeFindings findings_;           // of the last seconds
  Prompter prompter_;
  LiveDisplay display_;
  capture::RecordNotes notes_;
};

// A line about a recording that nobody watches: what it has now, and what is wrong.
std::string plain_status(const capture::RecordState& state);
// "12 minutes of recording fit on the disk", once that is worth saying.
std::optional<std::string> disk_warning(const capture::RecordState& state);

}  // namespace candid::cli
