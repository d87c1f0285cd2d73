#include "track/replies/reply_videos.h"

#include <algorithm>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "core/files.h"
#include "track/replies/reply_files.h"

namespace candid::track {
namespace {

constexpr size_t kIdDigits = 32;
constexpr uint64_t kLongestResult = 4096;

// Read by its descriptor while it is sent: one that is erased meanwhile leaves whole, and no other file with its
// length.
struct OpenedFile {
  explicit OpenedFile(int file) : descriptor(file) {}
  OpenedFile(const OpenedFile&) = delete;
  OpenedFile& operator=(const OpenedFile&) = delete;
  ~OpenedFile() { ::close(descriptor); }
  int descriptor;
};

tl::unexpected<Error> unknown() {
  return fail(ErrorKind::NotFound, "there is no such reply to this message");
}

Result<MediaFile> open_media(const std::filesystem::path& path, const char* type, std::string_view id) {
  int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  int code = errno;
  if (file < 0 && (code == ENOENT || code == ENOTDIR)) return unknown();
  if (file < 0) return tl::unexpected(system_error(code, "cannot open a reply's video"));
  auto opened = std::make_shared<OpenedFile>(file);
  struct stat facts {};
  if (::fstat(file, &facts) != 0) return tl::unexpected(system_error(errno, "cannot look at a reply's video"));
  if (!S_ISREG(facts.st_mode)) return unknown();
  auto size = static_cast<uint64_t>(facts.st_size);
  MediaFile media;
  media.content_type = type;
  // Made once, and never changed but where it is transcoded anew.
  media.etag = fmt::format("{}-{}-{}", id, size, facts.st_mtim.tv_nsec);
  media.size = size;
  media.extents = {{fmt::format("/proc/self/fd/{}", file), 0, size}};
  media.held = std::move(opened);
  return media;
}

Result<ReplyVideo> read_reply(const std::filesystem::path& folder) {
  ReplyNote note = TRY(read_reply_note(folder));
  ReplyVideo video;
  video.id = folder.filename().string();
  video.message_id = note.message_id;
  video.link_id = note.link_id;
  video.received_at = note.received_at;
  video.sent_bytes = note.size;
  auto text = read_text_file(folder / kReplyResult, kLongestResult);
  if (text) {
    ReplyResult result = TRY(parse_reply_result(*text));
    video.state = ReplyVideoState::Ready;
    video.duration = result.duration;
    video.width = result.width;
    video.height = result.height;
    return video;
  }
  if (text.error().kind() != ErrorKind::NotFound) return tl::unexpected(text.error());
  std::error_code code;
  if (std::filesystem::exists(folder / kReplyFailure, code)) video.state = ReplyVideoState::Failed;
  return video;
}

void sort_by_arrival(std::vector<ReplyVideo>& videos) {
  std::stable_sort(videos.begin(), videos.end(),
                   [](const auto& a, const auto& b) { return a.received_at < b.received_at; });
}

bool is_gone(const std::error_code& code) {
  return code == std::errc::no_such_file_or_directory;
}

// First out of sight in one step, so that whoever still writes there finds nothing to write into, then removed. False
// where another one was quicker.
Result<bool> erase_folder(const std::filesystem::path& all, const std::filesystem::path& folder) {
  std::filesystem::path bin = all / kReplyErased;
  TRY_VOID(make_folder(bin));
  std::filesystem::path target = bin / folder.filename();
  std::error_code code;
  std::filesystem::rename(folder, target, code);
  if (is_gone(code)) return false;
  if (code) return tl::unexpected(system_error(code.value(), "cannot erase a reply"));
  TRY_VOID(sync_folder(folder.parent_path()));
  std::filesystem::remove_all(all / kReplyWork / folder.filename(), code);
  if (!code) std::filesystem::remove_all(target, code);
  if (code) return tl::unexpected(system_error(code.value(), "cannot erase a reply"));
  TRY_VOID(sync_folder(bin));
  return true;
}

// What an erasing that was interrupted left.
Result<void> empty_bin(const std::filesystem::path& all) {
  for (const std::filesystem::path& folder : TRY(folders_in(all / kReplyErased))) {
    std::error_code code;
    std::filesystem::remove_all(folder, code);
    if (code) return tl::unexpected(system_error(code.value(), "cannot erase a reply"));
  }
  return {};
}

// The replies below uploads and videos whose note `is_meant` holds of. Uploads first: one that arrives meanwhile is
// found in the second look.
template <typename IsMeant>
Result<int> erase_where(const std::filesystem::path& all, std::string_view message_id, IsMeant&& is_meant) {
  TRY_VOID(empty_bin(all));
  int erased = 0;
  for (const char* part : {kReplyUploads, kReplyVideos}) {
    std::filesystem::path of_message = all / part / reply_folder_name(message_id);
    for (const std::filesystem::path& folder : TRY(folders_in(of_message))) {
      if (!is_meant(folder)) continue;
      if (TRY(erase_folder(all, folder))) ++erased;
    }
    std::error_code code;
    std::filesystem::remove(of_message, code);  // where it is empty now; its name is a digest of the message's id
  }
  return erased;
}

}  // namespace

bool is_reply_id(std::string_view text) {
  auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == kIdDigits && std::all_of(text.begin(), text.end(), is_digit);
}

std::optional<std::string> reply_video_id(const Event& event) {
  if (event.kind != EventKind::Reply) return std::nullopt;
  nlohmann::json body = nlohmann::json::parse(event.body, nullptr, false);
  if (!body.is_object()) return std::nullopt;
  auto video = body.find("video");
  if (video == body.end() || !video->is_string()) return std::nullopt;
  auto id = video->get<std::string>();
  return is_reply_id(id) ? std::optional(id) : std::nullopt;
}

std::filesystem::path ReplyVideos::folder_of(std::string_view message_id) const {
  return folder_ / kReplyVideos / reply_folder_name(message_id);
}

std::filesystem::path ReplyVideos::folder_of(std::string_view message_id, std::string_view id) const {
  return folder_of(message_id) / id;
}

Result<ReplyVideo> ReplyVideos::look(std::string_view message_id, std::string_view id) const {
  if (!is_reply_id(id)) return unknown();
  auto video = read_reply(folder_of(message_id, id));
  if (!video && video.error().kind() == ErrorKind::NotFound) return unknown();
  return video;
}

Result<std::vector<ReplyVideo>> ReplyVideos::of_message(std::string_view message_id) const {
  std::vector<ReplyVideo> videos;
  for (const std::filesystem::path& folder : TRY(folders_in(folder_of(message_id)))) {
    if (!is_reply_id(folder.filename().string())) continue;
    auto video = read_reply(folder);
    if (!video && video.error().kind() == ErrorKind::NotFound) continue;  // erased just now
    if (!video) return tl::unexpected(video.error());
    videos.push_back(std::move(*video));
  }
  sort_by_arrival(videos);
  return videos;
}

Result<std::vector<ReplyVideo>> ReplyVideos::waiting() const {
  std::vector<ReplyVideo> videos;
  for (const std::filesystem::path& of_message : TRY(folders_in(folder_ / kReplyVideos))) {
    for (const std::filesystem::path& folder : TRY(folders_in(of_message))) {
      std::error_code gone;
      if (!is_reply_id(folder.filename().string()) || !std::filesystem::exists(folder / kReplyRaw, gone)) continue;
      auto video = read_reply(folder);
      if (!video && video.error().kind() == ErrorKind::NotFound) continue;  // erased just now
      if (!video) return tl::unexpected(video.error());
      if (video->state == ReplyVideoState::Waiting) videos.push_back(std::move(*video));
    }
  }
  sort_by_arrival(videos);
  return videos;
}

Result<MediaFile> ReplyVideos::find(std::string_view message_id, std::string_view id) const {
  ReplyVideo video = TRY(look(message_id, id));
  if (video.state != ReplyVideoState::Ready) return unknown();
  return open_media(folder_of(message_id, id) / kReplyVideo, "video/mp4", id);
}

Result<MediaFile> ReplyVideos::find_poster(std::string_view message_id, std::string_view id) const {
  ReplyVideo video = TRY(look(message_id, id));
  if (video.state != ReplyVideoState::Ready) return unknown();
  return open_media(folder_of(message_id, id) / kReplyPoster, "image/jpeg", id);
}

Result<int> ReplyVideos::erase(std::string_view message_id) const {
  return erase_where(folder_, message_id, [](const std::filesystem::path&) { return true; });
}

Result<int> ReplyVideos::erase(std::string_view message_id, int64_t link_id) const {
  return erase_where(folder_, message_id, [&](const std::filesystem::path& folder) {
    auto note = read_reply_note(folder);
    // One whose note is lost may be anybody's of this message: better one too many than one that stays.
    return !note || note->link_id == link_id;
  });
}

}  // namespace candid::track
