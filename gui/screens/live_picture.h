#pragma once
// The camera's picture while somebody records: the script above it, where the face belongs, the countdown and the
// clock.

#include "capture/script.h"
#include "gui/picture_view.h"
#include "gui/recording_booth.h"
#include "gui/screen.h"

namespace candid::gui {

// The window's thread.
class LivePicture {
 public:
  explicit LivePicture(capture::Script script) : script_(std::move(script)) {}

  void set(media::Frame frame) { picture_.set(std::move(frame)); }
  bool has_script() const { return !script_.empty(); }
  // Fills what there is of the window from the cursor on.
  void draw(Ui& ui, const BoothView& view);

 private:
  float draw_prompter(Ui& ui, const BoothView& view, ImVec2 from, float width) const;
  void draw_guide(const Ui& ui, const BoothView& view, const Box& box) const;
  void draw_phase(const Ui& ui, const BoothView& view, const Box& box) const;

  capture::Script script_;
  PictureView picture_;
};

}  // namespace candid::gui
