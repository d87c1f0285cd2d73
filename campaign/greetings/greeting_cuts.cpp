#include "campaign/greetings/greeting_cuts.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "core/digest.h"
#include "core/encoding.h"
#include "core/files.h"

namespace candid::campaign {
namespace {

std::vector<std::string> names_of(const std::vector<capture::CutFlaw>& flaws) {
  std::vector<std::string> names;
  for (capture::CutFlaw flaw : flaws) names.emplace_back(capture::to_string(flaw));
  return names;
}

std::filesystem::path unplaced_folder(const std::filesystem::path& greetings) {
  return sittings_folder(greetings) / "unplaced";
}

// Clips are found by their names: of two for one candidate, neither would be taken.
Result<void> move_away(const std::filesystem::path& clip, const std::filesystem::path& greetings,
                       const std::string& sitting) {
  const std::filesystem::path folder = sittings_folder(greetings) / "replaced";
  TRY_VOID(make_folder(folder));
  std::error_code code;
  std::filesystem::path kept;
  for (int number = 1; kept.empty() || std::filesystem::exists(kept, code); ++number) {
    std::string count = number == 1 ? "" : fmt::format("-{}", number);
    kept = folder / fmt::format("{}.before-{}{}{}", clip.stem().string(), sitting, count, clip.extension().string());
  }
  std::filesystem::rename(clip, kept, code);
  if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot keep {}", clip.string())));
  if (const std::filesystem::path note = note_path(clip); std::filesystem::exists(note, code)) {
    std::filesystem::rename(note, note_path(kept), code);
    if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot keep {}", note.string())));
  }
  return sync_folder(folder);
}

class Cutting {
 public:
  Cutting(const std::filesystem::path& greetings, const GreetingBook& book, std::stop_token stop)
      : greetings_(greetings), book_(book), stop_(std::move(stop)) {}

  Result<GreetingCut> cut(size_t sitting, const Attempt& attempt) {
    const SittingRecord& record = book_.sittings()[sitting];
    GreetingCut made;
    made.attempt = attempt;
    made.sitting = record.name;
    auto done = cut_into(made, record);
    if (!done && (done.error().kind() == ErrorKind::NoSpace || done.error().kind() == ErrorKind::Cancelled))
      return tl::unexpected(done.error());
    if (!done) made.error = done.error();
    return made;
  }

 private:
  // The take is heard once, for all attempts in it.
  Result<capture::VoiceCutter*> cutter_of(const SittingRecord& record) {
    if (open_ != record.name || !cutter_) {
      cutter_.reset();
      cutter_.emplace(TRY(capture::VoiceCutter::open(record.take)));
      open_ = record.name;
    }
    return &*cutter_;
  }

  Result<void> cut_into(GreetingCut& made, const SittingRecord& record) {
    const Attempt& attempt = made.attempt;
    const std::filesystem::path clip = TRY(clip_path(greetings_, attempt.candidate));
    const capture::VoiceCutter& cutter = *TRY(cutter_of(record));
    capture::VoiceCut found = TRY(cutter.find({attempt.from, attempt.to}));
    made.flaws = found.flaws;
    CutRecord kept{attempt.candidate, attempt.said, "", names_of(found.flaws)};
    const SittingJournal journal = SittingJournal::open(record);
    if (found.frames > 0) {
      // Until it has its place, nobody finds it there.
      const std::filesystem::path unplaced = unplaced_folder(greetings_);
      TRY_VOID(make_folder(unplaced));
      const std::filesystem::path fresh = unplaced / clip.filename();
      TRY_VOID(cutter.write(found, fresh, stop_));
      kept.digest = to_hex(TRY(sha256_file(fresh)));
      // Whoever is killed from here on leaves no clip of which nobody knows whom it greets.
      TRY_VOID(journal.placing(kept));
      for (const std::filesystem::path& earlier : book_.clips_of(attempt.candidate)) {
        std::error_code code;
        if (std::filesystem::exists(earlier, code)) TRY_VOID(move_away(earlier, greetings_, record.name));
      }
      TRY_VOID(write_note(clip, kept));
      std::error_code code;
      std::filesystem::rename(fresh, clip, code);
      if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot write {}", clip.string())));
      TRY_VOID(sync_folder(greetings_));
      made.file = clip;
      made.length = cutter.length_of(found);
      made.loudness_lufs = found.loudness_lufs;
    }
    return journal.cut(kept);
  }

