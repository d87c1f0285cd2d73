#include "track/replies/reply_files.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "core/encoding.h"
#include "core/files.h"

namespace candid::track {
namespace {

constexpr uint64_t kLongestFile = 64 << 10;
constexpr size_t kFolderDigits = 32;

UtcTime moment(int64_t milliseconds) {
  return UtcTime(std::chrono::milliseconds(milliseconds));
}

// These files are ours, but a disk may have made something else of them.
template <typename Read>
auto read_fields(std::string_view text, std::string_view what, Read&& read)
    -> Result<decltype(read(nlohmann::json()))> {
  try {
    return read(nlohmann::json::parse(text));
  } catch (const nlohmann::json::exception& problem) {
    return fail(ErrorKind::Corrupt, fmt::format("{} of a reply cannot be read ({})", what, problem.what()));
  }
}

}  // namespace

Result<void> write_reply_note(const std::filesystem::path& folder, const ReplyNote& note) {
  nlohmann::json json{{"message", note.message_id},
                      {"link", note.link_id},
                      {"type", note.type},
                      {"size", note.size},
                      {"begun_ms", note.begun_at.time_since_epoch().count()},
                      {"received_ms", note.received_at.time_since_epoch().count()}};
  return write_file(folder / kReplyNote, json.dump() + "\n", FileMode::Private);
}

Result<ReplyNote> read_reply_note(const std::filesystem::path& folder) {
  std::string text = TRY(read_text_file(folder / kReplyNote, kLongestFile));
  return read_fields(text, kReplyNote, [](const nlohmann::json& json) {
    return ReplyNote{json.at("message").get<std::string>(), json.at("link").get<int64_t>(),
                     json.at("type").get<std::string>(),    json.at("size").get<uint64_t>(),
                     moment(json.at("begun_ms")),           moment(json.at("received_ms"))};
  });
}

std::string to_json(const ReplyResult& result) {
  return nlohmann::json{{"duration_us", result.duration.count()}, {"width", result.width}, {"height", result.height}}
      .dump();
}

Result<ReplyResult> parse_reply_result(std::string_view text) {
  return read_fields(text, kReplyResult, [](const nlohmann::json& json) {
    return ReplyResult{Microseconds(json.at("duration_us").get<int64_t>()), json.at("width").get<int>(),
                       json.at("height").get<int>()};
  });
}

Result<void> write_reply_failure(const std::filesystem::path& folder, std::string_view why, UtcTime at) {
  // Words of a decoder about bytes that are not ours may be no UTF-8.
  nlohmann::json json{{"why", why}, {"at_ms", at.time_since_epoch().count()}};
  std::string text = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  return write_file(folder / kReplyFailure, text, FileMode::Private);
}

std::string reply_folder_name(std::string_view message_id) {
  return to_hex(sha256(message_id)).substr(0, kFolderDigits);
}

Result<std::vector<std::filesystem::path>> folders_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> folders;
  std::error_code code;
  std::filesystem::directory_iterator entries(folder, code);
  for (; !code && entries != std::filesystem::directory_iterator(); entries.increment(code)) {
    std::error_code gone;
    if (entries->symlink_status(gone).type() == std::filesystem::file_type::directory)
      folders.push_back(entries->path());
  }
  if (code && code != std::errc::no_such_file_or_directory)
    return tl::unexpected(system_error(code.value(), fmt::format("cannot list {}", folder.string())));
  std::sort(folders.begin(), folders.end());
  return folders;
}

}  // namespace candid::track
