#pragma once
// A candidate's recording, as their browser made it, as a video that plays everywhere: H.264 and AAC in an MP4 whose
// index comes first, upright, at most 1280 px long, with a poster.

#include <filesystem>

#include "core/error.h"
#include "track/replies/reply_files.h"

namespace candid::campaign {

struct ReplyJob {
  std::filesystem::path raw{};
  std::filesystem::path video{};   // is made
  std::filesystem::path poster{};  // is made
};

// Two minutes, and what a browser may add before it stops.
inline constexpr Microseconds kLongestReplyVideo = std::chrono::seconds(125);
inline constexpr int kLargestReplySide = 1920;  // px, as recorded
inline constexpr int kReplyLongSide = 1280;     // px, as shown

// Corrupt for what is no recording, InvalidInput for one that is too long or too large. Loudness is left as it is.
// The files are private (0600), and not synced to the disk. The bytes are a stranger's: call it in a process of its own
// (reply_child.h).
Result<track::ReplyResult> transcode_reply(const ReplyJob& job);

}  // namespace candid::campaign
