#pragma once
// Where faces are in a recording over time: found by OpenCV's trained cascades, followed from picture to picture and
// smoothed. What overlays keep clear of, and what a crop may follow.

#include <filesystem>
#include <stop_token>
#include <vector>

#include "core/error.h"
#include "core/time.h"

namespace candid::capture {

// Shares of the shown picture's width and height, 0..1, from its left top corner. Holds the whole face, from hair to
// chin, wherever it moves within the moment.
struct FaceBox {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;
  bool operator==(const FaceBox&) const = default;
};

// All faces from `start` to before `end`, on the recording's own timeline (which begins at zero), from left to right.
struct FaceMoment {
  Microseconds start{0};
  Microseconds end{0};
  std::vector<FaceBox> faces;
  bool operator==(const FaceMoment&) const = default;
};

struct TimeSpan {
  Microseconds start{0};
  Microseconds end{0};
};

// In order of time, without gaps within a span; moments without a face are there, with no box. Moments are a fifth of a
// second long, less where a span cuts one. After the recording's end its last picture is taken to stay.
using FaceTrack = std::vector<FaceMoment>;

// Looks only where asked: spans may overlap and come in any order; empty ones count for nothing. A face counts when it
// is found three times within a second; where it is then lost, because a head is turned or behind a hand, its box
// stays. Unsupported when the detectors are not installed; Cancelled when stopped; otherwise fails as media::probe and
// media::VideoReader do. Call it from any thread; the same file gives the same track on every machine.
Result<FaceTrack> track_faces(const std::filesystem::path& recording, std::vector<TimeSpan> spans,
                              std::stop_token stop = {});

}  // namespace candid::capture
