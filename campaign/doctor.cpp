#include "campaign/doctor.h"

#include <thread>

#include <fmt/format.h>
#include <sys/statvfs.h>

#include "capture/devices/devices.h"
#include "capture/presenter/speech.h"
#include "core/files.h"
#include "core/suggest.h"
#include "encode/audio_encoder.h"
#include "encode/segment_encoder.h"
#include "overlay/fonts.h"
#include "track/ledger/ledger.h"

namespace candid::campaign {
namespace {

Check check_video_encoder() {
  auto encoder = encode::SegmentEncoder::create({{320, 180}, {30, 1}});
  if (encoder) return {"H.264 encoder", true, true, "libx264", ""};
  return {"H.264 encoder", false, true, encoder.error().describe(), encoder.error().hint()};
}

Check check_fonts() {
  std::vector<std::string> missing = overlay::missing_fallback_families();
  if (missing.empty()) return {"fonts for every script", true, true, "the Noto families are installed", ""};
  return {"fonts for every script", false, true, "missing: " + join(missing),
          "apt install fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji"};
}

Check check_disk(const std::filesystem::path& data) {
  std::filesystem::path existing = std::filesystem::absolute(data);
  std::error_code code;
  while (!std::filesystem::exists(existing, code) && existing.has_relative_path()) existing = existing.parent_path();
  struct statvfs facts {};
  if (::statvfs(existing.c_str(), &facts) != 0)
    return {"disk", false, true, "cannot tell the free space of " + existing.string(), "check the folder"};
  double gigabytes = static_cast<double>(facts.f_bavail) * static_cast<double>(facts.f_frsize) / 1e9;
  return {"disk", gigabytes > 2, true, fmt::format("{:.1f} GB free in {}", gigabytes, existing.string()),
          "make room: a hundred videos take about 1 GB"};
}

Check check_ledger(const std::filesystem::path& data) {
  std::filesystem::path file = data / "ledger.db";
  std::error_code code;
  if (!std::filesystem::exists(file, code))
    return {"ledger", true, true, fmt::format("{} will be made by candid publish", file.string()), ""};
  auto ledger = track::look_into_sqlite_ledger(file);
  if (ledger) return {"ledger", true, true, file.string(), ""};
  return {"ledger", false, true, ledger.error().describe(), ledger.error().hint()};
}

Check check_test_camera() {
  auto speech = capture::speak({"Hello."});
  if (speech) return {"test camera", true, false, "--camera test: (a drawn presenter with synthetic speech)", ""};
  return {"test camera", false, false, speech.error().describe(), speech.error().hint()};
}

// What find_camera() and its like would choose, which is what a recording without a name takes.
Check check_camera(const std::vector<capture::Camera>& cameras) {
  auto first = std::find_if(cameras.begin(), cameras.end(), [](const auto& camera) { return !camera.problem; });
  if (first == cameras.end()) {
    if (cameras.empty()) return {"camera", false, false, "there is none", "plug one in; --camera test: needs none"};
    const Error& problem = *cameras.front().problem;
    return {"camera", false, false, problem.describe(), problem.hint()};
  }
  std::string found = fmt::format("{} ({})", first->name, first->path);
  if (first->used_by.empty()) return {"camera", true, false, found, ""};
  std::string users = join(first->used_by);
  return {"camera", false, false, fmt::format("{} is open in {}", found, users),
          fmt::format("close {} before you record", users)};
}

Check check_microphone(const capture::Devices& devices) {
  auto chosen = std::find_if(devices.microphones.begin(), devices.microphones.end(),
                             [](const capture::Microphone& microphone) { return microphone.is_default; });
  if (chosen == devices.microphones.end()) {
    if (devices.sound_problems.empty()) return {"microphone", false, false, "there is none", "plug one in"};
    const Error& problem = devices.sound_problems.front();
    return {"microphone", false, false, fmt::format("there is none: {}", problem.describe()), problem.hint()};
  }
  bool is_served = chosen->id.starts_with("pulse:");
  auto refusal = std::find_if(devices.sound_problems.begin(), devices.sound_problems.end(),
                              [](const Error& problem) { return problem.kind() == ErrorKind::PermissionDenied; });
  if (!is_served && refusal != devices.sound_problems.end())
    return {"microphone", false, false, refusal->describe(), refusal->hint()};
  std::string found = fmt::format("{} ({})", chosen->name, chosen->id);
  if (chosen->used_by.empty()) return {"microphone", true, false, found, ""};
  std::string users = join(chosen->used_by);
  return {"microphone", false, false, fmt::format("{} is in use by {}", found, users), fmt::format("close {}", users)};
}

Check check_screen(const capture::Devices& devices) {
  if (!devices.screen_problems.empty()) {
    const Error& problem = devices.screen_problems.front();
    return {"screen", false, false, problem.describe(), problem.hint()};
  }
  std::vector<std::string> screens;
  for (const capture::Screen& screen : devices.screens)
    screens.push_back(fmt::format("{} ({}x{})", screen.id, screen.size.width, screen.size.height));
  return {"screen", true, false, join(screens), ""};
}

}  // namespace

std::vector<Check> examine_machine(const std::filesystem::path& data) {
  capture::Devices devices = capture::list_devices();
  return {
      check_video_encoder(),
      check_fonts(),
      check_disk(data),
      check_ledger(data),
      check_camera(devices.cameras),
      check_microphone(devices),
      check_screen(devices),
      check_test_camera(),
      {"processor", true, false, fmt::format("{} cores", std::thread::hardware_concurrency()), ""},
  };
}

}  // namespace candid::campaign
