#pragma once
// Where pictures and sound of a recording come from, as one stream of moments in step. Which names mean which source is
// decided in source.cpp alone.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/script.h"
#include "core/error.h"
#include "core/time.h"
#include "media/audio_reader.h"
#include "media/frame.h"

namespace candid::capture {

// A picture and the sound of the time it is shown.
struct Moment {
  std::optional<media::Frame> frame;  // nothing where only sound is recorded
  media::Samples sound;               // empty where only pictures are recorded
  bool is_repeat = false;             // no new picture came in time: an earlier one stands in
  // When it was, on the monotonic clock; nothing from a source that is not live.
  std::optional<Microseconds> captured_at;
};

// Why a picture that a device gave is not in the take.
enum class Drop {
  Standby,      // while nothing was recorded: before the start, or in a pause
  Surplus,      // the device gave more pictures a second than the take has
  EncoderSlow,  // this machine could not keep up
  Late,         // its moment was over when it came: the driver or the decoder was too slow
  Damaged,      // it could not be decoded
  AfterEnd,     // on its way when the recording ended
};
constexpr Drop kDrops[] = {Drop::Standby, Drop::Surplus, Drop::EncoderSlow, Drop::Late, Drop::Damaged, Drop::AfterEnd};
const char* to_string(Drop reason);  // "standby", "surplus", "encoder_slow", "late", "damaged", "after_end"

// Of pictures that the device gave since the source was opened:
// captured = handed out + the sum of dropped + waiting.
struct SourceCounts {
  int64_t captured = 0;
  std::map<Drop, int64_t> dropped;
  int64_t waiting = 0;            // on their way to the next moments
  Microseconds missing_sound{0};  // silence that stands for sound that never came
};

// What the pictures are of.
enum class Shows { Person, Screen };

struct SourceFormat {
  std::optional<media::FrameSize> size;  // of every picture; nothing: sound alone
  Rational frame_rate{30, 1};            // of moments, with or without a picture
  bool has_sound = false;
  Shows shows = Shows::Person;
  std::string device;  // for people and the sidecar: "HD Webcam (/dev/video0) 1280x720 mjpeg 30, microphone …"
};

// One thread.
class Source {
 public:
  virtual ~Source() = default;
  virtual SourceFormat format() const = 0;
  // The next moment at the constant frame rate, or nothing when the source has come to its own end. Live sources wait
  // for it, at most two seconds: then, and when a device went away, the reason is the error, and no more moments come.
  virtual Result<std::optional<Moment>> next() = 0;
  // Nobody asks for a while: what comes meanwhile counts as standby and is let go. The next moment is of its own time.
  virtual void rest() {}
  // The lines of the script whose times the source knows, spoken or still to come.
  virtual std::vector<ScriptMark> marks() const { return {}; }
  virtual SourceCounts counts() const = 0;
  // How far the microphone's clock is off the camera's, in parts per million, as it is corrected.
  virtual double drift_ppm() const { return 0; }
};

// Where the camera's picture lies on a recorded screen.
enum class Corner { BottomRight, BottomLeft, TopRight, TopLeft };

struct SourceSettings {
  // "test:" is a drawn presenter who needs no hardware and hurries; "test:live" the same in real time, as a camera and
  // a microphone with clocks of their own. Others: devices.h. Empty: none.
  std::string camera;
  std::string microphone;  // "test:": the presenter's voice
  std::string screen;
  std::optional<media::FrameSize> size;  // nothing: the camera's choice (devices.h), the screen's own size
  std::optional<Rational> frame_rate;    // nothing: 30 or what the camera has
  std::string camera_format;             // ModeRequest::format
  Corner bubble = Corner::BottomRight;   // with a camera and a screen: the camera is round, in this corner
  Script script;                         // for the presenter
};

// InvalidInput or NotFound, with the names that are known, when a name is none of them, and when nothing is to be
// recorded; PermissionDenied, or Io with the program that holds it, when a device cannot be opened.
Result<std::unique_ptr<Source>> open_source(const SourceSettings& settings);

}  // namespace candid::capture
