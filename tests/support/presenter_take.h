#pragma once
// A take of the drawn presenter.

#include "capture/recording.h"
#include "tests/support/results.h"

namespace candid::test {

inline capture::RecordSummary record_presenter(const std::filesystem::path& path, media::FrameSize size,
                                               std::optional<Microseconds> max_length, capture::Script script = {}) {
  capture::SourceSettings camera;
  camera.camera = "test:";
  camera.microphone = "test:";
  camera.size = size;
  camera.script = std::move(script);
  capture::RecordSettings settings;
  settings.output = path;
  settings.max_length = max_length;
  return must(capture::record(*must(capture::open_source(camera)), settings, {}, nullptr, {}));
}

}  // namespace candid::test
