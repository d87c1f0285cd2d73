#include "track/replies/piece_file.h"

#include <cerrno>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"

namespace candid::track {
namespace {

constexpr size_t kBeginning = 16;
// Written out this often, so that the last sync finds little left to wait for.
constexpr uint64_t kWriteOutBytes = 4 << 20;

tl::unexpected<Error> failure(int code, const char* doing) {
  return tl::unexpected(system_error(code, doing));
}

}  // namespace

Result<void> PieceFile::create(const std::filesystem::path& path) {
  int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return failure(errno, "cannot make the file of a reply");
  ::close(file);
  return {};
}

Result<std::optional<PieceFile>> PieceFile::open(const std::filesystem::path& path) {
  int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  int code = errno;
  if (descriptor < 0 && (code == ENOENT || code == ENOTDIR)) return std::optional<PieceFile>();
  if (descriptor < 0) return failure(code, "cannot open the file of a reply");
  PieceFile file(descriptor, 0);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    code = errno;
    if (code != EWOULDBLOCK) return failure(code, "cannot lock the file of a reply");
    return tl::unexpected(Error(ErrorKind::Io, "another piece of the same reply is being written").retry_may_help());
  }
  struct stat facts {};
  if (::fstat(descriptor, &facts) != 0) return failure(errno, "cannot look at the file of a reply");
  file.size_ = static_cast<uint64_t>(facts.st_size);
  return std::optional<PieceFile>(std::move(file));
}

PieceFile::~PieceFile() {
  if (file_ >= 0) ::close(file_);
}

Result<void> PieceFile::append(std::span<const uint8_t> bytes) {
  const uint64_t before = size_;
  while (!bytes.empty()) {
    ssize_t written = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      int code = written < 0 ? errno : EIO;
      if (::ftruncate(file_, static_cast<off_t>(before)) != 0)
        log::error("track", "a piece of a reply that was not written whole cannot be taken back");
      size_ = before;
      return failure(code, "cannot write a piece of a reply");
    }
    bytes = bytes.subspan(static_cast<size_t>(written));
    size_ += static_cast<uint64_t>(written);
  }
  if (before / kWriteOutBytes != size_ / kWriteOutBytes) return sync();
  return {};
}

Result<std::string> PieceFile::beginning() const {
  std::string bytes(kBeginning, '\0');
  ssize_t count = ::pread(file_, bytes.data(), bytes.size(), 0);
  if (count < 0) return failure(errno, "cannot read the file of a reply");
  bytes.resize(static_cast<size_t>(count));
  return bytes;
}

Result<void> PieceFile::sync() const {
  if (::fsync(file_) != 0) return failure(errno, "cannot write a reply to the disk");
  return {};
}

}  // namespace candid::track
