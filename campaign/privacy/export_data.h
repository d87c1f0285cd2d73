#pragma once
// Everything that is held about one candidate, for them: data.json, index.html that shows the same to a person, and the
// media. Nothing of anybody else is in it, no token and no passcode; the recruiter's own visits are not theirs.

#include <filesystem>
#include <string>
#include <vector>

#include "campaign/privacy/subject.h"
#include "core/error.h"
#include "core/time.h"
#include "track/ledger/ledger.h"
#include "track/replies/reply_videos.h"
#include "upload/store.h"

namespace candid::campaign {

// Borrowed, all of it.
struct ExportReach {
  const track::Ledger& ledger;
  upload::Store* store = nullptr;               // null: there is none, and no media
  const track::ReplyVideos* replies = nullptr;  // null: they are kept elsewhere
  std::filesystem::path work_folder{};          // where it is put together (work_folder.h)
  std::vector<std::string> also_held{};         // what is held and not in it, in words for people (export_folder.h)
};

struct ExportReport {
  std::filesystem::path where;
  size_t messages = 0;
  size_t events = 0;
  size_t files = 0;  // media
  // What is held and could not be had, in words for people: a video that is not in the store, … The export itself says
  // the same.
  std::vector<std::string> missing{};
};

// Into a ZIP file where the name ends in ".zip", else into a new folder. Exists for what is there, and while another
// export is put together.
Result<ExportReport> export_data(const ExportReach& reach, const std::vector<Subject>& subjects,
                                 const std::filesystem::path& where, const Clock& clock);

}  // namespace candid::campaign
