#pragma once
// Whether the sound comes too early or too late for the lips: a mouth that opens is darker, and louder while it does.

#include <optional>
#include <vector>

#include "capture/face_track.h"
#include "core/time.h"
#include "media/audio_reader.h"
#include "media/frame.h"

namespace candid::capture {

struct LipOffset {
  // How much later the sound comes than the lips; less than zero: earlier.
  Microseconds late{0};
  double correlation = 0;  // of mouth and loudness at that offset, -1..1
  // How far that stands out: correlation over the deviation of those at offsets where there can be none.
  double strength = 0;
};

// One thread. Fed the whole take's pictures at a constant rate and its sound, in any order to each other. About 0.1 ms
// a picture.
class LipSync {
 public:
  explicit LipSync(Rational picture_rate) : rate_(picture_rate) {}

  // The next picture; nothing where no face is seen. FaceFacts::box.
  void push(const media::Frame& frame, const std::optional<FaceBox>& face);
  // The sound from the same zero on.
  void push(const media::Samples& samples);

  // Nothing where the evidence is weak: less than five seconds of a face that speaks, lips that do not follow the
  // sound at one offset only. Offsets of up to 0.6 s are told.
  std::optional<LipOffset> offset() const;
  // What offset() would be if it were never in doubt; for tests and for those who set limits.
  std::optional<LipOffset> best_guess() const;

 private:
  Rational rate_;
  std::vector<std::optional<double>> openings_;  // one a picture; darkness of the mouth
  std::vector<double> loudness_;                 // one for the time of each picture
  double sum_ = 0;
  int64_t samples_ = 0;
};

}  // namespace candid::capture
