#pragma once
// When somebody speaks in a recording, told by energy alone: steady noise is told from speech, speech is not told from
// music, coughs or a second voice.
//
// Like the active speech level of ITU-T P.56, it takes as speech what lies less than a margin below the level of the
// loud parts, bridges short dips (a hang-over), and adds what detectors for noisy lines have (ITU-T G.729 Annex B): the
// recording's own noise floor as a lower bound, and hysteresis. It implements neither recommendation.

#include <vector>

#include "core/error.h"
#include "core/time.h"
#include "media/audio_reader.h"

namespace candid::capture {

struct Voiced {
  Microseconds start{0};  // from the first sample that `sound` gives
  Microseconds end{0};
  bool operator==(const Voiced&) const = default;
};

// Pauses shorter than this are part of speech: stops between sounds are up to 100 ms long.
constexpr Microseconds kShortestPause{150'000};

// Reads `sound` to its end. In order, with pauses of at least kShortestPause between them, to 10 ms; none in silence
// and in steady noise.
Result<std::vector<Voiced>> find_voice(media::AudioReader& sound);

}  // namespace candid::capture
