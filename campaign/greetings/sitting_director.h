#pragma once
// Leads a sitting by commands, and tells how it goes. Knows no keys, no terminal and no window.

#include <optional>
#include <string>

#include "campaign/greetings/sitting.h"
#include "capture/desk/level_meter.h"
#include "capture/recording.h"

namespace candid::campaign {

enum class SittingPhase { Ready, Recording, Paused };

// What the speaker may want. In a phase where it means nothing it does nothing.
enum class SittingCommand {
  Begin,
  Good,   // what was said is the greeting; the next one
  Again,  // it was not; the same one once more
  Back,   // the one before once more
  Skip,
  PauseOrGoOn,
  End,
};

// How it stands after a moment: a value of its own, to be handed to whoever draws it.
struct SittingView {
  SittingPhase phase = SittingPhase::Ready;
  std::string name;
  std::string pronunciation;     // may be empty
  std::string words;             // what to say; empty where it is the name alone
  std::string next_name;         // who comes after; empty: nobody
  bool is_good_already = false;  // the name is up once more
  size_t number = 0;             // 1-based
  size_t total = 0;
  size_t good = 0;
  Microseconds recorded{0};
  double peak_dbfs = -90;                   // capture::LevelMeter
  int64_t lost_pictures = 0;                // that should be in the take
  std::optional<std::string> disk_warning;  // capture::disk_warning()
};

// The recording begins with a command; it ends with the last candidate, when somebody ends it, or when the journal
// cannot be written. It goes on until all that was said before that command is in the take. One thread: the
// recording's. A shell that hears of commands on another one has a queue of its own, which it empties before it calls
// hear().
class SittingDirector {
 public:
  // Borrowed.
  explicit SittingDirector(Sitting& sitting) : sitting_(sitting) {}

  // `now`: of the take, as RecordState::now tells it. After the end nothing counts any more.
  void press(SittingCommand command, Microseconds now);
  // A capture::Director.
  capture::Direction hear(const capture::Moment& moment, const capture::RecordState& state);

  SittingPhase phase() const { return phase_; }
  bool has_ended() const { return has_ended_ || has_failed_; }
  // After hear(). Nothing once all were greeted.
  std::optional<SittingView> view() const;

 private:
  Result<void> obey(SittingCommand command, Microseconds now);
  Result<void> obey_while_recording(SittingCommand command, Microseconds now);

  Sitting& sitting_;
  SittingPhase phase_ = SittingPhase::Ready;
  bool has_ended_ = false;
  bool has_failed_ = false;     // the journal could not be written; SittingWriter::finish() tells why
  Microseconds needed_{0};      // of the take: when it was paused or ended, pictures and sound were on their way
  capture::RecordState state_;  // of the last moment
  capture::LevelMeter meter_;
};

}  // namespace candid::campaign
