#pragma once
// How often each of many keys did something within the last minute (guessed wrong, sent a report), in bounded memory: a
// sliding window, not one that begins anew at full minutes, so that no moment lets twice as many through.

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/time.h"

namespace candid::track {

inline constexpr std::chrono::minutes kCountedWindow{1};

// Thread-safe.
class MinuteCounter {
 public:
  // When there are more than `most_keys`, those that were added longest ago are forgotten.
  MinuteCounter(size_t limit, size_t most_keys, const Clock& clock)
      : limit_(limit), most_keys_(most_keys), clock_(clock) {}

  // How long the key has to wait until fewer than `limit` of its times lie within the window; nothing when they do.
  std::optional<std::chrono::seconds> wait(std::string_view key) const;
  void add(std::string_view key);
  // Adds one unless the key has to wait, in one step.
  std::optional<std::chrono::seconds> wait_or_add(std::string_view key);
  // As if the latest had not been added.
  void take_back(std::string_view key);
  size_t keys() const;

 private:
  struct Entry {
    std::string key;
    std::vector<UtcTime> times;  // the latest `limit`, in order
  };
  std::optional<std::chrono::seconds> wait_locked(std::string_view key) const;
  void add_locked(std::string_view key);

  const size_t limit_;
  const size_t most_keys_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;                                                 // the latest first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;  // the keys lie in the entries
};

}  // namespace candid::track
