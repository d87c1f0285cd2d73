#pragma once
// Cuts a connection whose server is there but does not answer: its process hangs, say, and then TCP is content, as the
// kernel confirms what arrives. Internal to track.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace candid::track {

class PostgresWatchdog {
 public:
  // Watches nothing until the first expect(). The socket stays the caller's, who may close it at any time: a copy of
  // its descriptor is kept, so that a number that was given to another file meanwhile is not cut.
  explicit PostgresWatchdog(int socket);
  ~PostgresWatchdog();
  PostgresWatchdog(const PostgresWatchdog&) = delete;
  PostgresWatchdog& operator=(const PostgresWatchdog&) = delete;

  // From now on the connection has this long, until the next call or relax().
  void expect(std::chrono::milliseconds within);
  void relax();
  // It was too slow, and both directions of the connection were shut; whoever waits for it sees it end.
  bool has_cut() const;

 private:
  using Moment = std::chrono::steady_clock::time_point;
  void run(const std::stop_token& stop);

  const int socket_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<Moment> deadline_{};
  std::optional<Moment> sleeps_until_{};
  bool has_cut_ = false;
  std::jthread thread_;  // last, so that it ends first
};

}  // namespace candid::track
