#pragma once
// Threads for work that waits (for the ledger, a store, a hash), with a bound on what waits for them: a pool that is
// stuck takes no more, and its requests learn so at once. Internal to track.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace candid::track {

// Thread-safe.
class WorkerPool {
 public:
  WorkerPool(size_t threads, size_t most_waiting);
  // Closes, and waits for what is running.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False, and the job is dropped, when `most_waiting` jobs wait for a thread, or after close(). A job must not throw.
  bool try_post(std::function<void()> job);
  // Jobs that no thread has taken up yet.
  size_t waiting() const;
  // Takes nothing more, and drops what has not begun.
  void close();
  // After close(): true when what was running has ended by then.
  bool wait_until_idle(std::chrono::steady_clock::time_point end);

 private:
  void run();

  const size_t most_waiting_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::condition_variable idle_;
  std::deque<std::function<void()>> waiting_;
  size_t free_;  // threads without a job
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace candid::track
