#pragma once
// The test presenter's voice: each script line is synthesised alone (libavfilter's flite), so that its start and end on
// the timeline are exact. A stand-in for a microphone in tests and demonstrations, never for a recruiter's own voice.

#include <vector>

#include "capture/script.h"
#include "core/error.h"
#include "media/audio_reader.h"

namespace candid::capture {

struct Speech {
  media::Samples samples;  // a second of silence follows the last line
  std::vector<ScriptMark> marks;
};

// Lines in order with a pause between them, at about -17 LUFS (EBU R128) with peaks below -1.5 dBFS; lines without a
// word are left out. The same lines give the same samples, unless another thread draws from rand() meanwhile.
// Held in memory: 0.4 MB a second.
// Unsupported when this build of libavfilter has no voice; InvalidInput when nothing can be said.
Result<Speech> speak(const Script& lines);

}  // namespace candid::capture
