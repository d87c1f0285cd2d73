#pragma once
// What lies beside a reply's video (reply_videos.h), as JSON files. For track and for what transcodes.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"

namespace candid::track {

inline constexpr const char* kReplyNote = "note.json";
inline constexpr const char* kReplyRaw = "raw";
inline constexpr const char* kReplyVideo = "video.mp4";
inline constexpr const char* kReplyPoster = "poster.jpg";
inline constexpr const char* kReplyResult = "result.json";
inline constexpr const char* kReplyFailure = "failed.json";

// Folders below that of all replies.
inline constexpr const char* kReplyUploads = "uploads";  // under way
inline constexpr const char* kReplyVideos = "videos";    // arrived
inline constexpr const char* kReplyErased = "erased";    // on their way out
inline constexpr const char* kReplyWork = "work";        // what is being transcoded

// Whose it is, and what it was announced as.
struct ReplyNote {
  std::string message_id{};
  int64_t link_id = 0;
  std::string type{};  // "video/webm" or "video/mp4"
  uint64_t size = 0;   // of the recording as the browser made it, bytes
  UtcTime begun_at{};
  UtcTime received_at{};  // whole; of one under way, when it began
};
Result<void> write_reply_note(const std::filesystem::path& folder, const ReplyNote& note);
// NotFound where there is none, Corrupt for what is none of ours.
Result<ReplyNote> read_reply_note(const std::filesystem::path& folder);

// Of a video that can be shown.
struct ReplyResult {
  Microseconds duration{};
  int width = 0;
  int height = 0;
};
std::string to_json(const ReplyResult& result);
Result<ReplyResult> parse_reply_result(std::string_view json);

// Why there is none, for the operator.
Result<void> write_reply_failure(const std::filesystem::path& folder, std::string_view why, UtcTime at);

// The folder in which the replies to a message lie, by its digest: ids of messages never become part of a path.
std::string reply_folder_name(std::string_view message_id);

// The folders in `folder`, by name; none where there is no such folder.
Result<std::vector<std::filesystem::path>> folders_in(const std::filesystem::path& folder);

}  // namespace candid::track
