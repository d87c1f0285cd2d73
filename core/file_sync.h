#pragma once
// Brings what is written to a file over to the disk from time to time, so that a power cut costs no more than that
// time, and the writer never waits for a slow disk.

#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>

#include "core/error.h"

namespace candid {

// From a thread of its own, until destroyed. The file may still be growing, under any writer.
class FileSync {
 public:
  static Result<std::unique_ptr<FileSync>> start(const std::filesystem::path& path, std::chrono::milliseconds interval);
  ~FileSync();

  // The first failure so far: bytes that the disk did not take.
  Result<void> status() const;

 private:
  struct State;
  explicit FileSync(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace candid
