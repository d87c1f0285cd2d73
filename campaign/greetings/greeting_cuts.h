#pragma once
// Greetings cut out of sittings: one clip a candidate, GREETINGS/ID.mkv.

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "campaign/greetings/greeting_book.h"
#include "campaign/roster.h"
#include "capture/voice_cut.h"
#include "core/error.h"

namespace candid::campaign {

struct GreetingCut {
  Attempt attempt;
  std::string sitting;         // its name
  std::filesystem::path file;  // the clip; empty: none, as nothing was to be heard or it failed
  Microseconds length{0};
  double loudness_lufs = 0;
  std::vector<capture::CutFlaw> flaws;
  std::optional<Error> error;
};

// What a flaw means, and what to do about it.
std::string remedy_for(capture::CutFlaw flaw);
// Of a flaw as journals and GreetingStatus name it; a name that is not known is told as it is.
std::string remedy_for(std::string_view flaw);

using CutProgress = std::function<void(size_t done, size_t total)>;

// Cuts all that is pending of the candidates of this roster, from however many sittings, in their order. A clip that
// stands already is moved to GREETINGS/sittings/replaced/ first, with its note. One that cannot be cut (its take is
// gone) does not stop the others. Stopped or killed, it goes on from there the next time. Fails when nothing can be
// written.
Result<std::vector<GreetingCut>> cut_pending(const std::filesystem::path& greetings, const GreetingBook& book,
                                             const Roster& roster, const CutProgress& progress, std::stop_token stop);

// Says that a candidate's clip is right as it is: for what the script is for them now, whatever was found. False when
// nothing was found, or the clip is somebody's own. InvalidInput where there are several.
Result<bool> accept_greeting(const GreetingBook& book, const Candidate& candidate, const FieldText& script);

}  // namespace candid::campaign
