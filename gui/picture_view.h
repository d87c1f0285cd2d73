#pragma once
// A picture of a recording within a box of the window, scaled to its pixels.

#include <optional>

#include "gui/texture.h"
#include "gui/widgets.h"
#include "media/frame.h"
#include "media/screen_picture.h"

namespace candid::gui {

// The window's thread.
class PictureView {
 public:
  void set(media::Frame frame);
  void clear() { frame_.reset(); }
  bool is_empty() const { return !frame_; }
  // Width over height; of a usual picture where there is none yet.
  float shape() const;
  // Fills the box, whose shape should be the picture's. Converts only what is new.
  void show(ImDrawList& list, const Box& box, media::Mirror mirror = media::Mirror::No);

 private:
  std::optional<media::Frame> frame_;
  bool is_new_ = false;
  media::Mirror mirror_ = media::Mirror::No;
  media::ScreenPicture converter_;
  Texture texture_;
};

}  // namespace candid::gui
