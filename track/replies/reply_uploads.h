#pragma once
// Videos that candidates send, piece by piece, into a server's data folder: FOLDER/uploads/MESSAGE/ID, until the last
// piece is there and the whole is on the disk; then they are replies (reply_videos.h).
//
// The file's length is the state, so that a page whose line broke asks how far it came and goes on, also after the
// server was started anew. Whoever has a link could fill the disk: one reply, the replies of a link and all replies
// together are bounded, and a reserve of the disk is left free.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/time.h"
#include "track/replies/reply_files.h"

namespace candid::track {

// A piece is no longer than any other body (ServerLimits::body_bytes), and than what proxies let through.
inline constexpr uint64_t kReplyPiece = 60 << 10;

struct ReplyLimits {
  uint64_t video_bytes = 64ull << 20;      // of one reply, as it is sent
  int replies_of_link = 3;                 // that arrived
  int uploads_of_link = 2;                 // under way; a further one takes the place of the oldest
  uint64_t room = 20'000'000'000;          // bytes of all replies together
  std::chrono::hours abandoned_after{24};  // uploads to which nothing was added
  // Bytes of a disk of this size that stay free; null: none.
  uint64_t (*reserve)(uint64_t disk_bytes) = nullptr;
};

// Thread-safe. Several may have one folder.
class ReplyUploads {
 public:
  // Makes the folder, private (0700), where it is missing. The clock outlives it.
  static Result<std::unique_ptr<ReplyUploads>> open(std::filesystem::path folder, const ReplyLimits& limits,
                                                    const Clock& clock = Clock::system());

  // Whose upload: the same id under another message or link is not found.
  struct Place {
    std::string_view message_id;
    int64_t link_id = 0;
    std::string_view id;
  };

  // A new upload's id. InvalidInput for a size or a type that is not taken; OutOfReach when the link has all its
  // replies; NoSpace when there is no room.
  Result<std::string> begin(std::string_view message_id, int64_t link_id, std::string_view type, uint64_t size);
  // How many bytes there are; of one that has arrived, all. NotFound for one that is unknown or was abandoned.
  Result<uint64_t> received(const Place& place) const;
  // How many there are with these. Exists where the upload has not come to `offset`, or farther: received() tells.
  // InvalidInput for more bytes than were announced; Io, and a retry helps, while another piece is being written.
  Result<uint64_t> append(const Place& place, uint64_t offset, std::span<const uint8_t> bytes);
  // The reply is whole and survives a power cut when it returns; repeating it is fine. Exists when bytes are missing,
  // InvalidInput for bytes that are no such video (the upload is gone then), OutOfReach as above.
  Result<void> finish(const Place& place);

  // Removes what nobody added to for a day; how many there were. Done in passing, too.
  Result<int> remove_abandoned();

  // Called after each reply that arrived, on the caller's thread; empty: nobody wants to know. Waits for a call that is
  // under way.
  void on_arrival(std::function<void()> tell);

  const std::filesystem::path& folder() const { return folder_; }
  const ReplyLimits& limits() const { return limits_; }

 private:
  ReplyUploads(std::filesystem::path folder, const ReplyLimits& limits, const Clock& clock)
      : folder_(std::move(folder)), limits_(limits), clock_(clock) {}
  std::filesystem::path under_way(std::string_view message_id) const;
  std::filesystem::path arrived(std::string_view message_id) const;
  // How many replies of this link arrived; OutOfReach when those are all it may have.
  Result<void> check_count(std::string_view message_id, int64_t link_id) const;
  Result<std::string> make_upload(const ReplyNote& note) const;
  Result<void> make_way(std::string_view message_id, int64_t link_id);
  Result<void> check_room(uint64_t size);
  Result<void> check_reserve(uint64_t bytes) const;
  Result<uint64_t> bytes_in_use() const;
  Result<void> arrive(const std::filesystem::path& upload, ReplyNote note);
  void remove_abandoned_in_passing();

  const std::filesystem::path folder_;
  const ReplyLimits limits_;
  const Clock& clock_;
  std::mutex mutex_;  // of those who begin
  uint64_t in_use_ = 0;
  std::optional<UtcTime> counted_at_{};
  UtcTime cleaned_at_{};
  std::mutex telling_;
  std::function<void()> tell_{};
};

}  // namespace candid::track
