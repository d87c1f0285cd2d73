#pragma once
// What a camera, a screen or a microphone gives: pictures and sound with the time at which they were. Internal to
// capture.

#include <optional>
#include <string>

#include "core/error.h"
#include "core/time.h"
#include "media/audio_reader.h"
#include "media/frame.h"

namespace candid::capture {

// Times are of the monotonic clock (CLOCK_MONOTONIC, std::chrono::steady_clock).
struct CapturedPicture {
  std::optional<media::Frame> frame;  // nothing: it came, but is damaged
  Microseconds time{0};
};

struct CapturedSound {
  media::Samples samples;  // stereo, at the device's rate
  Microseconds time{0};    // of the first one
};

// One thread reads; any may ask for the rest.
class PictureDevice {
 public:
  virtual ~PictureDevice() = default;
  virtual media::FrameSize size() const = 0;
  virtual std::string name() const = 0;  // for people: "the camera HD Webcam (/dev/video0)"
  // The next picture, or nothing when none came within a tenth of a second. An error is the end: it went away.
  virtual Result<std::optional<CapturedPicture>> read() = 0;
};

class SoundDevice {
 public:
  virtual ~SoundDevice() = default;
  virtual int sample_rate() const = 0;
  virtual std::string name() const = 0;
  virtual Result<std::optional<CapturedSound>> read() = 0;
};

}  // namespace candid::capture
