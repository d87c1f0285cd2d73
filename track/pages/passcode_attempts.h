#pragma once
// How often a passcode may be tried: five times a minute, and after twenty wrong ones the waits grow up to an hour, so
// that it takes years to try out four digits. In memory: a restart begins anew.

#include <chrono>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/time.h"
#include "track/web/minute_counter.h"

namespace candid::track {

// Thread-safe.
class PasscodeAttempts {
 public:
  static constexpr size_t kPerMinute = 5;
  static constexpr int kWrongBeforeWaits = 20;
  static constexpr std::chrono::hours kLongestWait{1};

  // When more than `most_keys` were tried, those that were tried longest ago are forgotten.
  explicit PasscodeAttempts(const Clock& clock, size_t most_keys = 100'000)
      : clock_(clock), most_keys_(most_keys), per_minute_(kPerMinute, most_keys, clock) {}

  // Counts one attempt unless the key has to wait, in one step: many at once are as many as one by one. It counts as
  // wrong until right() is called; right ones count within the minute all the same, as each costs a hash.
  std::optional<std::chrono::seconds> wait_or_add(std::string_view key);
  void right(std::string_view key);
  // For an attempt that nobody looked at, as too much was going on.
  void take_back(std::string_view key);

 private:
  struct Entry {
    std::string key{};
    int wrong = 0;
    UtcTime last{};
    UtcTime next{};  // when the next attempt may come
  };
  Entry& touch(std::string_view key);

  const Clock& clock_;
  const size_t most_keys_;
  MinuteCounter per_minute_;
  std::mutex mutex_;
  std::list<Entry> entries_;                                                 // the latest attempt first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;  // the keys lie in the entries
};

}  // namespace candid::track
