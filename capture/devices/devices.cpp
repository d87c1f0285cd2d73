#include "capture/devices/devices.h"

#include <charconv>
#include <cstdlib>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/devices/alsa_devices.h"
#include "capture/devices/device_names.h"
#include "capture/devices/pulse_devices.h"
#include "capture/devices/screens.h"
#include "capture/devices/v4l2.h"
#include "core/text.h"

namespace candid::capture {
namespace {

constexpr std::chrono::milliseconds kListPatience{1000};
constexpr const char* kDefault = "default";

template <typename Device>
std::vector<DeviceName> names_of(const std::vector<Device>& devices) {
  std::vector<DeviceName> names;
  names.reserve(devices.size());
  for (const Device& device : devices) names.push_back({device.id, device.name});
  return names;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Result<DisplayScreens> default_display() {
  std::string display = environment("DISPLAY");
  if (!display.empty()) return screens_of(display);
  if (!environment("WAYLAND_DISPLAY").empty()) {
    return fail(ErrorKind::Unsupported, "this is a Wayland session without XWayland ($DISPLAY is not set)",
                "install xwayland, or log in to a session \"on Xorg\": only X11 screens can be recorded");
  }
  return fail(ErrorKind::NotFound, "there is no X11 display ($DISPLAY is not set)",
              "run this in a graphical session, or set it: DISPLAY=:0");
}

struct Sounds {
  std::vector<Microphone> microphones;
  std::vector<Error> problems;
};

bool may_open_alsa() {
  bool has_any = false;
  std::error_code code;
  std::filesystem::directory_iterator entries("/dev/snd", code);
  for (; !code && entries != std::filesystem::directory_iterator(); entries.increment(code)) {
    std::string name = entries->path().filename().string();
    if (!name.starts_with("pcm") || !name.ends_with("c")) continue;
    has_any = true;
    if (::access(entries->path().c_str(), R_OK | W_OK) == 0) return true;
  }
  return !has_any;
}

// A sound server without a microphone calls the machine's own sound its default.
void settle_default(std::vector<Microphone>& microphones) {
  auto is_real_default = [](const Microphone& microphone) { return microphone.is_default && !microphone.is_monitor; };
  auto chosen = std::find_if(microphones.begin(), microphones.end(), is_real_default);
  if (chosen == microphones.end()) {
    chosen = std::find_if(microphones.begin(), microphones.end(),
                          [](const Microphone& microphone) { return !microphone.is_monitor; });
  }
  for (auto at = microphones.begin(); at != microphones.end(); ++at) at->is_default = at == chosen;
}

// The sound server's first, as it lets several programs listen.
Sounds list_sounds() {
  Sounds sounds;
  Result<std::vector<Microphone>> served = pulse_microphones(kListPatience);
  std::vector<Microphone> direct = alsa_microphones();
  if (served) {
    sounds.microphones = std::move(*served);
  } else {
    sounds.problems.push_back(std::move(served).error());
    if (!direct.empty() && !may_open_alsa()) {
      sounds.problems.emplace_back(ErrorKind::PermissionDenied, "this user may not open the sound devices",
                                   "add yourself to the group audio: sudo usermod -aG audio $USER, then log in again");
    }
  }
  std::move(direct.begin(), direct.end(), std::back_inserter(sounds.microphones));
  settle_default(sounds.microphones);
  return sounds;
}

// "2" and every link to /dev/video2 mean the same.
std::string path_of_camera(const std::string& name, const std::vector<Camera>& cameras) {
  int number = 0;
  auto parsed = std::from_chars(name.data(), name.data() + name.size(), number);
  if (parsed.ec == std::errc{} && parsed.ptr == name.data() + name.size()) return fmt::format("/dev/video{}", number);
  struct stat wanted {};
  if (!name.starts_with("/") || ::stat(name.c_str(), &wanted) != 0 || !S_ISCHR(wanted.st_mode)) return name;
  for (const Camera& camera : cameras) {
    struct stat facts {};
    if (::stat(camera.path.c_str(), &facts) == 0 && facts.st_rdev == wanted.st_rdev) return camera.path;
  }
  return name;
}

Result<Camera> usable(Camera camera) {
  if (camera.problem) return tl::unexpected(*camera.problem);
  return camera;
}

const Screen& primary_of(const DisplayScreens& screens) {
  if (screens.monitors.empty()) return screens.whole;
  auto primary = std::find_if(screens.monitors.begin(), screens.monitors.end(),
                              [](const Screen& screen) { return screen.is_primary; });
  return primary == screens.monitors.end() ? screens.monitors.front() : *primary;
}

// "+100,50"
Result<Screen> screen_from(const Screen& whole, std::string_view place) {
  const char* end = place.data() + place.size();
  Screen screen = whole;
  auto x = std::from_chars(place.data() + 1, end, screen.x);
  bool is_pair = x.ec == std::errc{} && x.ptr != end && *x.ptr == ',';
  auto y = is_pair ? std::from_chars(x.ptr + 1, end, screen.y) : x;
  std::string id = fmt::format("{}{}", whole.display, place);
  if (!is_pair || y.ec != std::errc{} || y.ptr != end) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("screen \"{}\": \"{}\" is not a place", readable(id), readable(place)),
                "+X,Y in pixels: :0.0+100,50");
  }
  if (screen.x < 0 || screen.y < 0 || screen.x >= whole.size.width || screen.y >= whole.size.height) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("screen \"{}\": {},{} lies outside the display", readable(id), screen.x, screen.y),
                fmt::format("a place within {}x{}", whole.size.width, whole.size.height));
  }
  screen.id = id;
  screen.name = fmt::format("from {},{}", screen.x, screen.y);
  screen.size = {whole.size.width - screen.x, whole.size.height - screen.y};
  return screen;
}

}  // namespace

