#pragma once
// A file that is open until the last byte of an answer has left, as it may be replaced or erased meanwhile and must
// leave whole. Its reader may take minutes over it, so a process has a bounded number of these: the places of
// connections are counted without them (web/open_files.h).

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

#include <sys/stat.h>

#include "core/error.h"
#include "track/media_library.h"

namespace candid::track {

// In a process at once. Only who is signed in gets such answers: videos of replies, and objects through the API.
constexpr size_t kMostHeldFiles = 256;

// Any thread.
class HeldFile {
 public:
  // `flags` of open(2) beside those for reading. NotFound for what is no regular file; retryable where too many are
  // held. Errors do not name the path, which may tell of somebody.
  static Result<std::shared_ptr<HeldFile>> open(const std::filesystem::path& path, int flags = 0);
  ~HeldFile();
  HeldFile(const HeldFile&) = delete;
  HeldFile& operator=(const HeldFile&) = delete;

  // As it was opened.
  const struct stat& facts() const { return facts_; }
  uint64_t size() const { return static_cast<uint64_t>(facts_.st_size); }
  // All of it, whatever its name stands for by now; readable while this lives.
  Extent extent() const;

 private:
  HeldFile() = default;

  int descriptor_ = -1;
  struct stat facts_ {};
};

}  // namespace candid::track
