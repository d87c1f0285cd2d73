#include "track/web/minute_counter.h"

#include <algorithm>

namespace candid::track {

std::optional<std::chrono::seconds> MinuteCounter::wait(std::string_view key) const {
  std::lock_guard lock(mutex_);
  return wait_locked(key);
}

void MinuteCounter::add(std::string_view key) {
  std::lock_guard lock(mutex_);
  add_locked(key);
}

std::optional<std::chrono::seconds> MinuteCounter::wait_or_add(std::string_view key) {
  std::lock_guard lock(mutex_);
  auto waiting = wait_locked(key);
  if (!waiting) add_locked(key);
  return waiting;
}

void MinuteCounter::take_back(std::string_view key) {
  std::lock_guard lock(mutex_);
  auto found = by_key_.find(key);
  if (found != by_key_.end() && !found->second->times.empty()) found->second->times.pop_back();
}

size_t MinuteCounter::keys() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

std::optional<std::chrono::seconds> MinuteCounter::wait_locked(std::string_view key) const {
  auto found = by_key_.find(key);
  if (found == by_key_.end() || found->second->times.size() < limit_) return std::nullopt;
  auto left = found->second->times.front() + kCountedWindow - clock_.now();
  if (left <= std::chrono::milliseconds(0)) return std::nullopt;
  // Not longer than the window, should the wall clock have been set back.
  return std::min<std::chrono::seconds>(std::chrono::ceil<std::chrono::seconds>(left), kCountedWindow);
}

void MinuteCounter::add_locked(std::string_view key) {
  auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    entries_.push_front({std::string(key), {}});
    found = by_key_.emplace(entries_.front().key, entries_.begin()).first;
  } else {
    entries_.splice(entries_.begin(), entries_, found->second);
  }
  auto& times = found->second->times;
  if (times.size() == limit_) times.erase(times.begin());
  times.push_back(clock_.now());
  if (entries_.size() <= most_keys_) return;
  by_key_.erase(entries_.back().key);
  entries_.pop_back();
}

}  // namespace candid::track
