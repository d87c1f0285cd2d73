#pragma once
// Somebody before the camera: they look at themselves, read, record, pause. The Record screen's first state.

#include "gui/device_choice.h"
#include "gui/recording_booth.h"
#include "gui/screens/live_picture.h"

namespace candid::gui {

// The window's thread. Destroyed while it records: the take is ended and kept.
class RecordLive {
 public:
  RecordLive(const Waker& waker, BoothPlan plan);

  enum class Next {
    Stay,
    OpenAnew,  // other devices were chosen
    Ended,     // look() says how; nothing was drawn
  };
  Next draw(Ui& ui, DeviceChoice& devices);

  BoothView look() const { return booth_.look(); }
  bool is_recording() const { return booth_.is_recording(); }

 private:
  void take_keys(const BoothView& view, DeviceChoice& devices);
  bool draw_controls(Ui& ui, const BoothView& view, DeviceChoice& devices);
  void draw_buttons(const Theme& theme, const BoothView& view);
  void draw_findings(const Theme& theme, const BoothView& view) const;
  void draw_settings(Ui& ui);

  LivePicture picture_;
  RecordingBooth booth_;
};

}  // namespace candid::gui
