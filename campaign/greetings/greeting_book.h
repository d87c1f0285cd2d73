#pragma once
// Which candidate has a greeting, and whether it says the right name: the clips in the campaign's folder of greetings
// against what the sittings' journals say about them.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "campaign/greetings/sitting_journal.h"
#include "campaign/roster.h"
#include "core/error.h"

namespace candid::campaign {

enum class GreetingState {
  Missing,
  Ready,
  Flawed,     // it was cut here, and something may be wrong with it
  OtherName,  // it was recorded while the candidate (or another whose clip this was) had another name or other words
  Changed,    // it was cut here, and the file is another since: nobody knows whom it greets
  Several,    // of two clips none is taken
};

struct GreetingStatus {
  GreetingState state = GreetingState::Missing;
  std::filesystem::path file;      // empty: none
  std::vector<std::string> flaws;  // with Flawed, and with Missing where the last attempt could not be heard
  // Why the clip must not be used, and what to do: with OtherName, Changed and Several.
  std::string problem;
  std::string hint;
};

class GreetingBook {
 public:
  // Reads folder and journals; no folder is an empty book.
  static Result<GreetingBook> read(const std::filesystem::path& greetings);

  // All clips named by an id: mostly one or none.
  std::vector<std::filesystem::path> clips_of(const std::string& id) const;
  // Reads the clip, to recognise it. A clip that neither a note nor a journal knows is somebody's own, and is taken as
  // it is.
  Result<GreetingStatus> status_of(const Candidate& candidate) const;
  // Whom a clip greets, as its note or else a journal says. Nothing: it is somebody's own.
  struct Known {
    std::string digest;               // of the clip, as it is
    std::optional<CutRecord> record;  // nothing: the clip was cut here, and is another since
  };
  Result<std::optional<Known>> recognise(const std::filesystem::path& clip) const;

  const std::vector<SittingRecord>& sittings() const { return sittings_; }
  // What was said to be good and not cut yet, of candidates for whom the words are still right, and where no later
  // sitting has better: index into sittings(), and the attempt.
  std::vector<std::pair<size_t, Attempt>> pending(const Roster& roster) const;
  // What was said to be good and belongs to nobody any more.
  std::vector<Attempt> orphans(const Roster& roster) const;

 private:
  std::map<std::string, std::vector<std::filesystem::path>> clips_;  // by candidate id
  std::vector<SittingRecord> sittings_;
  std::map<std::string, CutRecord> by_digest_;  // of notes, and above them of journals
};

// Where a candidate's clip is to lie. InvalidInput when the id cannot be a file's name.
Result<std::filesystem::path> clip_path(const std::filesystem::path& greetings, const std::string& id);

}  // namespace candid::campaign
