#pragma once
// The digests of files that may be large, read once and remembered for a while: whoever asks about one object again and
// again must not keep the disk busy. Internal to campaign.

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <tuple>

#include "core/digest.h"
#include "core/error.h"
#include "core/time.h"

namespace candid::campaign {

// Thread-safe.
class ObjectDigests {
 public:
  // For an hour, so that what a disk damages behind our back is found by the next who asks to verify.
  static constexpr std::chrono::hours kRemembered{1};

  explicit ObjectDigests(const Clock& clock) : clock_(clock) {}

  // Of a regular file; one that was replaced is another one. Of files that take seconds to read (kLarge), one is read
  // at a time, and others are told to come back instead of waiting: waiting would take up all threads of the server.
  Result<Sha256> of(const std::filesystem::path& file);
  // What its writer knows already.
  void remember(const std::filesystem::path& file, const Sha256& digest);

  static constexpr uint64_t kLarge = 64 << 20;

 private:
  // Device, number, size, seconds and nanoseconds of the last change.
  using Identity = std::tuple<uint64_t, uint64_t, uint64_t, int64_t, int64_t>;
  struct Known {
    Sha256 digest{};
    UtcTime since{};
  };
  static Result<Identity> identity_of(const std::filesystem::path& file);
  Result<Sha256> read(const std::filesystem::path& file, const Identity& identity);

  const Clock& clock_;
  std::mutex mutex_;
  std::mutex large_;
  std::map<Identity, Known> known_;
};

}  // namespace candid::campaign
