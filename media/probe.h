#pragma once
// What a recording is, read from its packets rather than from what its header claims.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "core/error.h"
#include "core/time.h"
#include "media/frame.h"

namespace candid::media {

struct VideoFacts {
  std::string codec;         // libav's name: "h264", "mjpeg"
  std::string pixel_format;  // "yuvj420p"
  FrameSize stored;          // as coded; may be odd
  FrameSize shown;           // upright, with square pixels, rounded down to even
  int rotation_degrees = 0;  // clockwise, 0/90/180/270, from the display matrix
  bool full_range = false;
  int64_t frames = 0;
  double average_rate = 0;      // frames per second over the whole file
  bool constant_rate = false;   // all steps alike, within the container's rounding
  Rational output_rate{30, 1};  // the standard rate that suits it (SMPTE/EBU rates up to 60)
};

struct AudioFacts {
  std::string codec;
  int sample_rate = 0;
  int channels = 0;
};

struct RecordingFacts {
  std::string container;
  Microseconds duration{0};  // from the first timestamp to the end of the last frame or sample
  VideoFacts video;
  std::optional<AudioFacts> audio;
};

// Reads every packet (no decoding). Fails with Corrupt when the file ends before its header says it does: a finished
// recording that was cut. A recording that was never finished (a crash; its header states no length) is taken as it is.
// Fails with InvalidInput when there is no picture track.
Result<RecordingFacts> probe(const std::filesystem::path& path);

// The container's tags ("title", "comment", …), for checking that a file is what its name says.
Result<std::map<std::string, std::string>> read_tags(const std::filesystem::path& path);

// Exposed for tests: the standard rate for a measured one.
Rational standard_rate(double average, bool constant);

}  // namespace candid::media
