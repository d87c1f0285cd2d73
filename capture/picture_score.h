#pragma once
// Which frame of a take makes the best poster: a sharp, well-lit picture of a face with open eyes.

#include <memory>

#include "core/error.h"
#include "media/frame.h"

namespace candid::capture {

// Shares, 0..1, more is better. They depend on the one picture alone, so those of one take compare with each other;
// those of two takes do not: another camera, room or face moves the scale. Light and sharpness are measured on the
// face, else on the middle of the picture.
struct PictureScore {
  // Variance of the Laplacian (Pech-Pacheco 2000) at a fixed size, on a logarithmic scale: log(1 + v) / log(1 + 3000).
  // Blur too fine to be seen at a poster's size does not count.
  double sharpness = 0;
  // Well-exposedness (Mertens 2007: a Gaussian about mid grey) and RMS contrast (Peli 1990), less the share of pixels
  // that are clipped to black or white.
  double light = 0;
  // 0 without a face. A face counts for itself, its size, its nearness to the middle and, most, for each open eye.
  double face = 0;
  double total = 0;  // weighted mean; the face weighs half
};

// Movable; one thread at a time. The same picture always gives the same score.
class PictureJudge {
 public:
  // Unsupported when OpenCV's trained cascades are not installed.
  static Result<PictureJudge> create();
  PictureJudge(PictureJudge&&) noexcept;
  PictureJudge& operator=(PictureJudge&&) noexcept;
  ~PictureJudge();

  // Any size.
  PictureScore judge(const media::Frame& frame);

 private:
  struct State;
  explicit PictureJudge(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace candid::capture
