#pragma once
// What makes captions readable, as rules that a file is checked against and that new captions are laid out by
// (caption_layout.h).
//
// The numbers are Netflix's: "Timed Text Style Guide: General Requirements" (two lines, 5/6 s to 7 s an event, two
// frames between events, where a line is broken), "Timed Text Style Guide: Subtitle Timing Guidelines" (gaps of less
// than half a second are closed to two frames) and "English (USA) Timed Text Style Guide" (42 characters a line, 20
// characters a second for adults). Other languages have limits of their own there; here one rule stands for all:
// East Asian wide characters count 2, so that 21 fit on a line.

#include <string_view>
#include <vector>

#include "core/finding.h"
#include "core/time.h"
#include "media/cues.h"

namespace candid::media {

// SRT and WebVTT tell milliseconds.
inline constexpr Microseconds kFileResolution{1'000};

struct CaptionRules {
  size_t line_characters = 42;
  size_t lines = 2;
  double characters_per_second = 20;
  Microseconds shortest{833'333};
  Microseconds longest{7'000'000};
  Rational frame_rate{30, 1};  // of the picture, for the gap
  int gap_frames = 2;

  Microseconds gap() const;
};

// As people see them: a letter with its combining marks is one, what is invisible none, wide characters and emoji two,
// a field ("{{first_name}}") eight, as names are; line breaks none.
size_t caption_characters(std::string_view text);

// Warnings, in order of time: too many or too long lines, too short, too long or too fast captions, two captions at
// once; and, once for the whole file, captions that follow others after less than the gap. Times within a millisecond
// of a limit keep it, as files hold no finer ones. `file` is what the findings name.
Findings check_captions(const std::vector<Cue>& cues, std::string_view file, const CaptionRules& rules = {});

}  // namespace candid::media
