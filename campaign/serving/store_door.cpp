#include "campaign/serving/store_door.h"

#include <cerrno>

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "campaign/serving/partial_upload.h"
#include "core/encoding.h"
#include "core/files.h"
#include "core/log.h"
#include "track/held_file.h"

namespace candid::campaign {
namespace {

constexpr const char* kUploads = ".uploads";
constexpr auto kStaleAfter = std::chrono::days(7);
constexpr auto kCleaningInterval = std::chrono::hours(1);

bool has_hidden_part(std::string_view name) {
  return name.starts_with('.') || name.find("/.") != std::string_view::npos;
}

bool is_absent(const std::error_code& code) {
  return code == std::errc::no_such_file_or_directory || code == std::errc::not_a_directory;
}

// The folders on the way to an object, each durable in the one above it.
Result<void> make_folders(const std::filesystem::path& folder) {
  std::error_code code;
  if (std::filesystem::is_directory(folder, code) || folder == folder.parent_path()) return {};
  TRY_VOID(make_folders(folder.parent_path()));
  TRY_VOID(make_folder(folder));
  return sync_folder(folder.parent_path());
}

// A new version is a new file, as all are renamed into place: number and time tell it from the old one. A part's name
// says even more.
std::string etag_of(const struct stat& facts) {
  std::string version =
      fmt::format("{} {} {} {}", facts.st_ino, facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec);
  return to_hex(sha256(version)).substr(0, 32);
}

// Another user's folder may be shared on purpose, and stays as it is.
void make_private(const std::filesystem::path& folder) {
  if (::chmod(folder.c_str(), 0700) == 0) return;
  int code = errno;
  log::warning("campaign", system_error(code, fmt::format("cannot keep others out of {}", folder.string())).describe());
}

UtcTime written_at(const std::filesystem::path& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return UtcTime::max();
  return UtcTime(std::chrono::seconds(facts.st_mtim.tv_sec));
}

}  // namespace

uint64_t reserve_of_disk(uint64_t disk_bytes) {
  constexpr uint64_t kLeast = 512 << 20;
  return std::min(std::max(kLeast, disk_bytes / 50), disk_bytes / 8);
}

Result<std::unique_ptr<StoreDoor>> StoreDoor::open(upload::FolderStore& store, const Clock& clock, Reserve reserve) {
  std::filesystem::path uploads = TRY(store.path_of(kUploads));
  std::error_code code;
  bool is_first = !std::filesystem::exists(uploads, code);
  TRY_VOID(make_folders(uploads));
  if (is_first) make_private(uploads.parent_path());
  std::unique_ptr<StoreDoor> door(new StoreDoor(store, clock, std::move(uploads), reserve));
  door->remove_stale_uploads_in_passing();
  return door;
}

Result<std::filesystem::path> StoreDoor::path_of(std::string_view name) const {
  if (has_hidden_part(name)) {
    return fail(ErrorKind::InvalidInput, fmt::format("\"{}\": no part of an object's name begins with a dot", name));
  }
  return store_.path_of(name);
}

Result<std::filesystem::path> StoreDoor::place_for(const track::ObjectUpload& upload) const {
  std::filesystem::path path = TRY(path_of(upload.name));
  if (!upload::is_name_of_publishing(upload.name)) {
    return fail(ErrorKind::InvalidInput, fmt::format("\"{}\" is no name under which candid publishes", upload.name),
                "parts/ab/SHA256, recipes/NAME.json or videos/NAME.mp4; is the server's candid older than this one?");
  }
  if (upload::is_part_object(upload.name) && upload.name != upload::part_object(upload.sha256)) {
    return fail(ErrorKind::InvalidInput, fmt::format("\"{}\" is the name of other bytes", upload.name),
                "a part is named by its SHA-256");
  }
  std::error_code code;
  if (std::filesystem::is_directory(path, code)) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("\"{}\": objects lie below this name, so none has it", upload.name));
  }
  if (code == std::errc::not_a_directory) {
    return fail(ErrorKind::InvalidInput, fmt::format("\"{}\" lies below another object", upload.name));
  }
  return path;
}

std::filesystem::path StoreDoor::partial_of(const track::ObjectUpload& upload) const {
  Sha256Hasher key;
  key.update_field(upload.name);
  key.update_field(fmt::format("{}", upload.size));
  key.update_field(upload.sha256);
  return uploads_ / to_hex(key.finish());
}

// The file is opened before anything is told of it, and sent by its descriptor: one that is replaced meanwhile must not
// leave with the length and the etag of the one before.
Result<track::MediaFile> StoreDoor::find(std::string_view name) {
  std::filesystem::path path = TRY(path_of(name));
  auto held = track::HeldFile::open(path);
  if (!held && held.error().kind() == ErrorKind::NotFound)
    return fail(ErrorKind::NotFound, fmt::format("the store has no object \"{}\"", name));
  if (!held) return tl::unexpected(held.error().wrapped(fmt::format("cannot send {}", path.string())));
  track::MediaFile file;
  file.content_type = "application/octet-stream";
  file.etag = etag_of((*held)->facts());
  file.size = (*held)->size();
  file.extents = {(*held)->extent()};
  file.held = std::move(*held);
  return file;
}

Result<void> StoreDoor::remove(std::string_view name) {
  TRY_VOID(path_of(name));
  return store_.remove(name);
}

Result<bool> StoreDoor::is_whole(const track::ObjectUpload& upload) {
  std::filesystem::path path = TRY(place_for(upload));
  std::error_code code;
  uint64_t size = std::filesystem::file_size(path, code);
  if (code && is_absent(code)) return false;
  if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot look at {}", path.string())));
  if (size != upload.size) return false;
  auto digest = digests_.of(path);
  if (!digest && digest.error().kind() == ErrorKind::NotFound) return false;  // removed meanwhile
  if (!digest) return tl::unexpected(digest.error());
  return to_hex(*digest) == upload.sha256;
}

