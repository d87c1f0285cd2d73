#include "track/replies/reply_uploads.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <sys/statvfs.h>

#include "core/encoding.h"
#include "core/files.h"
#include "core/log.h"
#include "core/random.h"
#include "core/text.h"
#include "track/replies/piece_file.h"
#include "track/replies/reply_videos.h"

namespace candid::track {
namespace {

constexpr size_t kIdBytes = 16;
constexpr int kTriesAgain = 5;
constexpr auto kCountedFor = std::chrono::minutes(1);
constexpr auto kCleaningInterval = std::chrono::hours(1);

// What a browser calls its recording ("video/webm;codecs=vp8,opus"), without its parameters.
Result<std::string> container_of(std::string_view type) {
  std::string container = to_lower(trim(type.substr(0, type.find(';'))));
  if (container == "video/webm" || container == "video/mp4") return container;
  return fail(ErrorKind::InvalidInput, fmt::format("\"{}\" is no type of video that is taken", shorten(container, 40)),
              "video/webm or video/mp4");
}

// EBML (RFC 8794 §11.2.1), or a file type box (ISO/IEC 14496-12 §4.3). What lies behind is judged where it is decoded.
bool begins_as(std::string_view container, std::string_view bytes) {
  if (container == "video/webm") return bytes.starts_with("\x1a\x45\xdf\xa3");
  return bytes.size() >= 8 && bytes.substr(4, 4) == "ftyp";
}

tl::unexpected<Error> no_such_upload() {
  return fail(ErrorKind::NotFound, "there is no such upload of a reply");
}

tl::unexpected<Error> begins_elsewhere(uint64_t size, uint64_t offset) {
  return fail(ErrorKind::Exists, fmt::format("the upload has come to byte {}, not {}", size, offset));
}

// When something was last added to an upload. Nothing where it is gone.
std::optional<UtcTime> touched_at(const std::filesystem::path& upload) {
  std::error_code code;
  auto time = std::filesystem::last_write_time(upload / kReplyRaw, code);
  if (code) time = std::filesystem::last_write_time(upload, code);  // one that broke off before its first byte
  if (code) return std::nullopt;
  auto touched = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::file_clock::to_sys(time));
  auto note = read_reply_note(upload);
  return note ? std::max(touched, note->begun_at) : touched;
}

bool is_of_link(const std::filesystem::path& folder, int64_t link_id) {
  auto note = read_reply_note(folder);
  return note && note->link_id == link_id;
}

}  // namespace

Result<std::unique_ptr<ReplyUploads>> ReplyUploads::open(std::filesystem::path folder, const ReplyLimits& limits,
                                                         const Clock& clock) {
  std::error_code code;
  bool is_new = !std::filesystem::exists(folder, code);
  TRY_VOID(make_folder(folder));
  if (is_new) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, code);
  if (is_new && code)
    return tl::unexpected(system_error(code.value(), fmt::format("cannot make {} private", folder.string())));
  TRY_VOID(make_folder(folder / kReplyUploads));
  TRY_VOID(make_folder(folder / kReplyVideos));
  TRY_VOID(sync_folder(folder));
  return std::unique_ptr<ReplyUploads>(new ReplyUploads(std::move(folder), limits, clock));
}

std::filesystem::path ReplyUploads::under_way(std::string_view message_id) const {
  return folder_ / kReplyUploads / reply_folder_name(message_id);
}

std::filesystem::path ReplyUploads::arrived(std::string_view message_id) const {
  return folder_ / kReplyVideos / reply_folder_name(message_id);
}

Result<std::string> ReplyUploads::begin(std::string_view message_id, int64_t link_id, std::string_view type,
                                        uint64_t size) {
  std::string container = TRY(container_of(type));
  if (size == 0 || size > limits_.video_bytes) {
    return fail(ErrorKind::InvalidInput, fmt::format("a reply has 1 to {} bytes, not {}", limits_.video_bytes, size));
  }
  // One after the other, so that two do not both take the last place.
  std::lock_guard lock(mutex_);
  remove_abandoned_in_passing();
  TRY_VOID(check_count(message_id, link_id));
  TRY_VOID(make_way(message_id, link_id));
  TRY_VOID(check_room(size));
  TRY_VOID(check_reserve(size));
  UtcTime now = clock_.now();
  std::string id = TRY(make_upload({std::string(message_id), link_id, container, size, now, now}));
  in_use_ += size;
  return id;
}

