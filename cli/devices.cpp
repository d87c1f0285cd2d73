// candid devices: the cameras, microphones and screens there are, and how to name them.

#include "capture/devices/devices.h"

#include <fmt/format.h>

#include "cli/session.h"
#include "core/suggest.h"

namespace candid::cli {
namespace {

nlohmann::json mode_json(const capture::CameraMode& mode) {
  nlohmann::json rates = nlohmann::json::array();
  for (const Rational& rate : mode.rates) rates.push_back(rate.value());
  return {{"width", mode.size.width},
          {"height", mode.size.height},
          {"format", mode.format},
          {"compressed", mode.is_compressed},
          {"rates", rates}};
}

nlohmann::json camera_json(const capture::Camera& camera) {
  nlohmann::json modes = nlohmann::json::array();
  for (const capture::CameraMode& mode : camera.modes) modes.push_back(mode_json(mode));
  return {{"id", camera.path},
          {"name", camera.name},
          {"modes", modes},
          {"used_by", camera.used_by},
          {"problem", camera.problem ? to_json(*camera.problem) : nlohmann::json()}};
}

nlohmann::json microphone_json(const capture::Microphone& microphone) {
  return {{"id", microphone.id},
          {"name", microphone.name},
          {"default", microphone.is_default},
          {"monitor", microphone.is_monitor},
          {"used_by", microphone.used_by}};
}

nlohmann::json screen_json(const capture::Screen& screen) {
  return {
      {"id", screen.id}, {"display", screen.display},  {"name", screen.name},          {"x", screen.x},
      {"y", screen.y},   {"width", screen.size.width}, {"height", screen.size.height}, {"primary", screen.is_primary}};
}

nlohmann::json devices_json(const capture::Devices& devices) {
  nlohmann::json cameras = nlohmann::json::array();
  for (const capture::Camera& camera : devices.cameras) cameras.push_back(camera_json(camera));
  nlohmann::json microphones = nlohmann::json::array();
  for (const capture::Microphone& microphone : devices.microphones) microphones.push_back(microphone_json(microphone));
  nlohmann::json screens = nlohmann::json::array();
  for (const capture::Screen& screen : devices.screens) screens.push_back(screen_json(screen));
  nlohmann::json problems = nlohmann::json::array();
  for (const auto* list : {&devices.sound_problems, &devices.screen_problems}) {
    for (const Error& problem : *list) problems.push_back(to_json(problem));
  }
  return {{"cameras", cameras}, {"microphones", microphones}, {"screens", screens}, {"problems", problems}};
}

void say_problem(const Console& console, const Error& problem) {
  console.say(fmt::format("      {}", problem.describe()));
  if (!problem.hint().empty()) console.say(fmt::format("      try: {}", problem.hint()));
}

void say_users(const Console& console, const std::vector<std::string>& users) {
  if (!users.empty()) console.say(fmt::format("      open in {}", join(users)));
}

void say_camera(const Console& console, const capture::Camera& camera) {
  console.say(fmt::format("  {}  {}", console.strong(camera.path), camera.name));
  say_users(console, camera.used_by);
  if (camera.problem) say_problem(console, *camera.problem);
  // A line a size: modes are sorted by it.
  for (size_t at = 0; at < camera.modes.size();) {
    std::vector<capture::CameraMode> same;
    media::FrameSize size = camera.modes[at].size;
    for (; at < camera.modes.size() && camera.modes[at].size == size; ++at) same.push_back(camera.modes[at]);
    console.say(fmt::format("      {}", capture::describe_modes(same)));
  }
}

void say_microphone(const Console& console, const capture::Microphone& microphone) {
  console.say(fmt::format("  {}  {}{}{}", console.strong(microphone.id), microphone.name,
                          microphone.is_monitor ? "  the machine's own sound" : "",
                          microphone.is_default ? "  default" : ""));
  say_users(console, microphone.used_by);
}

void say_screen(const Console& console, const capture::Screen& screen) {
  console.say(fmt::format("  {}  {}x{} at {},{}{}", console.strong(screen.id), screen.size.width, screen.size.height,
                          screen.x, screen.y, screen.is_primary ? "  default" : ""));
}

void say_all(const Console& console, const capture::Devices& devices) {
  console.say(fmt::format("Cameras{}", devices.cameras.empty() ? ": none. --camera test: needs none" : ""));
  for (const capture::Camera& camera : devices.cameras) say_camera(console, camera);
  console.say(fmt::format("Microphones{}", devices.microphones.empty() ? ": none. --mic none records without" : ""));
  for (const capture::Microphone& microphone : devices.microphones) say_microphone(console, microphone);
  for (const Error& problem : devices.sound_problems) say_problem(console, problem);
  console.say(fmt::format("Screens{}", devices.screens.empty() ? ": none" : ""));
  for (const capture::Screen& screen : devices.screens) say_screen(console, screen);
  for (const Error& problem : devices.screen_problems) say_problem(console, problem);
  if (devices.cameras.empty() && devices.microphones.empty() && devices.screens.empty()) return;
  console.say("");
  console.say("candid record takes the words at the left, a part of a name, or default: --camera, --mic, --screen.");
}

Outcome run_devices(const Session& session) {
  capture::Devices devices = capture::list_devices();
  if (session.console.json) session.console.print_json(devices_json(devices));
  say_all(session.console, devices);
  return Outcome::Done;
}

}  // namespace

void add_devices(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand("devices", "the cameras, microphones and screens there are");
  add_json_option(*command, session);
  command->callback([&session] { session.command = [&session] { return run_devices(session); }; });
}

}  // namespace candid::cli
