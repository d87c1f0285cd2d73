#pragma once
// NAME.take.json beside NAME.mkv: what is known of a take and cannot be read from its pictures and sound. Times are
// seconds on the take's own timeline. A take whose recording was killed has no sidecar, and is a take all the same.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "capture/script.h"
#include "core/error.h"
#include "core/time.h"
#include "media/frame.h"
#include "media/probe.h"

namespace candid::capture {

// The recorder was paused here; the take goes on without a gap.
struct Pause {
  Microseconds at{0};
  Microseconds length{0};  // by the wall clock
  bool operator==(const Pause&) const = default;
};

struct TakeSidecar {
  Microseconds duration{0};
  media::FrameSize size;
  Rational frame_rate{30, 1};
  int64_t frames_captured = 0;
  int64_t frames_encoded = 0;
  int64_t frames_dropped = 0;
  std::string device;  // the camera's name: "test:"
  std::vector<ScriptMark> marks;
  std::vector<Pause> pauses;
  bool operator==(const TakeSidecar&) const = default;
};

std::filesystem::path sidecar_path(const std::filesystem::path& take);

// Replaces an earlier sidecar.
Result<void> write_sidecar(const std::filesystem::path& take, const TakeSidecar& sidecar);

// Whether it was written for this recording, and not for another that once had its name.
bool is_of(const TakeSidecar& sidecar, const media::RecordingFacts& take);

// NotFound when the take has none; Corrupt when it is not one of ours; Unsupported when a newer version wrote it.
Result<TakeSidecar> read_sidecar(const std::filesystem::path& take);

}  // namespace candid::capture
