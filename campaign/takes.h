#pragma once
// What stands around the recording of a take: where it goes and what is said in it, an earlier one that must not be
// lost, and what its sidecar is to know afterwards.

#include <filesystem>
#include <optional>
#include <string>

#include "capture/recording.h"
#include "capture/script.h"
#include "core/error.h"

namespace candid::campaign {

// What was asked for; each may be empty.
struct TakeRequest {
  std::filesystem::path campaign;  // the folder: its take is recorded, with its script.txt
  std::filesystem::path output;    // beats the campaign's take
  std::filesystem::path script;    // a file; beats script.txt
};

struct TakePlan {
  std::filesystem::path output;
  capture::Script script;  // empty: none
};

// Makes the folder of the take. Of a campaign only its own words count: the take may not be there yet, nor the roster
// be filled in. InvalidInput when nothing says where the take goes.
Result<TakePlan> plan_take(const TakeRequest& request);

// A take that is done again keeps another name, NAME.earlier-1.mkv, as does its sidecar: only its speaker can say that
// it is worth nothing. The name.
Result<std::filesystem::path> put_aside(const std::filesystem::path& take);

// The other way: where nothing was recorded in its place, the earlier take has its name again.
Result<void> take_back(const std::filesystem::path& aside, const std::filesystem::path& take);

// When nobody noted where the script's lines were said, the pauses in the sound tell, and the sidecar has it then.
// Gives a note for the person where that could not be told: the take is whole all the same. An error: it could not be
// written.
Result<std::optional<std::string>> add_marks(const capture::RecordSummary& recorded, const capture::Script& script);

// "0:21, 630 frames, 0 dropped", and what else is worth a word.
std::string describe(const capture::TakeSidecar& sidecar);

}  // namespace candid::campaign
