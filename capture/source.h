#pragma once
// Where pictures and sound of a recording come from. Which camera name means which source is decided in source.cpp
// alone.

#include <cstdint>
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
  media::Frame frame;
  media::Samples sound;
};

// One thread.
class Source {
 public:
  virtual ~Source() = default;
  // The next moment at a constant frame rate, or nothing when the source has come to its own end.
  virtual Result<std::optional<Moment>> next() = 0;
  // The lines of the script whose times the source knows, spoken or still to come.
  virtual std::vector<ScriptMark> marks() const { return {}; }
  // Pictures that were due and never came; an earlier one stood in for each.
  virtual int64_t dropped_frames() const { return 0; }
};

struct SourceSettings {
  media::FrameSize size;
  Rational frame_rate{30, 1};
  Script script;
};

// InvalidInput, with the names that are known, when `camera` is none of them.
Result<std::unique_ptr<Source>> open_source(const std::string& camera, const SourceSettings& settings);

}  // namespace candid::capture
