#include "track/pages/passcode_attempts.h"

#include <algorithm>

namespace candid::track {
namespace {

constexpr std::chrono::minutes kFirstWait{1};
constexpr std::chrono::hours kForgottenAfter{24};

// 1, 2, 4, … minutes, and then hours.
std::chrono::milliseconds wait_after(int wrong_beyond) {
  std::chrono::milliseconds wait = kFirstWait;
  for (int doubled = 1; doubled < wrong_beyond && wait < PasscodeAttempts::kLongestWait; ++doubled) wait *= 2;
  return std::min<std::chrono::milliseconds>(wait, PasscodeAttempts::kLongestWait);
}

}  // namespace

std::optional<std::chrono::seconds> PasscodeAttempts::wait_or_add(std::string_view key) {
  std::lock_guard lock(mutex_);
  const UtcTime now = clock_.now();
  Entry& entry = touch(key);
  if (now - entry.last > kForgottenAfter) entry.wrong = 0;
  // The wall clock may have been set back.
  entry.next = std::min<UtcTime>(entry.next, now + kLongestWait);
  if (entry.next > now) return std::chrono::ceil<std::chrono::seconds>(entry.next - now);
  if (auto wait = per_minute_.wait_or_add(key)) return wait;
  entry.last = now;
  ++entry.wrong;
  if (entry.wrong > kWrongBeforeWaits) entry.next = now + wait_after(entry.wrong - kWrongBeforeWaits);
  return std::nullopt;
}

void PasscodeAttempts::right(std::string_view key) {
  std::lock_guard lock(mutex_);
  Entry& entry = touch(key);
  entry.wrong = 0;
  entry.next = {};
}

void PasscodeAttempts::take_back(std::string_view key) {
  std::lock_guard lock(mutex_);
  per_minute_.take_back(key);
  auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  Entry& entry = *found->second;
  entry.wrong = std::max(0, entry.wrong - 1);
  entry.next = {};  // it was let through, so nothing was left to wait for
}

PasscodeAttempts::Entry& PasscodeAttempts::touch(std::string_view key) {
  auto found = by_key_.find(key);
  if (found != by_key_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return entries_.front();
  }
  if (entries_.size() >= most_keys_) {
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }
  entries_.push_front({std::string(key)});
  by_key_.emplace(entries_.front().key, entries_.begin());
  return entries_.front();
}

}  // namespace candid::track
