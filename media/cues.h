#pragma once
// Timed lines of text, from SubRip (.srt) or WebVTT (.vtt) files, read by libav's own demuxers.

#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/time.h"

namespace candid::media {

struct Cue {
  Microseconds start{0};
  Microseconds end{0};
  std::string text;  // plain text, lines separated by \n; markup removed
};

// Sorted by start. Fails when the file is neither, or holds no cue.
Result<std::vector<Cue>> read_cues(const std::filesystem::path& path);

// WebVTT, for the page's <track>.
std::string to_webvtt(const std::vector<Cue>& cues);

}  // namespace candid::media
