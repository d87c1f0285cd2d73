#pragma once
// A script that scrolls while it is spoken, and remembers when each line was up.

#include <vector>

#include "capture/script.h"
#include "core/time.h"
#include "media/audio_reader.h"

namespace candid::capture {

// Goes on by key; by itself when a line has had the time its length needs and the speaker pauses.
class Prompter {
 public:
  explicit Prompter(Script script);

  bool is_empty() const { return script_.empty(); }
  // The line that is to be said, and those after it; the last line stays.
  size_t line() const { return line_; }
  const Script& script() const { return script_; }

  // A moment of the take, with its sound.
  void hear(const media::Samples& sound, Microseconds recorded);
  // How fast it is read: 1 is calmly, 2 twice as fast.
  void set_pace(double pace) { pace_ = pace; }
  void go_on(Microseconds recorded);
  void go_back(Microseconds recorded);

  // Each line that was up, on the take's clock. Empty when the script was never moved on by hand: then pauses in the
  // sound tell more exactly when lines were said (capture/script_timing.h).
  std::vector<ScriptMark> marks(Microseconds recorded) const;

 private:
  void move_to(size_t line, Microseconds recorded);

  Script script_;
  std::vector<ScriptMark> marks_;  // of the lines before the present one
  double pace_ = 1;
  size_t line_ = 0;
  Microseconds line_began_{0};
  bool moved_by_hand_ = false;
  double floor_dbfs_ = -60;  // the room's
  Microseconds voiced_{0};   // of the present line
  Microseconds silent_{0};   // since somebody spoke
};

}  // namespace candid::capture
