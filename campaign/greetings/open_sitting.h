#pragma once
// A sitting from its first moment to its journal's last line: records the take while somebody leads.

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/greetings/greeting_folder.h"
#include "campaign/greetings/sitting.h"
#include "campaign/greetings/sitting_journal.h"
#include "campaign/greetings/sitting_writer.h"
#include "capture/recording.h"
#include "core/error.h"

namespace candid::campaign {

struct RecordedSitting {
  std::string name;                // empty: nothing was recorded, and nothing is left
  std::optional<Error> problem{};  // why it ended before its time; what was good before it counts
  int64_t lost_pictures = 0;       // that should be in its take
};

// Stays where it was made, as its sitting tells its writer. One thread: the recording's.
class OpenSitting {
 public:
  // Begins the journal. Under the folder's lock; the source is borrowed. InvalidInput when it lacks picture or sound.
  static Result<std::unique_ptr<OpenSitting>> begin(const GreetingFolder& folder, std::vector<Sitting::Turn> turns,
                                                    capture::Source& source);

  Sitting& sitting() { return sitting_; }
  // Once. Returns when the director has finished or a stop was requested, and all that was told is on the disk. A
  // sitting whose journal could not be written is a problem of it, no error.
  Result<RecordedSitting> record(const capture::Director& director, std::stop_token stop);

 private:
  OpenSitting(SittingJournal journal, std::vector<Sitting::Turn> turns, capture::Source& source)
      : journal_(std::move(journal)), writer_(journal_), sitting_(std::move(turns), writer_), source_(source) {}
  RecordedSitting film(const capture::Director& director, std::stop_token stop);

  SittingJournal journal_;
  SittingWriter writer_;
  Sitting sitting_;
  capture::Source& source_;
};

}  // namespace candid::campaign
