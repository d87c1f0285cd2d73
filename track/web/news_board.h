#pragma once
// Tells whoever watches that something in the ledger has changed, without saying what: they look for themselves.

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>

namespace candid::track {

// Thread-safe. Outlives everybody who watches.
class NewsBoard {
 public:
  // Called by whoever stored something, once it is durable.
  void tell();
  // How often that was. Two equal numbers: nothing changed in between.
  uint64_t edition() const;
  // `wake` is called after every tell() from the teller's thread, so it returns at once. The number ends it (forget()).
  int watch(std::function<void()> wake);
  // When it returns, the wake of this number is not running and is not called any more.
  void forget(int watcher);

 private:
  mutable std::mutex mutex_;
  uint64_t edition_ = 0;
  int last_watcher_ = 0;
  std::map<int, std::function<void()>> watchers_;
};

}  // namespace candid::track
