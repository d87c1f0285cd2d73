#pragma once
// Judges what PictureCheck measured. The limits and where they come from stand in picture_findings.cpp.

#include <deque>

#include "capture/check/picture_check.h"
#include "capture/check/take_fault.h"
#include "capture/source.h"

namespace candid::capture {

// Medians over the pictures that are not black.
struct PictureSummary {
  double mean_luma = 0;
  double bright = 0;
  std::optional<double> blur;  // of the longer side
  std::optional<FaceFacts> face;
  double behind_luma = 0;
  double face_share = 0;  // of the pictures that were searched thoroughly enough to say
  Microseconds black{0};
  Microseconds frozen{0};
};
PictureSummary summary_of(const std::deque<PictureFacts>& pictures, Microseconds end);

// `end` is when the last picture's time is over. Where one fault hides another (a dark picture, the face), only the
// first is told. A screen may stand still, be dark and have no face: of one, only a black picture is told.
TakeFindings picture_findings(const std::deque<PictureFacts>& pictures, Microseconds end, Shows shows = Shows::Person);

}  // namespace candid::capture
