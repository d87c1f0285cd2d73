#pragma once
// A file that grows piece by piece. Whoever has it open has it alone, among the threads of all programs: others are
// told to come back instead of waiting, as waiting would take up the server's workers. Internal to track.
//
// Its length is the state: file systems write a longer length only after the bytes it covers, so after a power cut
// there may be fewer bytes than were said, never others.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "core/error.h"

namespace candid::track {

// Not thread-safe.
class PieceFile {
 public:
  // An empty file (0600) that only its owner may read.
  static Result<void> create(const std::filesystem::path& path);
  // Nothing where there is no such file. Io, and a retry helps, while somebody else has it open.
  static Result<std::optional<PieceFile>> open(const std::filesystem::path& path);
  PieceFile(PieceFile&& other) noexcept : file_(std::exchange(other.file_, -1)), size_(other.size_) {}
  PieceFile& operator=(PieceFile&&) = delete;
  ~PieceFile();

  uint64_t size() const { return size_; }
  // After an error nothing of the bytes is left.
  Result<void> append(std::span<const uint8_t> bytes);
  // The first bytes, at most 16.
  Result<std::string> beginning() const;
  // What there is survives a power cut when it returns.
  Result<void> sync() const;

 private:
  PieceFile(int file, uint64_t size) : file_(file), size_(size) {}

  int file_;
  uint64_t size_;
};

}  // namespace candid::track