// Another thread or program may remove the message's folder, as it was empty, before this has put something into it.
Result<std::string> ReplyUploads::make_upload(const ReplyNote& note) const {
  std::string id = to_hex(random_bytes(kIdBytes));
  std::filesystem::path upload = under_way(note.message_id) / id;
  auto make = [&]() -> Result<void> {
    TRY_VOID(make_folder(upload));
    TRY_VOID(write_reply_note(upload, note));
    return PieceFile::create(upload / kReplyRaw);
  };
  auto made = make();
  for (int more = kTriesAgain; !made && made.error().kind() == ErrorKind::NotFound && more > 0; --more) made = make();
  if (!made) return tl::unexpected(made.error());
  return id;
}

Result<void> ReplyUploads::check_count(std::string_view message_id, int64_t link_id) const {
  auto folders = TRY(folders_in(arrived(message_id)));
  auto count = std::count_if(folders.begin(), folders.end(),
                             [&](const std::filesystem::path& folder) { return is_of_link(folder, link_id); });
  if (count < limits_.replies_of_link) return {};
  return fail(ErrorKind::OutOfReach, fmt::format("this link has its {} replies", count));
}

// A page that was reloaded has lost what it was sending.
Result<void> ReplyUploads::make_way(std::string_view message_id, int64_t link_id) {
  std::vector<std::filesystem::path> uploads = TRY(folders_in(under_way(message_id)));
  std::erase_if(uploads, [&](const std::filesystem::path& upload) { return !is_of_link(upload, link_id); });
  std::sort(uploads.begin(), uploads.end(), [](const auto& a, const auto& b) { return touched_at(a) < touched_at(b); });
  auto most = static_cast<size_t>(std::max(1, limits_.uploads_of_link)) - 1;
  for (size_t i = 0; i + most < uploads.size(); ++i) {
    auto note = read_reply_note(uploads[i]);
    std::error_code code;
    std::filesystem::remove_all(uploads[i], code);
    if (code) return tl::unexpected(system_error(code.value(), "cannot remove an abandoned upload"));
    // What it was promised is free again. To count everything anew would keep everybody waiting who begins meanwhile.
    if (note) in_use_ -= std::min(in_use_, note->size);
  }
  return {};
}

Result<uint64_t> ReplyUploads::bytes_in_use() const {
  uint64_t bytes = 0;
  for (const std::filesystem::path& file : TRY(files_below(folder_ / kReplyVideos))) {
    std::error_code gone;
    uint64_t size = std::filesystem::file_size(file, gone);
    if (!gone) bytes += size;
  }
  // Of uploads what they were promised.
  for (const std::filesystem::path& of_message : TRY(folders_in(folder_ / kReplyUploads))) {
    for (const std::filesystem::path& upload : TRY(folders_in(of_message))) {
      if (auto note = read_reply_note(upload)) bytes += note->size;
    }
  }
  return bytes;
}

// Counted again once a minute, as other programs erase.
Result<void> ReplyUploads::check_room(uint64_t size) {
  UtcTime now = clock_.now();
  if (!counted_at_ || now - *counted_at_ >= kCountedFor || now < *counted_at_) {
    in_use_ = TRY(bytes_in_use());
    counted_at_ = now;
  }
  if (in_use_ <= limits_.room && limits_.room - in_use_ >= size) return {};
  return fail(ErrorKind::NoSpace, fmt::format("the room for replies, {} bytes, is full", limits_.room),
              "candid serve --reply-room, or erase old campaigns");
}

Result<void> ReplyUploads::check_reserve(uint64_t bytes) const {
  if (limits_.reserve == nullptr) return {};
  struct statvfs disk {};
  if (::statvfs(folder_.c_str(), &disk) != 0) {
    int code = errno;
    return tl::unexpected(system_error(code, fmt::format("cannot look at the disk of {}", folder_.string())));
  }
  uint64_t free = uint64_t{disk.f_bavail} * disk.f_frsize;
  uint64_t reserve = limits_.reserve(uint64_t{disk.f_blocks} * disk.f_frsize);
  if (free >= reserve && free - reserve >= bytes) return {};
  return fail(ErrorKind::NoSpace, fmt::format("the disk of {} is full but for its reserve", folder_.string()),
              "make room there, or move the data folder to a larger disk");
}

Result<uint64_t> ReplyUploads::received(const Place& place) const {
  if (!is_reply_id(place.id)) return no_such_upload();
  for (const std::filesystem::path& folder : {under_way(place.message_id), arrived(place.message_id)}) {
    auto note = read_reply_note(folder / place.id);
    if (!note && note.error().kind() == ErrorKind::NotFound) continue;
    if (!note) return tl::unexpected(note.error());
    if (note->link_id != place.link_id) return no_such_upload();
    if (folder == arrived(place.message_id)) return note->size;
    std::error_code code;
    uint64_t size = std::filesystem::file_size(folder / place.id / kReplyRaw, code);
    if (!code) return size;  // else it has arrived meanwhile
  }
  return no_such_upload();
}

