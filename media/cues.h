#pragma once
// Timed lines of text, from SubRip (.srt), WebVTT (.vtt) or SubStation Alpha (.ass, .ssa) files, read by libav's own
// demuxers.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"

namespace candid::media {

struct Cue {
  Microseconds start{0};
  Microseconds end{0};
  std::string text;  // plain text, lines separated by \n; markup removed
};

// Sorted by start. The kind is told by what the file holds, never by its name; its bytes are decoded by decode_text, so
// that Windows-1252 and UTF-16 read right. A cue that ends before it starts is left out. Of ASS, drawings and comments
// are no text, layers that say the same at the same time count once, and "{{field}}" is a field rather than an
// override. No other file is opened. Fails when the file is none of these, larger than 4 MB, or holds no cue; and when
// libav gives up in the middle of a WebVTT file, rather than lose the rest in silence.
Result<std::vector<Cue>> read_cues(const std::filesystem::path& path);

// "01:02:03.250", as in a WebVTT file.
std::string webvtt_time(Microseconds time);

// WebVTT, for the page's <track> and for editing. `note` is a remark at the top that no player shows; may be empty.
std::string to_webvtt(const std::vector<Cue>& cues, std::string_view note = {});

}  // namespace candid::media