  const std::filesystem::path& greetings_;
  const GreetingBook& book_;
  std::stop_token stop_;
  std::string open_;  // the sitting whose take is open
  std::optional<capture::VoiceCutter> cutter_;
};

// What a clip that is right as it is says: what would be said now, or, without a script, what the one it was recorded
// with would be, as a nickname in it goes on to count.
Result<GreetingWords> accepted_words(const Candidate& candidate, const FieldText& script,
                                     const std::optional<CutRecord>& record) {
  if (script.empty() && record) {
    auto earlier = FieldText::parse(record->said.script);
    auto words = earlier ? words_for(candidate, *earlier) : tl::unexpected(earlier.error());
    if (words) return words;
  }
  return words_for(candidate, script);
}

}  // namespace

std::string remedy_for(capture::CutFlaw flaw) {
  switch (flaw) {
    case capture::CutFlaw::NoVoice:
      return "nothing was to be heard: check the microphone, then greet them again";
    case capture::CutFlaw::TooShort:
      return "hardly anything was said: listen to it, and greet them again if it is not all";
    case capture::CutFlaw::CutOff:
      return "it begins or ends in the middle of speech, or the recording broke off there: greet them again, and "
             "wait a moment before the key";
    case capture::CutFlaw::Clipped:
      return "too loud for the microphone: turn it down or sit farther away, then greet them again";
  }
  return {};
}

std::string remedy_for(std::string_view flaw) {
  using capture::CutFlaw;
  for (CutFlaw known : {CutFlaw::NoVoice, CutFlaw::TooShort, CutFlaw::CutOff, CutFlaw::Clipped}) {
    if (flaw == capture::to_string(known)) return remedy_for(known);
  }
  return std::string(flaw);
}

Result<std::vector<GreetingCut>> cut_pending(const std::filesystem::path& greetings, const GreetingBook& book,
                                             const Roster& roster, const CutProgress& progress, std::stop_token stop) {
  std::vector<GreetingCut> cuts;
  auto pending = book.pending(roster);
  Cutting cutting(greetings, book, std::move(stop));
  for (const auto& [sitting, attempt] : pending) {
    if (progress) progress(cuts.size(), pending.size());
    cuts.push_back(TRY(cutting.cut(sitting, attempt)));
  }
  std::error_code still_used;
  std::filesystem::remove(unplaced_folder(greetings), still_used);
  return cuts;
}

Result<bool> accept_greeting(const GreetingBook& book, const Candidate& candidate, const FieldText& script) {
  GreetingStatus status = TRY(book.status_of(candidate));
  if (status.state == GreetingState::Missing || status.state == GreetingState::Ready) return false;
  if (status.state == GreetingState::Several) return fail(ErrorKind::InvalidInput, status.problem, status.hint);
  const auto known = TRY(book.recognise(status.file));
  if (!known) return false;
  const CutRecord kept{candidate.id, TRY(accepted_words(candidate, script, known->record)), known->digest, {}};
  // In the latest sitting that knows the clip: of several records, the last one counts.
  for (auto sitting = book.sittings().rbegin(); sitting != book.sittings().rend(); ++sitting) {
    bool knows = std::any_of(sitting->cuts.begin(), sitting->cuts.end(),
                             [&](const CutRecord& cut) { return cut.digest == kept.digest; });
    if (!knows) continue;
    TRY_VOID(SittingJournal::open(*sitting).cut(kept));
    break;
  }
  TRY_VOID(write_note(status.file, kept));
  return true;
}

}  // namespace candid::campaign