Result<uint64_t> ReplyUploads::append(const Place& place, uint64_t offset, std::span<const uint8_t> bytes) {
  if (!is_reply_id(place.id)) return no_such_upload();
  std::filesystem::path upload = under_way(place.message_id) / place.id;
  auto note = read_reply_note(upload);
  if (!note && note.error().kind() == ErrorKind::NotFound) {
    uint64_t size = TRY(received(place));  // a piece that is late: all of it is here
    return begins_elsewhere(size, offset);
  }
  if (!note) return tl::unexpected(note.error());
  if (note->link_id != place.link_id) return no_such_upload();
  std::optional<PieceFile> file = TRY(PieceFile::open(upload / kReplyRaw));
  if (!file) return no_such_upload();
  if (offset != file->size()) return begins_elsewhere(file->size(), offset);
  if (bytes.size() > note->size - std::min(offset, note->size)) {
    return fail(ErrorKind::InvalidInput, fmt::format("the piece ends behind the {} bytes announced", note->size));
  }
  TRY_VOID(check_reserve(bytes.size()));
  TRY_VOID(file->append(bytes));
  return file->size();
}

Result<void> ReplyUploads::finish(const Place& place) {
  uint64_t size = TRY(received(place));
  std::filesystem::path upload = under_way(place.message_id) / place.id;
  std::optional<PieceFile> file = TRY(PieceFile::open(upload / kReplyRaw));
  if (!file) {
    // Arrived already: the answer was lost. A name that was there a moment ago may also have been erased.
    return read_reply_note(arrived(place.message_id) / place.id).map([](const ReplyNote&) {});
  }
  ReplyNote note = TRY(read_reply_note(upload));
  if (file->size() != note.size) return begins_elsewhere(size, note.size);
  TRY_VOID(check_count(place.message_id, place.link_id));
  std::string beginning = TRY(file->beginning());
  if (!begins_as(note.type, beginning)) {
    std::error_code code;
    std::filesystem::remove_all(upload, code);
    return fail(ErrorKind::InvalidInput, fmt::format("what was sent does not begin as {}", note.type));
  }
  TRY_VOID(file->sync());
  TRY_VOID(arrive(upload, std::move(note)));
  std::lock_guard lock(telling_);
  if (tell_) tell_();
  return {};
}

Result<void> ReplyUploads::arrive(const std::filesystem::path& upload, ReplyNote note) {
  note.received_at = clock_.now();
  TRY_VOID(write_reply_note(upload, note));
  const std::filesystem::path target = arrived(note.message_id);
  std::error_code code = std::make_error_code(std::errc::no_such_file_or_directory);
  // The message's folder may be removed, as it was empty, before this has put something into it.
  for (int tries = 0; code == std::errc::no_such_file_or_directory && tries <= kTriesAgain; ++tries) {
    TRY_VOID(make_folder(target));
    std::filesystem::rename(upload, target / upload.filename(), code);
  }
  if (code == std::errc::no_such_file_or_directory) return no_such_upload();  // erased just now
  if (code) return tl::unexpected(system_error(code.value(), "cannot keep a reply"));
  TRY_VOID(sync_folder(target));
  return sync_folder(target.parent_path());
}

Result<int> ReplyUploads::remove_abandoned() {
  UtcTime oldest = clock_.now() - limits_.abandoned_after;
  int removed = 0;
  for (const std::filesystem::path& of_message : TRY(folders_in(folder_ / kReplyUploads))) {
    for (const std::filesystem::path& upload : TRY(folders_in(of_message))) {
      auto touched = touched_at(upload);
      if (!touched || *touched >= oldest) continue;
      // Under its lock: somebody may be adding to it right now, and then it is not abandoned any more.
      auto file = PieceFile::open(upload / kReplyRaw);
      if (!file && file.error().retryable()) continue;
      touched = touched_at(upload);
      if (!touched || *touched >= oldest) continue;
      std::error_code code;
      std::filesystem::remove_all(upload, code);
      if (code) return tl::unexpected(system_error(code.value(), "cannot remove an abandoned upload"));
      ++removed;
    }
    std::error_code code;
    std::filesystem::remove(of_message, code);  // where it is empty
  }
  return removed;
}

void ReplyUploads::remove_abandoned_in_passing() {
  UtcTime now = clock_.now();
  if (now - cleaned_at_ < kCleaningInterval && now >= cleaned_at_) return;
  cleaned_at_ = now;
  auto removed = remove_abandoned();
  if (!removed) log::warning("track", removed.error().describe());
  if (removed && *removed > 0) counted_at_.reset();
}

void ReplyUploads::on_arrival(std::function<void()> tell) {
  std::lock_guard lock(telling_);
  tell_ = std::move(tell);
}

}  // namespace candid::track
