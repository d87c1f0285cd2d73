#pragma once
// Which camera and microphone record, chosen from those there are.

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "capture/devices/devices.h"
#include "capture/source.h"
#include "gui/screen.h"
#include "gui/task.h"

namespace candid::gui {

// The drawn presenter, who needs no hardware, as a camera and a microphone in real time (capture/source.h).
inline constexpr const char* kTestDevice = "test:live";

// The window's thread.
class DeviceChoice {
 public:
  // Boxes to choose from, and a button that looks again. True: another device was chosen; settings have it.
  bool draw(const Ui& ui);
  // The camera after the one that is chosen, as soon as it is known which there are: draw() tells. For a key.
  void take_next_camera() { wants_next_ = true; }
  // Looks again, beside the window.
  void look(const Waker& waker);
  // What was found last; nothing: it is still being looked for.
  const std::optional<capture::Devices>& found() const { return found_; }

 private:
  bool choose_camera(const Ui& ui);
  bool choose_microphone(const Ui& ui);
  bool choose_size(const Ui& ui) const;
  bool choose_next(Settings& settings);
  void choose_camera(Settings& settings, const std::string& path) const;
  std::vector<media::FrameSize> sizes(const std::string& camera) const;

  std::unique_ptr<Task<capture::Devices>> looking_;
  std::optional<capture::Devices> found_;
  bool wants_next_ = false;
};

// Held while a camera or a microphone is open: one booth at a time has them, and the next one waits for those that were
// given up. Any thread.
std::mutex& device_turn();

// As record takes them, without a script.
capture::SourceSettings source_settings_of(const Settings& settings);

}  // namespace candid::gui
