#include "campaign/greetings/greeting_note.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "campaign/greetings/greeting_json.h"
#include "core/files.h"

namespace candid::campaign {
namespace {

constexpr int kNoteVersion = 1;

}  // namespace

std::filesystem::path note_path(const std::filesystem::path& clip) {
  return std::filesystem::path(clip).replace_extension(".greeting.json");
}

Result<void> write_note(const std::filesystem::path& clip, const CutRecord& record) {
  nlohmann::json json = to_json(record);
  json["version"] = kNoteVersion;
  return write_file(note_path(clip), json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

Result<std::optional<CutRecord>> read_note(const std::filesystem::path& clip) {
  const std::filesystem::path path = note_path(clip);
  std::error_code code;
  if (!std::filesystem::exists(path, code)) return std::nullopt;
  std::string text = TRY(read_text_file(path));
  try {
    nlohmann::json json = nlohmann::json::parse(text);
    if (json.value("version", kNoteVersion) > kNoteVersion)
      return fail(ErrorKind::Unsupported, fmt::format("{} was written by a newer candid", path.string()),
                  "update candid");
    return record_of(json);
  } catch (const nlohmann::json::exception&) {
    return CutRecord{};
  }
}

}  // namespace candid::campaign