Result<void> StoreDoor::check_reserve(uint64_t bytes) const {
  struct statvfs disk {};
  if (::statvfs(uploads_.c_str(), &disk) != 0) {
    int code = errno;
    return tl::unexpected(system_error(code, fmt::format("cannot look at the disk of {}", uploads_.string())));
  }
  uint64_t free = uint64_t{disk.f_bavail} * disk.f_frsize;
  uint64_t reserve = reserve_(uint64_t{disk.f_blocks} * disk.f_frsize);
  if (free >= reserve && free - reserve >= bytes) return {};
  return fail(ErrorKind::NoSpace, fmt::format("the server's disk is full but for the {} bytes of its reserve", reserve),
              "make room there, or move its data folder to a larger disk");
}

Result<uint64_t> StoreDoor::received(const track::ObjectUpload& upload) {
  bool whole = TRY(is_whole(upload));
  if (whole) return upload.size;
  std::optional<PartialUpload> partial = TRY(PartialUpload::open(partial_of(upload)));
  if (!partial) {
    // Finished while we looked, most likely.
    bool finished = TRY(is_whole(upload));
    return finished ? upload.size : 0;
  }
  if (partial->size() < upload.size || upload.size == 0) return partial->size();
  // All bytes came, and then the power went, or the disk was full.
  TRY_VOID(finish(*partial, upload));
  return upload.size;
}

Result<uint64_t> StoreDoor::append(const track::ObjectUpload& upload, uint64_t offset, std::span<const uint8_t> bytes) {
  remove_stale_uploads_in_passing();
  TRY_VOID(place_for(upload));
  PartialUpload partial = TRY(PartialUpload::create(partial_of(upload)));
  if (partial.size() == 0) {
    // Asked under the lock, so that of two who send the same object the second finds the first one's.
    auto whole = is_whole(upload);
    if (!whole || *whole || offset != 0) TRY_VOID(partial.discard());
    if (!whole) return tl::unexpected(whole.error());
    if (*whole && offset == 0) return upload.size;
  }
  if (offset != partial.size()) {
    return fail(ErrorKind::Exists, fmt::format("the upload of \"{}\" has come to byte {}, and the piece begins at {}",
                                               upload.name, partial.size(), offset));
  }
  if (bytes.size() > upload.size - std::min(offset, upload.size)) {
    return fail(ErrorKind::InvalidInput, fmt::format("the piece ends behind the {} bytes of the object", upload.size));
  }
  auto room = bytes.empty() ? Result<void>() : check_reserve(bytes.size());
  auto added = room ? add(partial, upload, bytes) : room;
  if (!added && partial.size() == 0) TRY_VOID(partial.discard());
  if (!added) return tl::unexpected(added.error());
  if (partial.size() < upload.size) return partial.size();
  TRY_VOID(finish(partial, upload));
  return upload.size;
}

Result<void> StoreDoor::add(PartialUpload& partial, const track::ObjectUpload& upload, std::span<const uint8_t> bytes) {
  std::optional<Sha256Hasher> hasher;
  if (partial.size() == 0) {
    hasher.emplace();
  } else if (auto before = partial.identity()) {
    hasher = hashes_.take(*before);
  }
  TRY_VOID(partial.append(bytes));
  auto after = partial.identity();
  if (!hasher || !after) return {};  // the file will be read
  hasher->update(bytes);
  if (partial.size() == upload.size) {
    digests_.remember(*after, hasher->finish());
  } else {
    hashes_.keep(*after, std::move(*hasher));
  }
  return {};
}

Result<void> StoreDoor::finish(PartialUpload& partial, const track::ObjectUpload& upload) {
  std::filesystem::path target = TRY(place_for(upload));
  // Renamed it is the same file, so its digest stays known.
  Sha256 digest = TRY(digests_.of(partial.path()));
  if (partial.size() != upload.size || to_hex(digest) != upload.sha256) {
    TRY_VOID(partial.discard());
    Error damaged(ErrorKind::Corrupt, fmt::format("what came of \"{}\" is not what its digest says", upload.name),
                  "send it again from its beginning");
    return tl::unexpected(std::move(damaged).retry_may_help());
  }
  TRY_VOID(make_folders(target.parent_path()));
  return partial.become(target);
}

Result<int> StoreDoor::remove_stale_uploads() {
  std::vector<std::filesystem::path> files = TRY(files_below(uploads_));
  UtcTime oldest = clock_.now() - kStaleAfter;
  int removed = 0;
  for (const std::filesystem::path& path : files) {
    if (written_at(path) >= oldest) continue;
    // Under its lock: somebody may be adding to it right now, and then it is not stale any more.
    auto partial = PartialUpload::open(path);
    if (!partial && partial.error().retryable()) continue;
    if (!partial) return tl::unexpected(partial.error());
    if (!*partial || written_at(path) >= oldest) continue;
    TRY_VOID((*partial)->discard());
    ++removed;
  }
  return removed;
}

void StoreDoor::remove_stale_uploads_in_passing() {
  int64_t now = clock_.now().time_since_epoch().count();
  int64_t last = cleaned_at_ms_;
  int64_t interval = std::chrono::milliseconds(kCleaningInterval).count();
  if (now - last < interval || !cleaned_at_ms_.compare_exchange_strong(last, now)) return;
  auto removed = remove_stale_uploads();
  if (!removed) log::warning("campaign", removed.error().describe());
}

}  // namespace candid::campaign
