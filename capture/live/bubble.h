#pragma once
// The camera's picture on a recorded screen: round, with a thin ring, in a corner. Internal to capture.

#include <cstdint>
#include <vector>

#include "capture/source.h"
#include "core/error.h"
#include "media/frame.h"

namespace candid::capture {

class Bubble {
 public:
  Bubble(media::FrameSize screen, Corner corner);

  // Of the square picture that draw() wants.
  media::FrameSize camera_size() const { return {side_, side_}; }
  Result<void> draw(media::Frame& screen, const media::Frame& camera) const;

 private:
  // How much of each pixel is camera, and how much ring; 0..255, of luma and of chroma.
  struct Mask {
    int side = 0;
    std::vector<uint8_t> camera;
    std::vector<uint8_t> ring;
  };
  static Mask make_mask(int side, double scale);

  int side_;  // luma pixels
  int left_;
  int top_;
  Mask luma_;
  Mask chroma_;
};

}  // namespace candid::capture
