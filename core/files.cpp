#include "core/files.h"

#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/encoding.h"
#include "core/random.h"

namespace candid {
namespace {

tl::unexpected<Error> failed(std::string_view doing, const std::filesystem::path& path) {
  int code = errno;
  return tl::unexpected(system_error(code, fmt::format("cannot {} {}", doing, path.string())));
}

Result<void> write_all(int file, std::span<const uint8_t> bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    ssize_t wrote = ::write(file, bytes.data(), bytes.size());
    if (wrote < 0) {
      if (errno == EINTR) continue;
      return failed("write", path);
    }
    bytes = bytes.subspan(static_cast<size_t>(wrote));
  }
  return {};
}

std::span<const uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

FileMode file_mode(const std::filesystem::path& path) {
  struct stat status {};
  bool others_may_read = ::stat(path.c_str(), &status) == 0 && (status.st_mode & 0044) != 0;
  return others_may_read ? FileMode::Shared : FileMode::Private;
}

Result<std::vector<uint8_t>> read_file(const std::filesystem::path& path, uint64_t max_bytes) {
  // Without waiting: a pipe that nobody writes must not hold us.
  int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return failed("read", path);
  struct stat facts {};
  if (::fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    ::close(file);
    return fail(ErrorKind::InvalidInput, fmt::format("{} is not a regular file", path.string()));
  }
  std::vector<uint8_t> bytes;
  std::array<uint8_t, 1 << 16> buffer{};
  ssize_t got = 0;
  while ((got = ::read(file, buffer.data(), buffer.size())) > 0) {
    if (bytes.size() + static_cast<size_t>(got) > max_bytes) {
      ::close(file);
      return fail(ErrorKind::InvalidInput, fmt::format("{} is larger than {} bytes", path.string(), max_bytes));
    }
    bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + got);
  }
  int code = errno;
  ::close(file);
  errno = code;
  if (got < 0) return failed("read", path);
  return bytes;
}

Result<std::string> read_text_file(const std::filesystem::path& path, uint64_t max_bytes) {
  auto bytes = TRY(read_file(path, max_bytes));
  return std::string(bytes.begin(), bytes.end());
}

Result<void> write_file(const std::filesystem::path& path, std::span<const uint8_t> bytes, FileMode mode) {
  auto writer = TRY(FileWriter::create(path, mode));
  TRY_VOID(writer.write(bytes));
  return writer.commit();
}

Result<void> write_file(const std::filesystem::path& path, std::string_view text, FileMode mode) {
  return write_file(path, as_bytes(text), mode);
}

Result<void> write_scratch_file(const std::filesystem::path& path, std::span<const uint8_t> bytes) {
  auto writer = TRY(FileWriter::create(path));
  TRY_VOID(writer.write(bytes));
  return writer.commit(FileWriter::Durability::ThisSession);
}

Result<void> sync_file(const std::filesystem::path& path) {
  int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed("open", path);
  bool synced = ::fsync(file) == 0;
  auto error = synced ? Result<void>() : Result<void>(failed("sync", path));
  ::close(file);
  return error;
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  int file = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return failed("open folder", folder);
  int status = ::fsync(file);
  int code = errno;
  ::close(file);
  // Some network file systems cannot sync a folder and say EINVAL.
  if (status != 0 && code != EINVAL) {
    errno = code;
    return failed("sync folder", folder);
  }
  return {};
}

Result<void> make_folder(const std::filesystem::path& path) {
  std::error_code code;
  std::filesystem::create_directories(path, code);
  if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot make folder {}", path.string())));
  return {};
}

Result<std::vector<std::filesystem::path>> files_below(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code code;
  std::filesystem::recursive_directory_iterator entries(folder, code);
  // What goes while we look, as another program's temporary files do, is no failure.
  for (std::error_code gone; !code && entries != std::filesystem::end(entries); entries.increment(code)) {
    if (std::filesystem::is_regular_file(entries->symlink_status(gone))) files.push_back(entries->path());
  }
  if (!code || code == std::errc::no_such_file_or_directory) return files;
  return tl::unexpected(system_error(code.value(), fmt::format("cannot list {}", folder.string())));
}

Result<void> remove_file(const std::filesystem::path& path) {
  std::error_code code;
  std::filesystem::remove(path, code);
  if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot remove {}", path.string())));
  return {};
}

namespace {

constexpr size_t kRandomDigits = 12;

// ".NAME.0123456789ab.part": beside the target, as a rename must not cross file systems; the random part keeps two
// processes apart.
std::filesystem::path temporary_name(const std::filesystem::path& path) {
  return path.parent_path() /
         fmt::format(".{}.{}.part", path.filename().string().substr(0, 200), to_hex(random_bytes(kRandomDigits / 2)));
}

bool is_temporary_name(std::string_view name) {
  constexpr std::string_view kEnd = ".part";
  if (name.size() < 3 + kRandomDigits + kEnd.size() || !name.starts_with('.') || !name.ends_with(kEnd)) return false;
  name.remove_suffix(kEnd.size());
  std::string_view digits = name.substr(name.size() - kRandomDigits);
  return name[name.size() - kRandomDigits - 1] == '.' &&
         digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

Result<void> remove_abandoned_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files = TRY(files_below(folder));
  for (const std::filesystem::path& path : files) {
    if (is_temporary_name(path.filename().string())) TRY_VOID(remove_file(path));
  }
  return {};
}

Result<FileWriter> FileWriter::create(std::filesystem::path path, FileMode mode) {
  std::filesystem::path temporary = temporary_name(path);
  int file =
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode == FileMode::Private ? 0600 : 0644);
  if (file < 0) return failed("create", path);
  return FileWriter(std::move(path), std::move(temporary), file);
}

