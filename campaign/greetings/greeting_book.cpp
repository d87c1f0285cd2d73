#include "campaign/greetings/greeting_book.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/digest.h"
#include "core/encoding.h"
#include "core/text.h"

namespace candid::campaign {
namespace {

using Clips = std::map<std::string, std::vector<std::filesystem::path>>;

Result<Clips> list_clips(const std::filesystem::path& folder) {
  Clips clips;
  std::error_code code;
  std::filesystem::directory_iterator entries(folder, code);
  for (std::error_code broken; !code && entries != std::filesystem::end(entries); entries.increment(code)) {
    const std::filesystem::path& path = entries->path();
    std::string extension = to_lower(path.extension().string());
    bool is_recording = extension == ".mkv" || extension == ".mp4" || extension == ".mov";
    // Some systems write file names with combining marks.
    if (is_recording && entries->is_regular_file(broken)) clips[normalize(path.stem().string())].push_back(path);
  }
  if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot list {}", folder.string())));
  return clips;
}

const Candidate* find_candidate(const Roster& roster, const Attempt& attempt) {
  auto found = std::find_if(roster.candidates.begin(), roster.candidates.end(), [&](const Candidate& candidate) {
    return candidate.id == attempt.candidate && !mismatch(attempt.said, candidate);
  });
  return found == roster.candidates.end() ? nullptr : &*found;
}

bool was_cut(const SittingRecord& sitting, const Attempt& attempt) {
  return std::any_of(sitting.cuts.begin(), sitting.cuts.end(),
                     [&](const CutRecord& cut) { return cut.candidate == attempt.candidate; });
}

}  // namespace

Result<std::filesystem::path> clip_path(const std::filesystem::path& greetings, const std::string& id) {
  constexpr size_t kMostBytes = 200;  // of 255 that file systems take
  // What some system's file names cannot hold.
  constexpr std::string_view kForbidden = "/\\<>:\"|?*";
  bool has_forbidden = id.find_first_of(kForbidden) != std::string::npos || id != single_line(id);
  bool is_edged = id.empty() || id.front() == '.' || id.back() == '.' || trim(id) != id;
  if (has_forbidden || is_edged || id.size() > kMostBytes || !is_valid_utf8(id)) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("the id \"{}\" cannot be the name of a file, and a greeting is found by it",
                            shorten(single_line(id), 40)),
                "give the candidate an id of letters, digits, - and _ in the roster's id column");
  }
  return greetings / fmt::format("{}.mkv", id);
}

Result<GreetingBook> GreetingBook::read(const std::filesystem::path& greetings) {
  GreetingBook book;
  std::error_code code;
  if (!std::filesystem::exists(greetings, code)) return book;
  book.clips_ = TRY(list_clips(greetings));
  book.sittings_ = TRY(read_sittings(greetings));
  for (const auto& [id, clips] : book.clips_) {
    for (const std::filesystem::path& clip : clips) {
      std::optional<CutRecord> note = TRY(read_note(clip));
      if (note && !note->digest.empty()) book.by_digest_.insert_or_assign(note->digest, std::move(*note));
    }
  }
  for (const SittingRecord& sitting : book.sittings_) {
    for (const auto* records : {&sitting.placings, &sitting.cuts}) {
      for (const CutRecord& cut : *records) {
        if (!cut.digest.empty()) book.by_digest_.insert_or_assign(cut.digest, cut);
      }
    }
  }
  return book;
}

std::vector<std::filesystem::path> GreetingBook::clips_of(const std::string& id) const {
  auto found = clips_.find(id);
  return found == clips_.end() ? std::vector<std::filesystem::path>() : found->second;
}

Result<std::optional<GreetingBook::Known>> GreetingBook::recognise(const std::filesystem::path& clip) const {
  std::optional<CutRecord> note = TRY(read_note(clip));
  if (!note && by_digest_.empty()) return std::nullopt;
  std::string digest = to_hex(TRY(sha256_file(clip)));
  // The note first: of a clip that was copied to another's id, journals know one name alone.
  if (note && note->digest == digest) return Known{digest, std::move(note)};
  if (auto known = by_digest_.find(digest); known != by_digest_.end()) return Known{digest, known->second};
  if (note) return Known{digest, std::nullopt};
  return std::nullopt;
}

Result<GreetingStatus> GreetingBook::status_of(const Candidate& candidate) const {
  GreetingStatus status;
  std::vector<std::filesystem::path> clips = clips_of(candidate.id);
  if (clips.empty()) {
    for (const SittingRecord& sitting : sittings_) {
      for (const CutRecord& cut : sitting.cuts) {
        if (cut.candidate == candidate.id && !mismatch(cut.said, candidate)) status.flaws = cut.flaws;
      }
    }
    return status;
  }
  status.file = clips.front();
  status.state = GreetingState::Ready;
  if (clips.size() > 1) {
    auto [first, second] = std::minmax({clips[0].filename().string(), clips[1].filename().string()});
    status.state = GreetingState::Several;
    status.problem = fmt::format("{} and {} are both this candidate's greeting", first, second);
    status.hint = "keep one of them";
    return status;
  }
  std::optional<Known> known = TRY(recognise(status.file));
  if (!known) return status;
  if (!known->record) {
    status.state = GreetingState::Changed;
    status.problem =
        fmt::format("{} is not the file that candid greet cut, and may be anybody's", status.file.string());
  } else if (auto wrong = mismatch(known->record->said, candidate)) {
    status.state = GreetingState::OtherName;
    status.problem = fmt::format("{} {}", status.file.string(), *wrong);
  } else if (!known->record->flaws.empty()) {
    status.state = GreetingState::Flawed;
    status.flaws = known->record->flaws;
  }
  if (!status.problem.empty()) {
    status.hint =
        fmt::format("candid greet asks for it again; candid greet --keep {} if it is right all the same", candidate.id);
  }
  return status;
}

std::vector<std::pair<size_t, Attempt>> GreetingBook::pending(const Roster& roster) const {
  std::vector<std::pair<size_t, Attempt>> found;
  for (size_t i = 0; i < sittings_.size(); ++i) {
    for (const Attempt& attempt : sittings_[i].good) {
      const Candidate* candidate = find_candidate(roster, attempt);
      if (candidate == nullptr || was_cut(sittings_[i], attempt)) continue;
      bool is_outdone = std::any_of(
          sittings_.begin() + static_cast<ptrdiff_t>(i) + 1, sittings_.end(), [&](const SittingRecord& later) {
            return std::any_of(later.good.begin(), later.good.end(), [&](const Attempt& other) {
              return other.candidate == attempt.candidate && !mismatch(other.said, *candidate);
            });
          });
      if (!is_outdone) found.emplace_back(i, attempt);
    }
  }
  return found;
}

std::vector<Attempt> GreetingBook::orphans(const Roster& roster) const {
  std::vector<Attempt> found;
  for (const SittingRecord& sitting : sittings_) {
    for (const Attempt& attempt : sitting.good) {
      if (find_candidate(roster, attempt) == nullptr && !was_cut(sitting, attempt)) found.push_back(attempt);
    }
  }
  return found;
}

}  // namespace candid::campaign
