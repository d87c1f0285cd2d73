#include "capture/take_sidecar.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/files.h"
#include "core/time.h"

namespace candid::capture {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormatVersion = 2;

Microseconds seconds_at(const Json& object, const char* key) {
  return Microseconds(std::llround(object.at(key).get<double>() * 1e6));
}

Json to_json(const TakeSidecar& sidecar) {
  Json marks = Json::array();
  for (const ScriptMark& mark : sidecar.marks) {
    marks.push_back({{"text", mark.text}, {"start_s", to_seconds(mark.start)}, {"end_s", to_seconds(mark.end)}});
  }
  Json bookmarks = Json::array();
  for (Microseconds bookmark : sidecar.bookmarks) bookmarks.push_back(to_seconds(bookmark));
  Json dropped = Json::object();
  for (Drop reason : kDrops) dropped[to_string(reason)] = sidecar.frames.dropped_for(reason);
  Json pauses = Json::array();
  for (const Pause& pause : sidecar.pauses) {
    pauses.push_back({{"at_s", to_seconds(pause.at)}, {"length_s", to_seconds(pause.length)}});
  }
  return {
      {"version", kFormatVersion},
      {"duration_s", to_seconds(sidecar.duration)},
      {"size", {{"width", sidecar.size.width}, {"height", sidecar.size.height}}},
      {"frame_rate", {{"num", sidecar.frame_rate.num}, {"den", sidecar.frame_rate.den}}},
      {"frames",
       {{"captured", sidecar.frames.captured},
        {"encoded", sidecar.frames.encoded},
        {"dropped", dropped},
        {"repeated", sidecar.frames.repeated}}},
      {"shows", sidecar.shows == Shows::Screen ? "screen" : "person"},
      {"device", sidecar.device},
      {"drift_ppm", sidecar.drift_ppm},
      {"missing_sound_s", to_seconds(sidecar.missing_sound)},
      {"ended_by", sidecar.ended_by},
      {"marks", marks},
      {"bookmarks_s", bookmarks},
      {"pauses", pauses},
  };
}

// Version 1 knew a count of pictures that never came, and called all that stand in the take encoded.
FrameCounts frames_of_version_1(const Json& frames) {
  auto captured = frames.at("captured").get<int64_t>();
  return {captured, captured, {}, frames.at("dropped").get<int64_t>()};
}

FrameCounts frames_from(const Json& frames) {
  FrameCounts counts;
  counts.captured = frames.at("captured").get<int64_t>();
  counts.encoded = frames.at("encoded").get<int64_t>();
  counts.repeated = frames.at("repeated").get<int64_t>();
  for (Drop reason : kDrops) {
    if (auto count = frames.at("dropped").value(to_string(reason), int64_t{0})) counts.dropped[reason] = count;
  }
  return counts;
}

TakeSidecar from_json(const Json& json, int version) {
  TakeSidecar sidecar;
  sidecar.duration = seconds_at(json, "duration_s");
  const Json& size = json.at("size");
  sidecar.size = {size.at("width").get<int>(), size.at("height").get<int>()};
  const Json& rate = json.at("frame_rate");
  sidecar.frame_rate = {rate.at("num").get<int>(), rate.at("den").get<int>()};
  const Json& frames = json.at("frames");
  sidecar.frames = version == 1 ? frames_of_version_1(frames) : frames_from(frames);
  sidecar.device = json.at("device").get<std::string>();
  if (json.value("shows", "person") == "screen") sidecar.shows = Shows::Screen;
  sidecar.drift_ppm = json.value("drift_ppm", 0.0);
  if (json.contains("missing_sound_s")) sidecar.missing_sound = seconds_at(json, "missing_sound_s");
  sidecar.ended_by = json.value("ended_by", "");
  for (const Json& bookmark : json.value("bookmarks_s", Json::array()))
    sidecar.bookmarks.emplace_back(std::llround(bookmark.get<double>() * 1e6));
  for (const Json& mark : json.at("marks")) {
    sidecar.marks.push_back(
        {mark.at("text").get<std::string>(), seconds_at(mark, "start_s"), seconds_at(mark, "end_s")});
  }
  for (const Json& pause : json.at("pauses")) {
    sidecar.pauses.push_back({seconds_at(pause, "at_s"), seconds_at(pause, "length_s")});
  }
  return sidecar;
}

}  // namespace

int64_t FrameCounts::dropped_for(Drop reason) const {
  auto found = dropped.find(reason);
  return found == dropped.end() ? 0 : found->second;
}

std::filesystem::path sidecar_path(const std::filesystem::path& take) {
  return std::filesystem::path(take).replace_extension(".take.json");
}

Result<void> write_sidecar(const std::filesystem::path& take, const TakeSidecar& sidecar) {
  // A device may call itself anything: bytes that are not UTF-8 must not lose the sidecar.
  std::string text = to_json(sidecar).dump(2, ' ', false, Json::error_handler_t::replace);
  return write_file(sidecar_path(take), text + "\n");
}

bool is_of(const TakeSidecar& sidecar, const media::RecordingFacts& take) {
  return std::chrono::abs(sidecar.duration - take.duration) <= std::chrono::milliseconds(200) &&
         sidecar.size == take.video.stored && sidecar.frames.in_take() == take.video.frames;
}

Result<TakeSidecar> read_sidecar(const std::filesystem::path& take) {
  std::filesystem::path path = sidecar_path(take);
  std::string text = TRY(read_text_file(path));
  try {
    Json json = Json::parse(text);
    int version = json.at("version").get<int>();
    if (version < 1 || version > kFormatVersion) {
      return fail(ErrorKind::Unsupported,
                  fmt::format("{} has format version {}; this program reads version {}", path.string(), version,
                              kFormatVersion),
                  "update candid");
    }
    return from_json(json, version);
  } catch (const Json::exception& exception) {
    return fail(ErrorKind::Corrupt, fmt::format("{} is not a take's sidecar ({})", path.string(), exception.what()),
                "the take itself can be used without it: move the file away");
  }
}

}  // namespace candid::capture
