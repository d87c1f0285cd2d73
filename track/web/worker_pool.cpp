#include "track/web/worker_pool.h"

#include <utility>

namespace candid::track {

WorkerPool::WorkerPool(size_t threads, size_t most_waiting) : most_waiting_(most_waiting), free_(threads) {
  for (size_t index = 0; index < threads; ++index) threads_.emplace_back([this] { run(); });
}

WorkerPool::~WorkerPool() {
  close();
  for (std::thread& thread : threads_) thread.join();
}

bool WorkerPool::try_post(std::function<void()> job) {
  {
    std::lock_guard lock(mutex_);
    // A thread that is free has not yet taken up the job that woke it.
    if (closed_ || waiting_.size() >= most_waiting_ + free_) return false;
    waiting_.push_back(std::move(job));
  }
  arrived_.notify_one();
  return true;
}

size_t WorkerPool::waiting() const {
  std::lock_guard lock(mutex_);
  return waiting_.size();
}

void WorkerPool::close() {
  std::deque<std::function<void()>> dropped;  // destroyed without the lock
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    dropped.swap(waiting_);
  }
  arrived_.notify_all();
}

bool WorkerPool::wait_until_idle(std::chrono::steady_clock::time_point end) {
  std::unique_lock lock(mutex_);
  return idle_.wait_until(lock, end, [&] { return free_ == threads_.size(); });
}

void WorkerPool::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    arrived_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
    if (closed_) return;
    std::function<void()> job = std::move(waiting_.front());
    waiting_.pop_front();
    --free_;
    lock.unlock();
    job();
    job = nullptr;  // what it holds may take locks of its own
    lock.lock();
    if (++free_ == threads_.size()) idle_.notify_all();
  }
}

}  // namespace candid::track
