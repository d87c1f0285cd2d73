#pragma once
// What a take's pictures are like, measured as they come: light, sharpness, whether they move, where the face is. Says
// numbers, judges nothing (take_findings.h does).

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "capture/face_track.h"
#include "core/error.h"
#include "core/time.h"
#include "media/frame.h"

namespace candid::capture {

// Luma is a share of the way from black to white, 0..1.
struct FaceFacts {
  // The detector's square from brows to chin, in shares of the picture; may reach beyond its edges.
  FaceBox box;
  double size = 0;    // its side, of the picture's shorter side
  double luma = 0;    // mean
  double bright = 0;  // what a tenth of its pixels exceed
};

// One picture that was looked at.
struct PictureFacts {
  Microseconds time{0};
  double mean_luma = 0;
  double dark = 0;    // what a twentieth of the pixels stay below
  double bright = 0;  // what a twentieth exceed
  // How much the picture differs from the one looked at before, where it differs most: mean of 16x16 pixels, in levels
  // of 8 bits. Nothing: it was the first.
  std::optional<double> change;
  bool was_searched = false;  // for a face
  std::optional<FaceFacts> face;
  // Of what is not the face and its shoulders: the median. Only with a face.
  double behind_luma = 0;
  // Standard deviation of the blur of the sharpest edges (on the face where there is one), of the picture's longer
  // side, taken as 400 pixels at least. Nothing where there are no edges. By how much an edge loses when it is blurred
  // some more: Zhuo and Sim, Defocus map estimation from a single image, 2011.
  std::optional<double> blur;
};

struct PictureCheckSettings {
  Microseconds every{200'000};       // looks at a picture so often
  Microseconds face_every{400'000};  // searches it for a face so often, and measures its blur
  // Where no face is found, searches once more, larger, lighter and beyond the edges. Five times as slow.
  Microseconds thorough_every{800'000};
};

// One thread. About 1 ms for a picture of 640x360 that is looked at, more for larger ones, and 10 to 60 ms where it is
// searched for a face.
class PictureCheck {
 public:
  // Unsupported when OpenCV's trained cascades are not installed.
  static Result<PictureCheck> create(const PictureCheckSettings& settings = {});
  PictureCheck(PictureCheck&&) noexcept;
  PictureCheck& operator=(PictureCheck&&) noexcept;
  ~PictureCheck();

  // Any size, the same for all; times in order. Looks only when it is time to, and says whether it did.
  Result<bool> push(const media::Frame& frame, Microseconds time);
  // All that were looked at, in order.
  const std::deque<PictureFacts>& pictures() const;
  // Forgets what was before.
  void forget_before(Microseconds time);

 private:
  struct State;
  explicit PictureCheck(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace candid::capture
