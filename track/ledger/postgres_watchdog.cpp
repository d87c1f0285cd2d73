#include "track/ledger/postgres_watchdog.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace candid::track {

PostgresWatchdog::PostgresWatchdog(int socket)
    : socket_(::fcntl(socket, F_DUPFD_CLOEXEC, 0)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

PostgresWatchdog::~PostgresWatchdog() {
  thread_ = {};  // ends and joins
  if (socket_ >= 0) ::close(socket_);
}

void PostgresWatchdog::expect(std::chrono::milliseconds within) {
  bool sleeps_too_long = false;
  {
    std::lock_guard lock(mutex_);
    deadline_ = std::chrono::steady_clock::now() + within;
    sleeps_too_long = !sleeps_until_ || *sleeps_until_ > *deadline_;
  }
  if (sleeps_too_long) changed_.notify_one();
}

// Without waking the thread: there are thousands of statements a second, and it finds out by itself.
void PostgresWatchdog::relax() {
  std::lock_guard lock(mutex_);
  deadline_.reset();
}

bool PostgresWatchdog::has_cut() const {
  std::lock_guard lock(mutex_);
  return has_cut_;
}

void PostgresWatchdog::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested() && !has_cut_) {
    sleeps_until_ = deadline_;
    if (!deadline_) {
      changed_.wait(lock, stop, [&] { return deadline_.has_value(); });
      continue;
    }
    changed_.wait_until(lock, stop, *sleeps_until_, [&] { return deadline_ && *deadline_ < *sleeps_until_; });
    if (stop.stop_requested() || !deadline_ || std::chrono::steady_clock::now() < *deadline_) continue;
    has_cut_ = true;
    ::shutdown(socket_, SHUT_RDWR);
  }
}

}  // namespace candid::track
