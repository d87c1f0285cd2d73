#pragma once
// When a recording's picture and its sound begin and end, and where they have gaps, by their packets. Unlike probe(),
// it takes recordings of sound alone, and judges nothing.

#include <filesystem>
#include <optional>

#include "core/error.h"
#include "core/time.h"
#include "media/probe.h"

namespace candid::media {

// On the recording's own timeline, which begins at zero with its first picture or sample.
struct TrackTimes {
  Microseconds start{0};
  Microseconds end{0};
  Microseconds longest_gap{0};  // between the end of one packet and the start of the next
  Microseconds gap_at{0};       // where that gap begins
};

struct RecordingTimes {
  std::optional<TrackTimes> picture;
  std::optional<TrackTimes> sound;
  std::optional<AudioFacts> audio;  // of `sound`
  Microseconds duration{0};         // to the end of the track that lasts longest
};

// Reads every packet (no decoding). Fails with InvalidInput when there is neither picture nor sound, and as probe()
// does when the file cannot be read.
Result<RecordingTimes> read_track_times(const std::filesystem::path& path);

}  // namespace candid::media
