#pragma once
// Files that are never half-written: temporary name, flush, fsync, rename, fsync of the folder. Paths and fsync live
// here alone (Windows and macOS differ in this one file).

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace candid {

enum class FileMode { Shared, Private };  // 0644, 0600
// That of a file that is to be written anew: Private where only its owner may read it, or where there is none.
FileMode file_mode(const std::filesystem::path& path);

// Regular files only: a pipe or a device is InvalidInput.
Result<std::vector<uint8_t>> read_file(const std::filesystem::path& path, uint64_t max_bytes = UINT64_MAX);
Result<std::string> read_text_file(const std::filesystem::path& path, uint64_t max_bytes = 16 << 20);

Result<void> write_file(const std::filesystem::path& path, std::span<const uint8_t> bytes,
                        FileMode mode = FileMode::Shared);
Result<void> write_file(const std::filesystem::path& path, std::string_view text, FileMode mode = FileMode::Shared);

// For what can be made again at any time (proof pictures): appears whole, but a power cut may take it.
Result<void> write_scratch_file(const std::filesystem::path& path, std::span<const uint8_t> bytes);

// Returns when what another writer put there survives a power cut.
Result<void> sync_file(const std::filesystem::path& path);
// The same for the names in a folder: a file that was made or renamed there.
Result<void> sync_folder(const std::filesystem::path& folder);

// Missing parents too; fine when it exists.
Result<void> make_folder(const std::filesystem::path& path);

// A file that appears under its name only when committed. Destroyed without commit, it leaves nothing behind.
// Not thread-safe.
class FileWriter {
 public:
  // Replaces an existing file on commit.
  static Result<FileWriter> create(std::filesystem::path path, FileMode mode = FileMode::Shared);
  FileWriter(FileWriter&& other) noexcept;
  FileWriter& operator=(FileWriter&& other) noexcept;
  ~FileWriter();

  Result<void> write(std::span<const uint8_t> bytes);
  Result<void> write(std::string_view text);
  // Copies `length` bytes of `source` from `offset`, in the kernel where it can. Fails if they are not all there.
  Result<void> copy_from(const std::filesystem::path& source, uint64_t offset, uint64_t length);
  uint64_t size() const { return size_; }
  // The name it is written under until then; other programs (a muxer) may write it too.
  const std::filesystem::path& temporary_path() const { return temporary_; }
  enum class Durability { SurvivesPowerCut, ThisSession };
  Result<void> commit(Durability durability = Durability::SurvivesPowerCut);

 private:
  FileWriter(std::filesystem::path path, std::filesystem::path temporary, int file)
      : path_(std::move(path)), temporary_(std::move(temporary)), file_(file) {}
  void abandon();

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int file_ = -1;
  uint64_t size_ = 0;
};

// The regular files in `folder` and below it; links that lie there are neither followed nor listed. None where there is
// no such folder.
Result<std::vector<std::filesystem::path>> files_below(const std::filesystem::path& folder);

Result<void> remove_file(const std::filesystem::path& path);  // fine when there is none

// Removes what FileWriters of a process that died left in `folder` and below it. Only where no other process writes.
Result<void> remove_abandoned_files(const std::filesystem::path& folder);

// A private folder that is removed, with all it holds, when this goes.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> create(std::string_view prefix = "candid-");
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

// A file without a name, for more bytes than memory should hold: it is gone when this goes, or when the process dies.
// append() from one thread at a time; read() from any, of what was appended before.
class ScratchFile {
 public:
  // On the file system of `folder`.
  static Result<ScratchFile> create(const std::filesystem::path& folder);
  ScratchFile(ScratchFile&& other) noexcept
      : folder_(std::move(other.folder_)), file_(std::exchange(other.file_, -1)), size_(other.size_) {}
  ScratchFile& operator=(ScratchFile&&) = delete;
  ~ScratchFile();

  Result<void> append(std::span<const uint8_t> bytes);
  // Fills `bytes` from `offset`; Corrupt when the file does not hold as many.
  Result<void> read(uint64_t offset, std::span<uint8_t> bytes) const;
  uint64_t size() const { return size_; }

 private:
  ScratchFile(std::filesystem::path folder, int file) : folder_(std::move(folder)), file_(file) {}
  std::filesystem::path folder_;
  int file_;
  uint64_t size_ = 0;
};

// An exclusive lock on a file, held by this process until destroyed; the kernel frees it when a process dies.
class FileLock {
 public:
  // Fails with ErrorKind::Exists when another process (or another lock here) holds it.
  static Result<FileLock> try_acquire(const std::filesystem::path& path);
  FileLock(FileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int file) : file_(file) {}
  int file_;
};

// $XDG_DATA_HOME/candid, else ~/.local/share/candid; $CANDID_DATA beats both.
std::filesystem::path default_data_folder();
// What a program remembers from run to run, and nobody misses when it is gone: $XDG_STATE_HOME/candid where that is an
// absolute path, else ~/.local/state/candid (XDG Base Directory Specification 0.8).
std::filesystem::path default_state_folder();

}  // namespace candid
