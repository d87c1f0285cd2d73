#include "campaign/doctor.h"

#include <thread>

#include <fmt/format.h>
#include <sys/statvfs.h>

#include "capture/speech.h"
#include "core/files.h"
#include "core/suggest.h"
#include "encode/audio_encoder.h"
#include "encode/segment_encoder.h"
#include "overlay/fonts.h"
#include "track/ledger.h"

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
  auto ledger = track::Ledger::open(file);
  if (ledger) return {"ledger", true, true, file.string(), ""};
  return {"ledger", false, true, ledger.error().describe(), ledger.error().hint()};
}

Check check_test_camera() {
  auto speech = capture::speak({"Hello."});
  if (speech) return {"test camera", true, false, "--camera test: (a drawn presenter with synthetic speech)", ""};
  return {"test camera", false, false, speech.error().describe(), speech.error().hint()};
}

}  // namespace

std::vector<Check> examine_machine(const std::filesystem::path& data) {
  return {
      check_video_encoder(),
      check_fonts(),
      check_disk(data),
      check_ledger(data),
      check_test_camera(),
      {"processor", true, false, fmt::format("{} cores", std::thread::hardware_concurrency()), ""},
  };
}

}  // namespace candid::campaign
