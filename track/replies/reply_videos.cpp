#include "track/replies/reply_videos.h"

#include <algorithm>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "core/files.h"
#include "core/log.h"
#include "track/held_file.h"
#include "track/replies/reply_files.h"

namespace candid::track {
namespace {

constexpr size_t kIdDigits = 32;
constexpr uint64_t kLongestResult = 4096;

tl::unexpected<Error> unknown() {
  return fail(ErrorKind::NotFound, "there is no such reply to this message");
}

// Read by its descriptor while it is sent: one that is erased meanwhile leaves whole, and no other file with its
// length.
Result<MediaFile> open_media(const std::filesystem::path& path, const char* type, std::string_view id) {
  auto held = HeldFile::open(path, O_NOFOLLOW);
  if (!held && held.error().kind() == ErrorKind::NotFound) return unknown();
  if (!held) return tl::unexpected(held.error());
  MediaFile media;
  media.content_type = type;
  media.size = (*held)->size();
  // Made once, and never changed but where it is transcoded anew.
  media.etag = fmt::format("{}-{}-{}", id, media.size, (*held)->facts().st_mtim.tv_nsec);
  media.extents = {(*held)->extent()};
  media.held = std::move(*held);
  return media;
}

// Without what the error quotes, which may be out of the file.
void tell_damage(std::string_view id, std::string_view file, const Error& error) {
  log::warning("track", fmt::format("{} of reply {} cannot be read ({})", file, id, to_string(error.kind())));
}

UtcTime changed_at(const std::filesystem::path& folder) {
  std::error_code code;
  auto time = std::filesystem::last_write_time(folder, code);
  if (code) return {};
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::file_clock::to_sys(time));
}

bool is_there(const std::filesystem::path& file) {
  std::error_code code;
  return std::filesystem::exists(file, code);
}

Result<ReplyResult> read_result(const std::filesystem::path& folder) {
  std::string text = TRY(read_text_file(folder / kReplyResult, kLongestResult));
  return parse_reply_result(text);
}

void read_state(ReplyVideo& video, const std::filesystem::path& folder) {
  auto result = read_result(folder);
  if (result) {
    video.state = ReplyVideoState::Ready;
    video.duration = result->duration;
    video.width = result->width;
    video.height = result->height;
  } else if (result.error().kind() == ErrorKind::NotFound) {
    video.state = is_there(folder / kReplyFailure) ? ReplyVideoState::Failed : ReplyVideoState::Waiting;
  } else {
    tell_damage(video.id, kReplyResult, result.error());
    video.state = is_there(folder / kReplyRaw) ? ReplyVideoState::Waiting : ReplyVideoState::Failed;
  }
}

// NotFound alone, for one that is erased just now. One whose note cannot be read is Failed, with what is known without
// it: whatever a disk did to it, it hides no other reply, and is counted and erased as they are.
Result<ReplyVideo> read_reply(const std::filesystem::path& folder, std::string_view message_id) {
  ReplyVideo video;
  video.id = folder.filename().string();
  auto note = read_reply_note(folder);
  if (!note && note.error().kind() == ErrorKind::NotFound) return tl::unexpected(note.error());
  if (!note) {
    tell_damage(video.id, kReplyNote, note.error());
    video.message_id = message_id;
    video.received_at = changed_at(folder);
    video.state = ReplyVideoState::Failed;
    return video;
  }
  video.message_id = note->message_id;
  video.link_id = note->link_id;
  video.received_at = note->received_at;
  video.sent_bytes = note->size;
  read_state(video, folder);
  return video;
}

// Its names: folders are made and removed in it.
std::string mark_of(const std::filesystem::path& folder) {
  struct stat facts {};
  if (::stat(folder.c_str(), &facts) != 0) return "-";
  return fmt::format("{}.{}.{}", facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec, facts.st_nlink);
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
  auto video = read_reply(folder_of(message_id, id), message_id);
  if (!video && video.error().kind() == ErrorKind::NotFound) return unknown();
  return video;
}

Result<std::vector<ReplyVideo>> ReplyVideos::of_message(std::string_view message_id) const {
  std::vector<ReplyVideo> videos;
  for (const std::filesystem::path& folder : TRY(folders_in(folder_of(message_id)))) {
    if (!is_reply_id(folder.filename().string())) continue;
    auto video = read_reply(folder, message_id);
    if (video) videos.push_back(std::move(*video));  // else it was erased just now
  }
  sort_by_arrival(videos);
  return videos;
}

Result<std::vector<ReplyVideo>> ReplyVideos::waiting() const {
  std::vector<ReplyVideo> videos;
  for (const std::filesystem::path& of_message : TRY(folders_in(folder_ / kReplyVideos))) {
    auto folders = folders_in(of_message);
    if (!folders) log::warning("track", folders.error().describe());  // the path is of digests
    if (!folders) continue;
    for (const std::filesystem::path& folder : *folders) {
      if (!is_reply_id(folder.filename().string()) || !is_there(folder / kReplyRaw)) continue;
      auto video = read_reply(folder, {});
      if (video && video->state == ReplyVideoState::Waiting) videos.push_back(std::move(*video));
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

std::string ReplyVideos::change_mark() const {
  return fmt::format("{} {} {}", mark_of(folder_ / kReplyVideos), mark_of(folder_ / kReplyWork),
                     mark_of(folder_ / kReplyErased));
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
