#pragma once
// Where what is held of people lies while it is put together. Unlike the system's folder for temporary files it is
// known to the next program, which removes what one that was killed left there.

#include <filesystem>
#include <utility>

#include "core/error.h"
#include "core/files.h"

namespace candid::campaign {

// A private folder that is removed, with all it holds, when this goes.
class WorkFolder {
 public:
  // Below `home` (made where it is missing, mode 0700), where all that other such folders left is removed first. Exists
  // while another program works there.
  static Result<WorkFolder> create(const std::filesystem::path& home);
  WorkFolder(WorkFolder&& other) noexcept : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}
  WorkFolder& operator=(WorkFolder&&) = delete;
  ~WorkFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  WorkFolder(std::filesystem::path path, FileLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  std::filesystem::path path_;
  FileLock lock_;
};

}  // namespace candid::campaign
