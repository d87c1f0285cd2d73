#pragma once
// Whatever a camera gave → the house's frame (media/frame.h): turned upright, scaled, limited range, BT.709.

#include <memory>

#include "core/error.h"
#include "media/frame.h"
#include "media/video_reader.h"

struct AVFrame;

namespace candid::media {

// How a stored picture is turned to be upright.
struct Orientation {
  int degrees = 0;  // clockwise: 0, 90, 180, 270
  bool mirrored = false;
};

// One thread.
class PictureConverter {
 public:
  // Size, fit and focus of `request` count here.
  explicit PictureConverter(const VideoRequest& request, Orientation orientation = {});
  PictureConverter(PictureConverter&&) noexcept;
  PictureConverter& operator=(PictureConverter&&) noexcept;
  ~PictureConverter();

  // `frame` may change size or format from call to call.
  Result<Frame> convert(AVFrame& frame);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace candid::media
