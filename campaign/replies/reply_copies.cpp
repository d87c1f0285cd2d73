#include "campaign/replies/reply_copies.h"

#include <array>

#include <fmt/format.h>

#include "core/encoding.h"
#include "core/files.h"
#include "core/random.h"
#include "track/replies/reply_files.h"
#include "track/replies/reply_videos.h"

namespace candid::campaign {
namespace {

constexpr size_t kNameBytes = 6;

// In this order a copy is whole: the recording stays until the video, its poster and then its result are there.
constexpr std::array kFiles = {track::kReplyRaw,    track::kReplyVideo,   track::kReplyPoster,
                               track::kReplyResult, track::kReplyFailure, track::kReplyNote};

// A private folder that takes its name at the end, and is removed where it does not come to that.
class NewFolder {
 public:
  static Result<NewFolder> create(const std::filesystem::path& name) {
    std::error_code code;
    if (std::filesystem::exists(std::filesystem::symlink_status(name, code))) {
      return fail(ErrorKind::Exists, fmt::format("{} is there already", name.string()),
                  "a backup replaces nothing: name a file beside which there is no such folder");
    }
    NewFolder folder(name);
    TRY_VOID(make_folder(folder.path_));
    std::filesystem::permissions(folder.path_, std::filesystem::perms::owner_all, code);
    if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot make {} private", name.string())));
    return folder;
  }
  NewFolder(NewFolder&& other) noexcept : name_(std::move(other.name_)), path_(std::exchange(other.path_, {})) {}
  NewFolder& operator=(NewFolder&&) = delete;
  ~NewFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }
  Result<void> keep() {
    TRY_VOID(sync_folder(path_));
    std::error_code code;
    std::filesystem::rename(path_, name_, code);
    if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot make {}", name_.string())));
    path_.clear();
    return sync_folder(name_.parent_path().empty() ? "." : name_.parent_path());
  }

 private:
  explicit NewFolder(std::filesystem::path name)
      : name_(std::move(name)),
        path_(name_.parent_path() /
              fmt::format(".{}.{}.part", name_.filename().string(), to_hex(random_bytes(kNameBytes)))) {}
  std::filesystem::path name_;
  std::filesystem::path path_;
};

// How many bytes there were; none where there is no such file.
Result<uint64_t> copy_one(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code code;
  const uint64_t size = std::filesystem::file_size(from, code);
  if (code == std::errc::no_such_file_or_directory) return 0;
  if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot look at {}", from.string())));
  FileWriter writer = TRY(FileWriter::create(to, FileMode::Private));
  auto copied = writer.copy_from(from, 0, size);
  if (!copied && copied.error().kind() == ErrorKind::NotFound) return 0;
  if (!copied) return tl::unexpected(copied.error());
  TRY_VOID(writer.commit());
  return size;
}

Result<void> copy_reply(const std::filesystem::path& from, const std::filesystem::path& to, ReplyCopies& copies) {
  TRY_VOID(make_folder(to));
  uint64_t bytes = 0;
  for (const char* name : kFiles) bytes += TRY(copy_one(from / name, to / name));
  std::error_code code;
  if (!std::filesystem::exists(from, code)) {  // erased meanwhile
    std::filesystem::remove_all(to, code);
    if (code) return tl::unexpected(system_error(code.value(), "cannot remove the copy of a reply that was erased"));
    return {};
  }
  ++copies.replies;
  copies.bytes += bytes;
  return {};
}

}  // namespace

Result<ReplyCopies> copy_replies(const std::filesystem::path& replies, const std::filesystem::path& target,
                                 const std::stop_token& stop) {
  ReplyCopies copies;
  NewFolder folder = TRY(NewFolder::create(target));
  for (const std::filesystem::path& of_message : TRY(track::folders_in(replies / track::kReplyVideos))) {
    const std::filesystem::path copy = folder.path() / track::kReplyVideos / of_message.filename();
    for (const std::filesystem::path& reply : TRY(track::folders_in(of_message))) {
      if (stop.stop_requested()) return fail(ErrorKind::Cancelled, "copying the video replies was stopped");
      if (!track::is_reply_id(reply.filename().string())) continue;
      TRY_VOID(copy_reply(reply, copy / reply.filename(), copies));
    }
    if (std::error_code code; std::filesystem::exists(copy, code)) TRY_VOID(sync_folder(copy));
  }
  if (copies.replies == 0) return copies;
  TRY_VOID(sync_folder(folder.path() / track::kReplyVideos));
  TRY_VOID(folder.keep());
  return copies;
}

}  // namespace candid::campaign
