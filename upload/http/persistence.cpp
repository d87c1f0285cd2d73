#include "upload/http/persistence.h"

#include <algorithm>
#include <random>
#include <utility>

namespace candid::upload {

std::function<void(uint64_t)> Persistence::watch_sending(uint64_t offset, std::function<void(uint64_t)> progress) {
  has_sent_ = false;
  return [this, offset, progress = std::move(progress)](uint64_t sent) {
    has_sent_ = true;
    moved_at_ = pause_.now();
    if (progress) progress(offset + sent);
  };
}

void Persistence::got_further() {
  moved_at_ = pause_.now();
  idle_ = {};
  longest_ = policy_.first;
}

bool Persistence::wait(const std::stop_token& stop, std::optional<std::chrono::milliseconds> asked) {
  auto now = pause_.now();
  idle_ += now - std::exchange(moved_at_, now);
  if (idle_ >= policy_.patience) return false;
  if (asked.value_or(policy_.longest_retry_after) > policy_.longest_retry_after) return false;
  thread_local std::minstd_rand random{std::random_device{}()};
  std::chrono::milliseconds duration(
      std::uniform_int_distribution<int64_t>(0, std::max<int64_t>(longest_.count(), 0))(random));
  longest_ = std::min(longest_ * 2, policy_.longest);
  bool goes_on = pause_.wait(duration + asked.value_or(std::chrono::milliseconds(0)), stop);
  // Now, as the next byte that leaves must not make up for the wait.
  auto after = pause_.now();
  idle_ += after - std::exchange(moved_at_, after);
  return goes_on;
}

}  // namespace candid::upload
