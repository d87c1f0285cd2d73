#pragma once
// Frames that are needed again and again: in memory as far as a budget goes, in a scratch file beyond it.

#include <atomic>
#include <filesystem>
#include <optional>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "media/frame.h"

namespace candid::media {

// Bytes of pixels that all stores together may keep in memory. Thread-safe.
class MemoryBudget {
 public:
  explicit MemoryBudget(uint64_t bytes) : left_(static_cast<int64_t>(bytes)) {}
  // Takes the bytes off the budget, or says that they do not fit.
  bool take(int64_t bytes);
  void give_back(int64_t bytes) { left_ += bytes; }

 private:
  std::atomic<int64_t> left_;
};

// Filled by one thread, then read by any number.
class FrameStore {
 public:
  // Frames of one size; the scratch file, made when the first frame finds no room, lies in `folder`. `budget` must live
  // longer than the store.
  FrameStore(FrameSize size, MemoryBudget& budget, std::filesystem::path folder)
      : size_(size), budget_(budget), folder_(std::move(folder)) {}
  FrameStore(const FrameStore&) = delete;
  FrameStore& operator=(const FrameStore&) = delete;
  ~FrameStore();

  Result<void> add(Frame frame);
  int64_t count() const { return static_cast<int64_t>(slots_.size()); }
  int64_t spooled() const { return spooled_; }
  // The frame at `index`, 0 … count() - 1. Pixels may be shared: make_writable() before drawing.
  Result<Frame> at(int64_t index) const;

 private:
  FrameSize size_;
  MemoryBudget& budget_;
  std::filesystem::path folder_;
  std::vector<std::optional<Frame>> slots_;  // nothing: in the scratch file
  std::vector<uint64_t> offsets_;            // of each slot there
  std::optional<ScratchFile> scratch_;
  int64_t taken_ = 0;  // bytes of the budget
  int64_t spooled_ = 0;
};

}  // namespace candid::media
