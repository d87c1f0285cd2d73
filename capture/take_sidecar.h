#pragma once
// NAME.take.json beside NAME.mkv: what is known of a take and cannot be read from its pictures and sound. Times are
// seconds on the take's own timeline. A take whose recording was killed has no sidecar, and is a take all the same.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "capture/script.h"
#include "capture/source.h"
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

// captured = encoded + the sum of dropped; the take has encoded + repeated pictures.
struct FrameCounts {
  int64_t captured = 0;             // the camera or the screen gave them while the recording was open
  int64_t encoded = 0;              // of those, in the take
  std::map<Drop, int64_t> dropped;  // of those, not in the take; reasons that did not occur may be missing
  int64_t repeated = 0;             // stand in the take for pictures that never came
  int64_t in_take() const { return encoded + repeated; }
  int64_t dropped_for(Drop reason) const;
  // Pictures that should be in the take and are not.
  int64_t lost() const { return dropped_for(Drop::EncoderSlow) + dropped_for(Drop::Late) + dropped_for(Drop::Damaged); }
  bool operator==(const FrameCounts&) const = default;
};

struct TakeSidecar {
  Microseconds duration{0};
  media::FrameSize size;  // 0x0: sound alone
  Rational frame_rate{30, 1};
  FrameCounts frames;
  Shows shows = Shows::Person;
  std::string device;             // SourceFormat::device
  double drift_ppm = 0;           // of the microphone's clock against the camera's, corrected in the take
  Microseconds missing_sound{0};  // silence that stands for sound that never came
  std::string ended_by;  // "finished", "stopped", "max_length", "source_ended", "disk_low", or why the source failed
  std::vector<ScriptMark> marks;
  std::vector<Microseconds> bookmarks;
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
