#pragma once
// The connections that are open: so that stop() can end them and wait for them, and so that nobody takes all of them.
// Internal to track.

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "track/web/connection.h"
#include "track/web/ip_address.h"

namespace candid::track {

// Thread-safe.
class OpenConnections {
 public:
  size_t count() const;
  size_t count_of(const IpAddress& customer) const;
  void add(const std::shared_ptr<Connection>& connection, const IpAddress& customer);
  void remove(const std::shared_ptr<Connection>& connection);

  // Ends a connection that waits for its peer, so that another one gets its place: the one that has waited for the
  // longest among some of this customer's, or of all. It counts no more. Looks at a bounded number of them in turn, as
  // this happens for each new connection while somebody floods the server. False where none of them waits.
  bool end_waiting(const IpAddress& customer);
  bool end_waiting();

  void finish_all();
  void wait_until_none(std::chrono::steady_clock::time_point end);
  // After the threads that serve them have ended.
  void clear();

 private:
  struct Entry {
    std::shared_ptr<Connection> connection;  // shared with its coroutine
    IpAddress customer;
    bool counts = true;  // until it was ended to make room
    std::list<Connection*>::iterator in_turn{};
    std::list<Connection*>::iterator in_turn_of_customer{};
  };
  using Turn = std::list<Connection*>;

  bool end_waiting_of(Turn& turn);
  void uncount(Entry& entry);

  mutable std::mutex mutex_;
  std::condition_variable none_left_;
  std::unordered_map<Connection*, Entry> open_;
  // Those that count; who was looked at goes to the end.
  Turn turn_;
  std::map<std::array<uint8_t, 16>, Turn> turn_of_customer_;
};

}  // namespace candid::track
