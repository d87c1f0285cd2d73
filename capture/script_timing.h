#pragma once
// When each line of a script was spoken in a take, without recognising speech. A script alone is enough to caption a
// take that somebody spoke freely from it: lines stand in its order, each said once.

#include <filesystem>
#include <string_view>
#include <vector>

#include "capture/script.h"
#include "capture/take_sidecar.h"
#include "capture/voice_activity.h"
#include "core/error.h"

namespace candid::capture {

enum class PlacedBy { Marks, Pauses };

struct ScriptTiming {
  std::vector<ScriptMark> marks;  // one for each line that has a word, in order
  PlacedBy placed_by = PlacedBy::Marks;
  std::vector<Voiced> voiced;  // where people speak; empty when the take has no sound
};

// From the take's sidecar, where it is of this take and its marks have the script's words: an edited line between two
// that are the same (or the script's ends) keeps its mark's place, and lines that are left out are passed over. Else by
// align_script over find_voice.
// InvalidInput when the script has no word; where the pauses are needed, also when the take has no sound, nobody is
// heard in it, or the script is far too long or short for what is spoken.
Result<ScriptTiming> time_script(const Script& lines, const std::filesystem::path& take);

// Marks under the script's lines, as time_script has it; empty when they do not belong together.
std::vector<ScriptMark> match_marks(const Script& lines, const std::vector<ScriptMark>& marks);

// Shares the voiced stretches out to the lines: dynamic programming over clauses and pauses, in which a clause lasts as
// long as its letters let expect at the take's own mean pace, lines end in the longer pauses, and a cut in the middle
// of a stretch costs most. A cough or a word before or after the script is left over. `lines` have words, `voiced` is
// not empty. Empty when the voice is too short for as many clauses.
std::vector<ScriptMark> align_script(const Script& lines, const std::vector<Voiced>& voiced);

// How long a text takes to say, in letters of a common word: digits and signs are words, East Asian characters
// syllables, capitals alone are spelt out, and a field is a name. 0 when there is nothing to say.
double spoken_length(std::string_view text);

}  // namespace candid::capture
