#include "capture/check/take_fault.h"

namespace candid::capture {

std::string_view to_string(Fault fault) {
  switch (fault) {
    case Fault::NoSound:
      return "no_sound";
    case Fault::TooQuiet:
      return "too_quiet";
    case Fault::Clipping:
      return "clipping";
    case Fault::Hum:
      return "hum";
    case Fault::Noise:
      return "noise";
    case Fault::NoVoice:
      return "no_voice";
    case Fault::OneChannel:
      return "one_channel";
    case Fault::SoundStops:
      return "sound_stops";
    case Fault::SilentHead:
      return "silent_head";
    case Fault::SilentTail:
      return "silent_tail";
    case Fault::OutOfSync:
      return "out_of_sync";
    case Fault::Black:
      return "black";
    case Fault::Frozen:
      return "frozen";
    case Fault::TooDark:
      return "too_dark";
    case Fault::Backlit:
      return "backlit";
    case Fault::Blurred:
      return "blurred";
    case Fault::NoFace:
      return "no_face";
    case Fault::FaceTooSmall:
      return "face_too_small";
    case Fault::FaceCutOff:
      return "face_cut_off";
    case Fault::FaceOffCentre:
      break;
  }
  return "face_off_centre";
}

}  // namespace candid::capture
