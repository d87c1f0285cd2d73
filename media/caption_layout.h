#pragma once
// Captions made of spoken lines, by the rules of caption_rules.h.

#include <vector>

#include "media/caption_rules.h"
#include "media/cues.h"

namespace candid::media {

// Where nobody speaks.
struct Silence {
  Microseconds start{0};
  Microseconds end{0};
};

// Captions of spoken lines (a sentence or two each, times as spoken), sorted by start. What is too long is split: at
// the ends of sentences, else at clauses, before conjunctions and prepositions, at last between words; text without
// spaces (Chinese, Japanese) after its punctuation, else between characters. Fields are never broken. A split falls
// into a silence where one is near, else the time is shared out by characters. A caption that would be too short or too
// fast is held into the pause after it, up to `end`; where there is none it stays so, and check_captions tells.
// Captions that keep the rules keep their words and line breaks.
std::vector<Cue> laid_out(const std::vector<Cue>& spoken, const CaptionRules& rules = {},
                          const std::vector<Silence>& silences = {}, Microseconds end = Microseconds::max());

}  // namespace candid::media
