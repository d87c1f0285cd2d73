#pragma once
// What can be wrong with a take, in words that say what was measured, what is wanted and what helps.

#include <string>
#include <string_view>
#include <vector>

#include "capture/face_track.h"
#include "core/finding.h"

namespace candid::capture {

enum class Fault {
  NoSound,
  TooQuiet,
  Clipping,
  Hum,
  Noise,
  NoVoice,  // sound, but nobody speaks: the wrong microphone
  OneChannel,
  SoundStops,  // begins later or ends earlier than the picture, or has a gap
  SilentHead,
  SilentTail,
  OutOfSync,  // sound against lips
  Black,
  Frozen,
  TooDark,
  Backlit,
  Blurred,
  NoFace,
  FaceTooSmall,
  FaceCutOff,
  FaceOffCentre,
};
std::string_view to_string(Fault fault);  // "no_sound", "too_quiet", …

struct TakeFinding {
  Fault fault = Fault::NoSound;
  // Error: not fit to send. Warning: worth mending, or recording again.
  Severity severity = Severity::Warning;
  std::string message;  // "The sound is too quiet: speech at -38 dBFS, wanted -33 or more."
  std::string remedy;   // "Move closer to the microphone, or turn its level up."
  TimeSpan where;       // on the take's timeline
};
using TakeFindings = std::vector<TakeFinding>;

}  // namespace candid::capture
