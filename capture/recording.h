#pragma once
// One recording, from a camera's name to a finished take with its sidecar.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "capture/script.h"
#include "capture/source.h"
#include "core/error.h"
#include "core/time.h"
#include "media/frame.h"

namespace candid::capture {

struct RecordSettings {
  std::string camera = "test:";
  std::filesystem::path output;            // ends in .mkv, must not exist
  media::FrameSize size{1280, 720};        // 64..4096 each, even
  Rational frame_rate{30, 1};              // 1..120
  std::optional<Microseconds> max_length;  // none: as long as the source lasts
  Script script;                           // empty: the presenter's own, default_script()
};

struct RecordSummary {
  std::filesystem::path path;
  Microseconds duration{0};
  int64_t frames = 0;
  int64_t dropped = 0;
  std::vector<ScriptMark> marks;  // what was said within the take
};

using RecordProgress = std::function<void(Microseconds recorded)>;

// Records until the source ends, max_length is reached or a stop is requested; each leaves a finished take. The test
// presenter is not paced to real time: its take is ready as soon as it is drawn and encoded.
// `progress`, if any, hears after every frame how much is recorded, on the calling thread.
// When the source fails on the way, the take up to there is finished and kept, and the source's error is returned.
// When nothing was recorded, no file is left; Cancelled if that was because of a stop.
Result<RecordSummary> record(const RecordSettings& settings, const RecordProgress& progress, std::stop_token stop);

// The same from a source that is open already, with the settings' size and rate.
Result<RecordSummary> record_from(Source& source, const RecordSettings& settings, const RecordProgress& progress,
                                  std::stop_token stop);

}  // namespace candid::capture
