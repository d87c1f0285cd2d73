#include "campaign/privacy/greeting_traces.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "campaign/greetings/greeting_book.h"
#include "capture/take_sidecar.h"
#include "core/files.h"
#include "core/text.h"

namespace candid::campaign {
namespace {

bool speaks_of(const std::filesystem::path& journal, const std::string& candidate_id) {
  auto text = read_text_file(journal);
  if (!text) return true;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    auto json = nlohmann::json::parse(line, nullptr, false);
    if (json.is_object() && json.contains("candidate") && json["candidate"] == candidate_id) return true;
  }
  return false;
}

bool is_waited_for(const GreetingBook& book, const Roster& roster, size_t sitting, const std::string& candidate_id) {
  auto pending = book.pending(roster);
  return std::any_of(pending.begin(), pending.end(), [&](const auto& attempt) {
    return attempt.first == sitting && attempt.second.candidate != candidate_id;
  });
}

// As greetings are recorded (greeting_book.h).
bool is_clip(const std::filesystem::path& file) {
  std::string ending = to_lower(file.extension().string());
  return ending == ".mkv" || ending == ".mp4" || ending == ".mov";
}

// Clips, and notes beside them: "ID.mkv", "ID.greeting.json"; a replaced one is "ID.before-SITTING.mkv". Another's id
// may begin with this one and a dot.
bool is_of(const std::filesystem::path& file, const std::string& id) {
  std::string name = normalize(file.filename().string());
  bool is_note = name.ends_with(".greeting.json");
  if (!is_note && !is_clip(file)) return false;  // of another kind, which candid never makes
  if (name.starts_with(fmt::format("{}.before-", id))) return true;
  return is_note ? name == fmt::format("{}.greeting.json", id) : normalize(file.stem().string()) == id;
}

void add_clips(const std::filesystem::path& folder, const std::string& id, LocalTraces& traces) {
  std::error_code code;
  std::filesystem::directory_iterator entries(folder, code);
  for (; !code && entries != std::filesystem::end(entries); entries.increment(code)) {
    std::error_code broken;
    if (entries->is_regular_file(broken) && is_of(entries->path(), id)) traces.files.push_back(entries->path());
  }
}

}  // namespace

Result<void> add_greeting_traces(const Campaign& campaign, const Subject& subject, LocalTraces& traces) {
  const std::filesystem::path& greetings = campaign.greetings;
  std::error_code code;
  if (!std::filesystem::is_directory(greetings, code)) return {};
  const std::filesystem::path sittings = sittings_folder(greetings);
  for (const auto& folder : {greetings, sittings / "replaced", sittings / "unplaced"}) {
    add_clips(folder, subject.candidate_id, traces);
  }
  GreetingBook book = TRY(GreetingBook::read(greetings));
  Roster roster = rows_of(campaign);
  for (size_t i = 0; i < book.sittings().size(); ++i) {
    const SittingRecord& sitting = book.sittings()[i];
    if (!speaks_of(sitting.journal, subject.candidate_id)) continue;
    if (is_waited_for(book, roster, i, subject.candidate_id)) {
      traces.journals.push_back(sitting.journal);
      traces.remains.push_back(
          fmt::format("{} holds greetings of others that are not cut yet: candid greet cuts them; then delete it",
                      sitting.take.string()));
      continue;
    }
    for (const auto& file : {sitting.take, capture::sidecar_path(sitting.take), sitting.journal}) {
      if (std::filesystem::exists(file, code)) traces.files.push_back(file);
    }
  }
  return {};
}

}  // namespace candid::campaign
