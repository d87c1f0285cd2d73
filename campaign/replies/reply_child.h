#pragma once
// Transcoding in a process of its own, without this one's files, sockets, secrets and memory: a recording that crashes
// a decoder, or makes it eat time or memory, ends that process alone. The process is this program again, as
// `candid transcode-reply RAW VIDEO POSTER`, under limits that it sets for itself before it looks at the recording.

#include <chrono>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "campaign/replies/reply_transcode.h"
#include "core/error.h"

namespace candid::campaign {

inline constexpr const char* kTranscodeCommand = "transcode-reply";

// Corrupt when the recording is at fault: it cannot be read, or the process crashed or took too much. OutOfReach when
// there was no time for it: at the lowest priority, beside a render, a good one may need hours. Any other kind may
// pass. Cancelled when it was stopped.
using TranscodeReply = std::function<Result<track::ReplyResult>(const ReplyJob& job, const std::stop_token& stop)>;

struct ReplyChild {
  std::filesystem::path program = "/proc/self/exe";
  // For all of it: where nothing else runs, a recording that means harm reaches the processor's own limit earlier.
  std::chrono::seconds longest = std::chrono::hours(1);
};
// The process gets the lowest priority, and ends with the thread that calls this.
Result<track::ReplyResult> transcode_in_child(const ReplyChild& child, const ReplyJob& job,
                                              const std::stop_token& stop);

// The command's own side. What came of it, a line of JSON, is for standard output; false when the reason may pass.
struct ChildReport {
  std::string line{};
  bool is_final = true;
};
ChildReport transcode_as_child(const ReplyJob& job);

}  // namespace candid::campaign
