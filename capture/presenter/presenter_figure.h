#pragma once
// The test presenter as a drawing: head, shoulders and a hand before a room, in the plain manner of an illustration.

#include <memory>

#include "core/error.h"
#include "media/frame.h"

namespace candid::capture {

// Lengths in heads (chin to crown is about one), angles in radians, clockwise; shares are 0..1.
struct Pose {
  double head_x = 0;
  double head_y = 0;
  double head_tilt = 0;
  double mouth_open = 0;
  double eyes_open = 1;
  double brows_raised = 0;
  double breath = 0;
  double hand_raised = 0;
  double hand_turn = 0;
};

// One thread. Carries a camera's light grain, which differs from frame to frame in a fixed order.
class PresenterFigure {
 public:
  static Result<PresenterFigure> create(media::FrameSize size);
  PresenterFigure(PresenterFigure&&) noexcept;
  PresenterFigure& operator=(PresenterFigure&&) noexcept;
  ~PresenterFigure();

  Result<media::Frame> draw(const Pose& pose);

 private:
  struct State;
  explicit PresenterFigure(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace candid::capture
