#include "track/web/news_board.h"

#include <utility>

namespace candid::track {

void NewsBoard::tell() {
  std::lock_guard lock(mutex_);
  ++edition_;
  for (const auto& [watcher, wake] : watchers_) wake();
}

uint64_t NewsBoard::edition() const {
  std::lock_guard lock(mutex_);
  return edition_;
}

int NewsBoard::watch(std::function<void()> wake) {
  std::lock_guard lock(mutex_);
  watchers_.emplace(++last_watcher_, std::move(wake));
  return last_watcher_;
}

void NewsBoard::forget(int watcher) {
  std::lock_guard lock(mutex_);
  watchers_.erase(watcher);
}

}  // namespace candid::track
