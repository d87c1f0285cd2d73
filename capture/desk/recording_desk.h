#pragma once
// Directs the recording of one take by commands, and tells how it goes. Knows no keys, no terminal and no window.
//
//   Looking ──Begin──► Counting ──time, Begin──► Recording ◄──PauseOrGoOn──► Paused    Finish, Again: done
//      ▲                  │                         │                         │ ▲
//      └──────GiveUp──────┘                         └──────────GiveUp─────────┤ │
//                                                                             ▼ │Keep
//                                                                         Leaving ──Delete──► nothing is left

#include <optional>
#include <string>
#include <vector>

#include "capture/check/live_check.h"
#include "capture/desk/level_meter.h"
#include "capture/desk/prompter.h"
#include "capture/recording.h"

namespace candid::capture {

// Leaving asks whether the take is to be deleted; meanwhile nothing is recorded.
enum class DeskPhase { Looking, Counting, Recording, Paused, Leaving };

// What somebody at the desk may want. In a phase where it means nothing it does nothing.
enum class DeskCommand {
  Begin,  // the countdown; once more: without waiting for its end
  PauseOrGoOn,
  Finish,    // the take is done
  Again,     // the take is done, and another one is wanted
  GiveUp,    // a countdown, to look again; a take, once Delete confirms it; before: leave
  Delete,    // in Leaving: yes
  Keep,      // in Leaving: no, the take stays, paused
  Mark,      // notes this place of the take
  NextLine,  // of the script
  PreviousLine,
};

struct DeskPlan {
  int countdown = 3;  // seconds
  Script script;      // for the speaker's eyes; may be empty
  std::optional<Microseconds> max_length;
  SourceFormat format;
};

// How it stands after a moment: a value of its own, to be handed to whoever draws it.
struct DeskView {
  DeskPhase phase = DeskPhase::Looking;
  int seconds_left = 0;  // in Counting
  Microseconds recorded{0};
  Microseconds now{0};     // RecordState::now
  size_t line = 0;         // of the script, to be said now; the last one stays
  double peak_dbfs = -90;  // LevelMeter
  bool clips = false;
  TakeFindings findings;  // of the last seconds
  FrameCounts frames;     // so far
  std::optional<std::string> disk_warning;
  std::vector<Microseconds> bookmarks;
};

// One take, one thread: the recording's. A shell that hears of commands on another one has a queue of its own, which it
// empties before it calls hear().
class RecordingDesk {
 public:
  // What is to become of the take once the recording has ended.
  enum class Wish { Keep, Again, Leave };

  explicit RecordingDesk(DeskPlan plan);

  // `now`: of the take, as RecordState::now tells it.
  void press(DeskCommand command, Microseconds now);
  // Prompter::set_pace().
  void set_pace(double pace) { prompter_.set_pace(pace); }
  // A capture::Director.
  Direction hear(const Moment& moment, const RecordState& state);

  // After hear().
  DeskView view() const;
  const DeskPlan& plan() const { return plan_; }
  DeskPhase phase() const { return phase_; }
  // What the sidecar is to know; complete once the recording has ended.
  const RecordNotes& notes() const { return notes_; }
  Wish wish() const { return wish_; }

 private:
  Direction direction() const;
  double seconds_counted() const;
  void press_before(DeskCommand command);
  void press_in_take(DeskCommand command, Microseconds now);
  void press_in_question(DeskCommand command);
  void finish(Wish wish);

  DeskPlan plan_;
  DeskPhase phase_ = DeskPhase::Looking;
  Wish wish_ = Wish::Keep;
  bool finished_ = false;
  int64_t moments_ = 0;  // since this desk began
  int64_t counting_since_ = 0;
  RecordState state_;  // of the last moment
  LevelMeter meter_;
  std::optional<LiveCheck> check_;  // nothing where this machine lacks what it needs
  TakeFindings findings_;
  Prompter prompter_;
  RecordNotes notes_;
};

}  // namespace candid::capture
