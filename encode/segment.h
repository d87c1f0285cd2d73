#pragma once
// Consecutive frames that start with an IDR and refer to nothing outside: the unit that messages share or own.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "core/time.h"
#include "media/frame.h"

namespace candid::encode {

struct VideoSettings {
  media::FrameSize size;
  Rational frame_rate{30, 1};
  std::string preset = "veryfast";  // x264's
  double crf = 23;                  // x264's constant rate factor, 0..51; lower is better
  double keyframe_seconds = 4;      // longest distance of key frames: how finely a player can seek

  int keyframe_interval() const {  // in frames
    return std::max(2, static_cast<int>(std::lround(keyframe_seconds * frame_rate.value())));
  }
};

// One SPS and one PPS (H.264 §7.3.2), without start codes or lengths. All segments of one file have equal ones.
struct ParameterSets {
  std::vector<uint8_t> sps;
  std::vector<uint8_t> pps;
  bool operator==(const ParameterSets&) const = default;
};

struct EncodedFrame {
  uint32_t size = 0;         // bytes
  int32_t presentation = 0;  // index in presentation order, from the segment's first frame
  bool is_key = false;       // IDR
};

// What a player must know of a segment, without its bytes.
struct SegmentIndex {
  ParameterSets parameter_sets;
  std::vector<EncodedFrame> frames;  // in decode order
};

struct Segment : SegmentIndex {
  std::vector<uint8_t> bytes;  // the frames' NAL units, each with a 4-byte length, back to back
};

}  // namespace candid::encode
