#pragma once
// The cameras, microphones and screens of this machine, and which of them a name means.

#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/time.h"
#include "media/frame.h"

namespace candid::capture {

// What a camera can deliver: a picture size in one format, at some rates.
struct CameraMode {
  media::FrameSize size;
  std::string format;           // as libav names it: "mjpeg", "yuyv422", "nv12"
  bool is_compressed = false;   // costs a decoder
  std::vector<Rational> rates;  // pictures a second, fastest first
};

struct Camera {
  std::string path;                  // "/dev/video0"
  std::string name;                  // as the driver calls it, made fit to show: UTF-8 on one line
  std::vector<CameraMode> modes;     // largest first; empty where they cannot be read
  std::vector<std::string> used_by;  // programs that have it open: "zoom (4711)"; only those this user may see
  std::optional<Error> problem;      // why it cannot be used: no permission, gone
};

struct Microphone {
  std::string id;                    // as record takes it: "pulse:NAME", "alsa:plughw:Webcam,0"
  std::string name;                  // for people, as a camera's
  bool is_default = false;           // what "default" means
  bool is_monitor = false;           // the sound that the machine plays, no microphone
  std::vector<std::string> used_by;  // ALSA alone: a sound server lets many programs listen
};

// A monitor of an X11 display, or a whole display where it has no monitors.
struct Screen {
  std::string id;  // as record takes it: ":0", ":0/eDP-1"
  std::string display;
  std::string name;
  int x = 0;  // within the display, pixels
  int y = 0;
  media::FrameSize size;    // may be odd here
  bool is_primary = false;  // what "default" means: the first where the display has none
};

struct Devices {
  std::vector<Camera> cameras;
  std::vector<Microphone> microphones;
  std::vector<Screen> screens;
  // What could not be asked, or not wholly: no sound server, no display.
  std::vector<Error> sound_problems;
  std::vector<Error> screen_problems;
};

// Asks drivers, sound server and display; opens no stream. Up to a second for each server that does not answer.
Devices list_devices();
std::vector<Camera> list_cameras();

// "default" (the first that can be used), "/dev/video2", "2", or a part of a camera's name that only one has. NotFound
// with those there are. A camera with a `problem` is found and returns that problem.
Result<Camera> find_camera(const std::string& name);
// "default", an id as listed, or a part of a name that only one has; the sound server's come before ALSA's own. Any
// "alsa:PCM" is taken as it is.
Result<Microphone> find_microphone(const std::string& name);
// "default" (the primary one of $DISPLAY), an id as listed, a part of a monitor's name, a display (":0": all of it), or
// ":0.0+X,Y": what lies right of and below that place.
Result<Screen> find_screen(const std::string& name);

struct ModeRequest {
  // Nothing: 1280x720, else the largest up to 1920x1080; of those that reach 24 pictures a second, where any does.
  std::optional<media::FrameSize> size;
  std::optional<Rational> rate;  // nothing: 30, else the nearest
  std::string format;            // "mjpeg", "yuyv422"; "raw": any that is not compressed; empty: whatever costs least
};
struct ChosenMode {
  media::FrameSize size;
  Rational rate;
  std::string format;
};
// Without a format: a raw one where it has the rate, else a compressed one. InvalidInput, with those that the camera
// has, when a size, rate or format that was asked for is not among them. A camera without readable modes is taken at
// its word: the request with 1280x720 and 30 for what is missing.
Result<ChosenMode> choose_mode(const Camera& camera, const ModeRequest& request);

// "1280x720 mjpeg 30, 25; 640x480 yuyv422/nv12 30"
std::string describe_modes(const std::vector<CameraMode>& modes);

// Who has a device file open, "name (pid)", this process left out.
std::vector<std::string> users_of(const std::string& device_path);

}  // namespace candid::capture
