#pragma once
// The digests of files that may be large, read once and remembered for a while: whoever asks about one object again and
// again must not keep the disk busy, nor the server's workers. Internal to campaign.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "campaign/serving/open_file.h"
#include "core/digest.h"
#include "core/error.h"
#include "core/time.h"

namespace candid::campaign {

// Thread-safe.
class ObjectDigests {
 public:
  // For an hour, so that what a disk damages behind our back is found by the next who asks to verify.
  static constexpr std::chrono::hours kRemembered{1};
  // So that who asks again for a file that cannot be read learns why.
  static constexpr std::chrono::minutes kFailureRemembered{1};
  // Of files that take seconds to read.
  static constexpr uint64_t kLarge = 64 << 20;
  // Long enough for most of those, and short for a worker of the server.
  static constexpr std::chrono::milliseconds kWait{1000};

  explicit ObjectDigests(const Clock& clock, std::chrono::milliseconds wait = kWait) : clock_(clock), wait_(wait) {}

  // Of a regular file; one that was replaced is another one. Large ones are read by a thread of this object, one after
  // the other, in the order in which they were first asked for, and on when nobody waits: who asks waits a moment, is
  // told to come back (Io, and a retry helps), and finds the digest there in the end, however many ask.
  Result<Sha256> of(const std::filesystem::path& file);
  // What its writer knows already.
  void remember(const FileIdentity& file, const Sha256& digest);

 private:
  struct Known {
    Result<Sha256> digest{};
    UtcTime since{};
  };
  struct Waiting {
    std::filesystem::path file{};
    FileIdentity identity{};
  };
  std::optional<Result<Sha256>> known(const FileIdentity& file) const;    // under the mutex
  void remember_locked(const FileIdentity& file, Result<Sha256> digest);  // likewise
  void queue(const std::filesystem::path& file, const FileIdentity& identity);
  Result<Sha256> read(const std::filesystem::path& file, const std::stop_token& stop);
  void read_all_that_waits(const std::stop_token& stop);

  const Clock& clock_;
  const std::chrono::milliseconds wait_;
  std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::condition_variable_any read_;
  std::map<FileIdentity, Known> known_;
  std::deque<Waiting> waiting_;  // the first is being read
  std::jthread reader_;          // from the first large file on
};

}  // namespace candid::campaign
