#include "track/web/open_connections.h"

#include <algorithm>

namespace candid::track {
namespace {

constexpr size_t kLookedAt = 64;

}  // namespace

size_t OpenConnections::count() const {
  std::lock_guard lock(mutex_);
  return turn_.size();
}

size_t OpenConnections::count_of(const IpAddress& customer) const {
  std::lock_guard lock(mutex_);
  auto found = turn_of_customer_.find(customer.bytes);
  return found == turn_of_customer_.end() ? 0 : found->second.size();
}

void OpenConnections::add(const std::shared_ptr<Connection>& connection, const IpAddress& customer) {
  std::lock_guard lock(mutex_);
  Entry entry{connection, customer};
  entry.in_turn = turn_.insert(turn_.end(), connection.get());
  Turn& of_customer = turn_of_customer_[customer.bytes];
  entry.in_turn_of_customer = of_customer.insert(of_customer.end(), connection.get());
  open_.emplace(connection.get(), std::move(entry));
}

void OpenConnections::remove(const std::shared_ptr<Connection>& connection) {
  std::lock_guard lock(mutex_);
  auto found = open_.find(connection.get());
  if (found == open_.end()) return;
  uncount(found->second);
  open_.erase(found);
  if (open_.empty()) none_left_.notify_all();
}

bool OpenConnections::end_waiting(const IpAddress& customer) {
  std::lock_guard lock(mutex_);
  auto found = turn_of_customer_.find(customer.bytes);
  return found != turn_of_customer_.end() && end_waiting_of(found->second);
}

bool OpenConnections::end_waiting() {
  std::lock_guard lock(mutex_);
  return end_waiting_of(turn_);
}

bool OpenConnections::end_waiting_of(Turn& turn) {
  Connection* longest = nullptr;
  std::chrono::steady_clock::time_point earliest{};
  const size_t looks = std::min(kLookedAt, turn.size());
  for (size_t look = 0; look < looks; ++look) {
    Connection* connection = turn.front();
    turn.splice(turn.end(), turn, turn.begin());
    auto since = connection->waits_since();
    if (!since || (longest != nullptr && earliest <= *since)) continue;
    earliest = *since;
    longest = connection;
  }
  if (longest == nullptr) return false;
  longest->leave();
  uncount(open_.at(longest));
  return true;
}

void OpenConnections::finish_all() {
  std::lock_guard lock(mutex_);
  for (const auto& [address, entry] : open_) entry.connection->finish();
}

void OpenConnections::wait_until_none(std::chrono::steady_clock::time_point end) {
  std::unique_lock lock(mutex_);
  none_left_.wait_until(lock, end, [&] { return open_.empty(); });
}

void OpenConnections::clear() {
  std::lock_guard lock(mutex_);
  for (const auto& [address, entry] : open_) entry.connection->mute();
  turn_.clear();
  turn_of_customer_.clear();
  open_.clear();
}

void OpenConnections::uncount(Entry& entry) {
  if (!entry.counts) return;
  entry.counts = false;
  turn_.erase(entry.in_turn);
  auto of_customer = turn_of_customer_.find(entry.customer.bytes);
  of_customer->second.erase(entry.in_turn_of_customer);
  if (of_customer->second.empty()) turn_of_customer_.erase(of_customer);
}

}  // namespace candid::track
