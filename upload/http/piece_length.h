#pragma once
// How long the pieces are in which a store over HTTP sends its objects, learned from those that got there and those
// that did not, by all transfers together: they share the line and the proxies on it. Internal to upload.

#include <algorithm>
#include <cstdint>
#include <mutex>

#include "net/http.h"

namespace candid::upload {

// Whether a transfer was cut: by the line, or by a proxy for which it took too long.
inline bool was_cut(const Result<net::HttpResponse>& answer) {
  return !answer || answer->status == 408 || answer->status == 504;
}

// Thread-safe. `length` is always that of the piece in question, as the others may have changed what is current since
// it was cut out.
class PieceLength {
 public:
  // So much is durable at the server at the latest, whatever it does with a request that breaks off.
  static constexpr uint64_t kLongest = 8 << 20;
  // A proxy that takes no longer body than this is not worth going on with, and over a line that breaks within so few
  // bytes nothing gets anywhere.
  static constexpr uint64_t kShortest = 64 << 10;

  uint64_t current() const {
    std::lock_guard lock(mutex_);
    return current_;
  }
  // Whole: a longer one may get there as well.
  void got_there(uint64_t length) {
    std::lock_guard lock(mutex_);
    if (current_ == length) current_ = std::min(length * 2, longest_);
  }
  // Some of it left, nothing of it stayed: over a line that breaks often only short ones get there. That one of the
  // shortest was cut tells nothing of longer ones.
  void was_cut(uint64_t length) {
    if (length <= kShortest) return;
    std::lock_guard lock(mutex_);
    current_ = std::min(current_, half_of(length));
  }
  // By a server, or a proxy whose limit is below the server's, that takes none so long (413): none is sent again. False
  // when no shorter one is worth trying. However many pieces of a length are refused at once, they say the same.
  bool was_too_long(uint64_t length) {
    if (length <= kShortest) return false;
    std::lock_guard lock(mutex_);
    longest_ = std::min(longest_, half_of(length));
    current_ = std::min(current_, longest_);
    return true;
  }

 private:
  static uint64_t half_of(uint64_t length) { return std::max(length / 2, kShortest); }

  mutable std::mutex mutex_;
  uint64_t longest_ = kLongest;  // that is not known to be refused
  uint64_t current_ = kLongest;
};

}  // namespace candid::upload