std::vector<Camera> list_cameras() {
  return v4l2_cameras();
}

Devices list_devices() {
  Devices devices;
  devices.cameras = list_cameras();
  Result<DisplayScreens> display = default_display();
  Sounds sounds = list_sounds();
  devices.microphones = std::move(sounds.microphones);
  devices.sound_problems = std::move(sounds.problems);
  if (!display) {
    devices.screen_problems.push_back(std::move(display).error());
    return devices;
  }
  devices.screens = display->monitors;
  if (devices.screens.empty()) devices.screens.push_back(display->whole);
  if (!environment("WAYLAND_DISPLAY").empty()) {
    devices.screen_problems.emplace_back(
        ErrorKind::Unsupported, "this is a Wayland session: only windows of X11 programs are seen on its screens",
        "log in to a session \"on Xorg\" to record whole screens");
  }
  return devices;
}

Result<Camera> find_camera(const std::string& name) {
  std::vector<Camera> cameras = list_cameras();
  if (cameras.empty()) {
    return fail(ErrorKind::NotFound, fmt::format("camera \"{}\": there is no camera", readable(name)),
                "plug one in; --camera test: needs none");
  }
  if (name == kDefault) {
    auto first = std::find_if(cameras.begin(), cameras.end(), [](const Camera& camera) { return !camera.problem; });
    return usable(first == cameras.end() ? cameras.front() : *first);
  }
  std::vector<DeviceName> names;
  names.reserve(cameras.size());
  for (const Camera& camera : cameras) names.push_back({camera.path, camera.name});
  return usable(cameras[TRY(device_named("camera", path_of_camera(name, cameras), names))]);
}

Result<Microphone> find_microphone(const std::string& name) {
  constexpr std::string_view kAlsa = "alsa:";
  Sounds sounds = list_sounds();
  const std::vector<Microphone>& all = sounds.microphones;
  auto with_id =
      std::find_if(all.begin(), all.end(), [&](const Microphone& microphone) { return microphone.id == name; });
  if (with_id != all.end()) return *with_id;
  if (name.starts_with(kAlsa) && name.size() > kAlsa.size()) {
    Microphone asked;
    asked.id = name;
    asked.name = readable(name.substr(kAlsa.size()));
    return asked;
  }
  if (all.empty() && !sounds.problems.empty())
    return tl::unexpected(
        sounds.problems.front().wrapped(fmt::format("microphone \"{}\" is not there", readable(name))));
  if (name == kDefault) {
    auto chosen =
        std::find_if(all.begin(), all.end(), [](const Microphone& microphone) { return microphone.is_default; });
    if (chosen != all.end()) return *chosen;
    return fail(
        ErrorKind::NotFound, "there is no microphone",
        all.empty() ? "plug one in" : fmt::format("plug one in; {} is the machine's own sound", all.front().id));
  }
  // What the sound server has, ALSA has too: its name alone would often be two.
  std::vector<Microphone> served;
  std::copy_if(all.begin(), all.end(), std::back_inserter(served),
               [&](const Microphone& microphone) { return !microphone.id.starts_with(kAlsa); });
  auto among_served = device_named("microphone", name, names_of(served));
  if (among_served) return served[*among_served];
  if (among_served.error().kind() == ErrorKind::InvalidInput) return tl::unexpected(std::move(among_served).error());
  return all[TRY(device_named("microphone", name, names_of(all)))];
}

Result<Screen> find_screen(const std::string& name) {
  auto [display, rest] = parse_screen_name(name);
  DisplayScreens screens = TRY(display.empty() ? default_display() : screens_of(display));
  if (name == kDefault) return primary_of(screens);
  if (!display.empty() && rest.empty()) return screens.whole;
  if (!display.empty() && rest.front() == '+') return screen_from(screens.whole, rest);
  const std::string& wanted = display.empty() ? rest : name;
  return screens.monitors[TRY(device_named("screen", wanted, names_of(screens.monitors)))];
}

}  // namespace candid::capture
