#include "campaign/serving/partial_upload.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/files.h"

namespace candid::campaign {
namespace {

Error partial_failed(std::string_view doing, const std::filesystem::path& path) {
  int code = errno;
  return system_error(code, fmt::format("cannot {} {}", doing, path.string()));
}

Result<void> take_lock(int file, const std::filesystem::path& path) {
  while (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return tl::unexpected(
          Error(ErrorKind::Io, "another request is adding to this upload", "ask again in a second").retry_may_help());
    }
    if (errno != EINTR) return tl::unexpected(partial_failed("lock", path));
  }
  return {};
}

// False when the file under this name is another one by now: whoever had it open finished or removed it.
bool is_still_there(const struct stat& facts, const std::filesystem::path& path) {
  struct stat now {};
  return ::stat(path.c_str(), &now) == 0 && now.st_dev == facts.st_dev && now.st_ino == facts.st_ino;
}

}  // namespace

Result<std::optional<PartialUpload>> PartialUpload::open_locked(const std::filesystem::path& path, int flags) {
  while (true) {
    int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
    if (file < 0 && errno == ENOENT && (flags & O_CREAT) == 0) return std::optional<PartialUpload>();
    if (file < 0) return tl::unexpected(partial_failed("open", path));
    PartialUpload partial(path, file, 0);
    TRY_VOID(take_lock(file, path));
    struct stat facts {};
    if (::fstat(file, &facts) != 0) return tl::unexpected(partial_failed("look at", path));
    if (!is_still_there(facts, path)) continue;
    partial.size_ = static_cast<uint64_t>(facts.st_size);
    return std::optional<PartialUpload>(std::move(partial));
  }
}

Result<PartialUpload> PartialUpload::create(const std::filesystem::path& path) {
  std::optional<PartialUpload> partial = TRY(open_locked(path, O_CREAT));
  return std::move(*partial);
}

Result<std::optional<PartialUpload>> PartialUpload::open(const std::filesystem::path& path) {
  return open_locked(path, 0);
}

PartialUpload::PartialUpload(PartialUpload&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)), size_(other.size_) {}

PartialUpload::~PartialUpload() {
  if (file_ >= 0) ::close(file_);
}

Result<void> PartialUpload::append(std::span<const uint8_t> bytes) {
  uint64_t end = size_;
  Result<void> written;
  while (!bytes.empty() && written) {
    ssize_t count = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(end));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      written = tl::unexpected(partial_failed("write", path_));
    } else {
      end += static_cast<uint64_t>(count);
      bytes = bytes.subspan(static_cast<size_t>(count));
    }
  }
  if (written && ::fdatasync(file_) != 0) written = tl::unexpected(partial_failed("sync", path_));
  if (written && size_ == 0) written = sync_folder(path_.parent_path());
  if (!written) {
    // Should even that fail, the digest of the whole finds the bytes that are too many.
    if (::ftruncate(file_, static_cast<off_t>(size_)) != 0) return written;
    return written;
  }
  size_ = end;
  return {};
}

Result<void> PartialUpload::become(const std::filesystem::path& target) {
  if (::fsync(file_) != 0) return tl::unexpected(partial_failed("sync", path_));
  if (::rename(path_.c_str(), target.c_str()) != 0) return tl::unexpected(partial_failed("write", target));
  return sync_folder(target.parent_path());
}

Result<void> PartialUpload::discard() {
  return remove_file(path_);
}

}  // namespace candid::campaign
