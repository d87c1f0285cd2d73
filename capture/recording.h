#pragma once
// One recording, from an open source to a finished take with its sidecar.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "capture/script.h"
#include "capture/source.h"
#include "capture/take_sidecar.h"
#include "core/error.h"
#include "core/time.h"

namespace candid::capture {

struct RecordSettings {
  std::filesystem::path output;            // NAME.mkv, or NAME.mka for sound alone; must not exist
  std::optional<Microseconds> max_length;  // none: as long as the source lasts
  // The recording ends by itself when the disk has less left than the larger of this and a minute of recording.
  uint64_t least_free_bytes = 500'000'000;
};

// What whoever directs a recording wants next.
enum class Direction {
  Standby,  // look and listen, keep nothing: before the recording begins, and in a pause
  Record,
  Finish,   // the take is closed and kept
  Discard,  // the take is deleted
};

struct RecordState {
  Microseconds recorded{0};  // length of the take so far: where this moment will lie in it
  // Where the take is at this very instant, with what is still on its way: what a key that was just pressed is about.
  Microseconds now{0};
  FrameCounts frames;                     // so far
  std::optional<Microseconds> time_left;  // until the disk is full, at the present rate; nothing until it is known
};

// Hears every moment before it is kept or not, on the recording's thread, and says what is to become of it. Quick: a
// director that takes longer than a moment makes the source drop pictures.
using Director = std::function<Direction(const Moment&, const RecordState&)>;

// What is to be noted in the sidecar; a director may fill it in as it goes, it is read when the take is closed.
struct RecordNotes {
  std::vector<ScriptMark> marks;        // script lines, on the take's clock; empty: the source's own
  std::vector<Microseconds> bookmarks;  // places somebody marked by key
};

enum class EndedBy { Finished, Stop, MaxLength, Source, DiskLow };

struct RecordSummary {
  std::filesystem::path path;
  Microseconds duration{0};
  FrameCounts frames;
  std::vector<ScriptMark> marks;  // what was said within the take
  std::vector<Pause> pauses;
  EndedBy ended_by = EndedBy::Source;
};

// Records until the director finishes, the source ends, max_length is reached, the disk runs low or a stop is
// requested; each leaves a finished take. Without a director everything is kept.
// When the source fails on the way, the take up to there is finished and kept, and the source's error is returned.
// When nothing was recorded or the take was discarded, no file is left; Cancelled if that was wanted.
// The source rests afterwards, and may be recorded from again.
// Exists, PermissionDenied, NoSpace: before the first moment is asked for.
Result<RecordSummary> record(Source& source, const RecordSettings& settings, const Director& director,
                             const RecordNotes* notes, std::stop_token stop);

}  // namespace candid::capture
