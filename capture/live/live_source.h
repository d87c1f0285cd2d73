#pragma once
// Cameras, screens and microphones as one source of moments, in real time. Internal to capture.

#include <functional>
#include <memory>
#include <optional>

#include "capture/devices/device.h"
#include "capture/live/bubble.h"
#include "capture/source.h"

namespace candid::capture {

// For how long the machine has slept since it was started.
Microseconds time_asleep();

struct LiveDevices {
  Shows shows = Shows::Person;
  std::unique_ptr<PictureDevice> picture;              // null: sound alone
  std::unique_ptr<SoundDevice> sound;                  // null: pictures alone
  std::unique_ptr<PictureDevice> bubble_camera;        // of bubble->camera_size()
  std::optional<Bubble> bubble;                        // laid over every picture
  std::function<Microseconds()> asleep = time_asleep;  // a seam, so that tests put the machine to sleep
};

// Reads each device on a thread of its own. Ends, with the reason, when a device fails or gives nothing for a second
// and a half, when the machine has slept, and when it cannot keep up for three seconds.
class LiveSource final : public Source {
 public:
  LiveSource(LiveDevices devices, Rational rate);
  ~LiveSource() override;

  SourceFormat format() const override;
  Result<std::optional<Moment>> next() override;
  void rest() override;
  SourceCounts counts() const override;
  double drift_ppm() const override;

 private:
  struct State;
  struct Watch;
  Result<void> lay_bubble(Moment& moment);
  tl::unexpected<Error> end(Error why);

  SourceFormat format_;
  std::optional<Bubble> bubble_;
  std::shared_ptr<State> state_;  // with the devices' threads
  std::unique_ptr<Watch> watch_;
};

}  // namespace candid::capture
