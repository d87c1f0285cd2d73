#pragma once
// The videos that candidates answered with, in a server's data folder: how they are found, read and erased. How they
// arrive is reply_uploads.h's; what makes them playable is campaign/replies.
//
// A reply is an event EventKind::Reply with the body {"video": ID}; reply_video_id() reads it. Its files lie in
// FOLDER/videos/MESSAGE/ID, where MESSAGE is a digest of the message's id:
//   note.json    whose it is, and what it was sent as
//   raw          as the browser recorded it, until it has been transcoded: nobody but the transcoder reads it
//   video.mp4    H.264 and AAC, with poster.jpg and result.json; or
//   failed.json  why there is none
// Each appears whole, by rename. State is in the files alone: several programs may use a folder at once, so that a
// reply can be erased while a server runs.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"
#include "track/evidence/event.h"
#include "track/media_library.h"

namespace candid::track {

enum class ReplyVideoState {
  Waiting,  // it has arrived, and is transcoded when its turn comes: within minutes
  Ready,
  Failed,  // it could not be read as a video, or its note cannot be read
};

struct ReplyVideo {
  std::string id{};  // 32 hexadecimal digits
  std::string message_id{};
  int64_t link_id = 0;  // 0: unknown, as its note cannot be read
  UtcTime received_at{};
  uint64_t sent_bytes = 0;  // as it was sent
  ReplyVideoState state = ReplyVideoState::Waiting;
  // Of one that is Ready.
  Microseconds duration{};
  int width = 0;
  int height = 0;
};

// Has the form of a reply's id; anything else is found nowhere, and never becomes part of a path.
bool is_reply_id(std::string_view text);
// The id in the body of a Reply; nothing where that says something else.
std::optional<std::string> reply_video_id(const Event& event);

// Thread-safe, as all state is on the disk; copies are equal.
class ReplyVideos {
 public:
  // Nothing is made, and the folder need not exist.
  explicit ReplyVideos(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // NotFound for an id that is not one, is unknown or is another message's.
  Result<ReplyVideo> look(std::string_view message_id, std::string_view id) const;
  // The earliest first; those too whose event was never stored, as the candidate did not wait for the answer, and those
  // that a disk has damaged.
  Result<std::vector<ReplyVideo>> of_message(std::string_view message_id) const;
  // Of all messages those that are Waiting, the earliest first. What cannot be read is logged by its id, and left out.
  Result<std::vector<ReplyVideo>> waiting() const;
  // To serve them, with ranges. Also NotFound before it is Ready.
  Result<MediaFile> find(std::string_view message_id, std::string_view id) const;
  Result<MediaFile> find_poster(std::string_view message_id, std::string_view id) const;

  // Erases all replies of a message, uploads under way included; how many there were. They are gone from the disk's
  // folders, durably, when it returns; a transcoding under way leaves nothing behind. Repeating it is fine.
  Result<int> erase(std::string_view message_id) const;
  // Those of one of its links alone.
  Result<int> erase(std::string_view message_id, int64_t link_id) const;

  // Cheap. Two that are equal: none became playable or failed in between, by whatever program.
  std::string change_mark() const;

  const std::filesystem::path& folder() const { return folder_; }
  // Where a message's replies lie, and one of them. The id must be one (is_reply_id).
  std::filesystem::path folder_of(std::string_view message_id) const;
  std::filesystem::path folder_of(std::string_view message_id, std::string_view id) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace candid::track
