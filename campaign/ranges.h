#pragma once
// A video cut into runs of frames, each encoded as one segment: those that differ from candidate to candidate, and
// those that do not. Internal to campaign.

#include <cstdint>
#include <vector>

namespace candid::campaign {

// Frames [first, end).
struct FrameSpan {
  int64_t first = 0;
  int64_t end = 0;
};

struct FrameRange {
  int64_t first_frame = 0;
  int64_t frame_count = 0;
  bool is_personal = false;
  bool operator==(const FrameRange&) const = default;
};

struct CutRules {
  int64_t keyframe_interval = 120;  // frames between key frames that the encoder sets anyway
  int64_t least_shared = 15;        // frames; fewer between personal ones are not worth a segment of their own
  int64_t opening = 0;              // frames at the start that are ranges of their own: 0, or 2 … frames - 2
};

// `personal`: when each personal layer shows, in any order, each within [0, frames). Every frame is in exactly one
// range, in order. Spans that overlap become one range; spans that merely touch stay apart, so that a change of one
// leaves the other. No range is shorter than two frames (frames ≥ 2), for two IDRs in a row would look like one picture
// (H.264 §7.4.1.2.4). Long ranges are cut where a key frame is due: pieces are encoded side by side, and are what is
// lost when a run is interrupted. The cut does not depend on the machine.
std::vector<FrameRange> split_timeline(int64_t frames, std::vector<FrameSpan> personal, const CutRules& rules);

}  // namespace candid::campaign