FileWriter::FileWriter(FileWriter&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      file_(std::exchange(other.file_, -1)),
      size_(other.size_) {}

FileWriter& FileWriter::operator=(FileWriter&& other) noexcept {
  if (this != &other) {
    abandon();
    path_ = std::move(other.path_);
    temporary_ = std::move(other.temporary_);
    file_ = std::exchange(other.file_, -1);
    size_ = other.size_;
  }
  return *this;
}

FileWriter::~FileWriter() {
  abandon();
}

void FileWriter::abandon() {
  if (file_ < 0) return;
  ::close(std::exchange(file_, -1));
  ::unlink(temporary_.c_str());
}

Result<void> FileWriter::write(std::span<const uint8_t> bytes) {
  TRY_VOID(write_all(file_, bytes, path_));
  size_ += bytes.size();
  return {};
}

Result<void> FileWriter::write(std::string_view text) {
  return write(as_bytes(text));
}

Result<void> FileWriter::copy_from(const std::filesystem::path& source, uint64_t offset, uint64_t length) {
  int from = ::open(source.c_str(), O_RDONLY | O_CLOEXEC);
  if (from < 0) return failed("read", source);
  auto position = static_cast<off_t>(offset);
  std::vector<uint8_t> buffer;
  Result<void> result;
  while (length > 0 && result) {
    ssize_t got = ::copy_file_range(from, &position, file_, nullptr, length, 0);
    if (got < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)) {
      // Not between these file systems: by hand.
      buffer.resize(std::min<uint64_t>(length, 1 << 20));
      got = ::pread(from, buffer.data(), buffer.size(), position);
      if (got > 0) {
        result = write_all(file_, {buffer.data(), static_cast<size_t>(got)}, path_);
        position += got;
      }
    }
    if (got < 0) {
      result = failed("copy", source);
    } else if (got == 0) {
      result = fail(ErrorKind::Corrupt, fmt::format("{} is {} bytes too short", source.string(), length));
    } else {
      length -= static_cast<uint64_t>(got);
      size_ += static_cast<uint64_t>(got);
    }
  }
  ::close(from);
  return result;
}

Result<void> FileWriter::commit(Durability durability) {
  if (durability == Durability::SurvivesPowerCut && ::fsync(file_) != 0) return failed("sync", path_);
  if (::close(std::exchange(file_, -1)) != 0) {
    auto error = failed("close", path_);
    ::unlink(temporary_.c_str());
    return error;
  }
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    auto error = failed("write", path_);
    ::unlink(temporary_.c_str());
    return error;
  }
  if (durability == Durability::ThisSession) return {};
  return sync_folder(path_.parent_path());
}

Result<TemporaryFolder> TemporaryFolder::create(std::string_view prefix) {
  std::error_code code;
  std::filesystem::path base = std::filesystem::temp_directory_path(code);
  if (code) return tl::unexpected(system_error(code.value(), "cannot find the folder for temporary files"));
  std::string pattern = (base / fmt::format("{}XXXXXX", prefix)).string();
  if (::mkdtemp(pattern.data()) == nullptr) return failed("make a temporary folder in", base);
  return TemporaryFolder(pattern);
}

TemporaryFolder::~TemporaryFolder() {
  if (path_.empty()) return;
  std::error_code ignored;  // a destructor has no one to tell
  std::filesystem::remove_all(path_, ignored);
}

Result<ScratchFile> ScratchFile::create(const std::filesystem::path& folder) {
  // Unlinked at once, rather than O_TMPFILE: some file systems do not have the latter.
  std::filesystem::path name = temporary_name(folder / "scratch");
  int file = ::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return failed("make a scratch file in", folder);
  ::unlink(name.c_str());
  return ScratchFile(folder, file);
}

ScratchFile::~ScratchFile() {
  if (file_ >= 0) ::close(file_);
}

Result<void> ScratchFile::append(std::span<const uint8_t> bytes) {
  TRY_VOID(write_all(file_, bytes, folder_ / "(scratch)"));
  size_ += bytes.size();
  return {};
}

Result<void> ScratchFile::read(uint64_t offset, std::span<uint8_t> bytes) const {
  while (!bytes.empty()) {
    ssize_t got = ::pread(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read the scratch file in", folder_);
    if (got == 0) return fail(ErrorKind::Corrupt, fmt::format("the scratch file in {} is too short", folder_.string()));
    bytes = bytes.subspan(static_cast<size_t>(got));
    offset += static_cast<uint64_t>(got);
  }
  return {};
}

Result<FileLock> FileLock::try_acquire(const std::filesystem::path& path) {
  int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return failed("open", path);
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    int code = errno;
    ::close(file);
    if (code == EWOULDBLOCK)
      return fail(ErrorKind::Exists, fmt::format("{} is held by another program", path.string()));
    errno = code;
    return failed("lock", path);
  }
  return FileLock(file);
}

FileLock::~FileLock() {
  if (file_ >= 0) ::close(file_);
}

namespace {

// Empty where it is not set.
std::filesystem::path path_from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::filesystem::path default_data_folder() {
  if (auto data = path_from_environment("CANDID_DATA"); !data.empty()) return data;
  if (auto data = path_from_environment("XDG_DATA_HOME"); !data.empty()) return data / "candid";
  if (auto home = path_from_environment("HOME"); !home.empty()) return home / ".local/share/candid";
  return "candid-data";
}

std::filesystem::path default_state_folder() {
  if (auto state = path_from_environment("XDG_STATE_HOME"); state.is_absolute()) return state / "candid";
  if (auto home = path_from_environment("HOME"); !home.empty()) return home / ".local/state/candid";
  return "candid-state";
}

}  // namespace candid
