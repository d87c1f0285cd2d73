#pragma once
// What happened in a sitting, in which many candidates are greeted one after the other, beside the take of it:
// GREETINGS/sittings/NAME.mkv and NAME.jsonl, a JSON object a line. Lines reach the disk one after the other as
// the sitting goes on, so that whoever is killed loses nothing that was said to be good. Format: docs/formats.md.

#include <filesystem>
#include <string>
#include <vector>

#include "campaign/greetings/greeting_note.h"
#include "core/error.h"
#include "core/time.h"

namespace candid::campaign {

// What was said to one candidate and marked as good, [from, to) on the take's clock.
struct Attempt {
  std::string candidate;  // id
  GreetingWords said;
  Microseconds from{0};
  Microseconds to{0};
  bool operator==(const Attempt&) const = default;
};

struct SittingRecord {
  std::string name;  // "2026-11-22T10-15-00Z": in order of time
  std::filesystem::path journal;
  std::filesystem::path take;
  std::vector<Attempt> good;  // the last one of each candidate, in the order they were said
  std::vector<CutRecord> cuts;
  // Clips that were about to get their places. A program that died then tells no more, and they may stand there.
  std::vector<CutRecord> placings;
};

std::filesystem::path sittings_folder(const std::filesystem::path& greetings);

// All sittings, the oldest first. Of a journal whose program died, the last line may be torn: it does not count. A
// journal that is no journal is Corrupt.
Result<std::vector<SittingRecord>> read_sittings(const std::filesystem::path& greetings);

// One thread.
class SittingJournal {
 public:
  // A new one, under a name that neither a journal nor a take has. Makes the folder.
  static Result<SittingJournal> create(const std::filesystem::path& greetings, const std::string& campaign,
                                       UtcTime began);
  // One that is there, to go on with.
  static SittingJournal open(const SittingRecord& sitting) { return SittingJournal(sitting.journal); }

  std::filesystem::path take() const;

  // Each returns when the line would survive a power cut.
  Result<void> good(const Attempt& attempt) const;
  Result<void> cut(const CutRecord& cut) const;
  // Before the clip is where it is found: none that stands there is unknown.
  Result<void> placing(const CutRecord& cut) const;
  // Removes the file: nothing was recorded.
  Result<void> discard() const;
  // For people: "again", "back", "skip", "pause", "resume", "end".
  Result<void> event(const std::string& what, const std::string& candidate, Microseconds at) const;

 private:
  explicit SittingJournal(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace candid::campaign
