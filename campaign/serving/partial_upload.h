#pragma once
// The bytes of one upload so far, in a file that grows piece by piece and becomes the object in the end.
//
// Its length is the state: file systems write a longer length only after the bytes it covers, and the SHA-256 of the
// whole finds what a broken disk makes of that. Whoever has it open has it alone, among the threads of all programs:
// others are told to come back instead of waiting, as waiting would take up the server's workers.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include "campaign/serving/open_file.h"
#include "core/error.h"

namespace candid::campaign {

// Not thread-safe.
class PartialUpload {
 public:
  // Makes the file where it is missing. Io, and a retry helps, while somebody else has it open.
  static Result<PartialUpload> create(const std::filesystem::path& path);
  // The same, and nothing where there is no such file.
  static Result<std::optional<PartialUpload>> open(const std::filesystem::path& path);
  PartialUpload(PartialUpload&& other) noexcept;
  PartialUpload& operator=(PartialUpload&&) = delete;
  ~PartialUpload();

  const std::filesystem::path& path() const { return path_; }
  uint64_t size() const { return size_; }
  Result<FileIdentity> identity() const { return identity_of(file_); }
  // The bytes are on the disk when it returns; after an error nothing of them is left.
  Result<void> append(std::span<const uint8_t> bytes);
  // Becomes the file `target`, whose folder exists, in place of what was there. Call nothing after it.
  Result<void> become(const std::filesystem::path& target);
  // Removes it. Call nothing after it.
  Result<void> discard();

 private:
  PartialUpload(std::filesystem::path path, int file, uint64_t size)
      : path_(std::move(path)), file_(file), size_(size) {}
  static Result<std::optional<PartialUpload>> open_locked(const std::filesystem::path& path, int flags);

  std::filesystem::path path_;
  int file_;
  uint64_t size_;
};

}  // namespace candid::campaign
