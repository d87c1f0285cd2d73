#include "campaign/task_queue.h"

#include <algorithm>
#include <thread>
#include <vector>

namespace candid::campaign {

void TaskQueue::add(int rank, std::function<void()> task) {
  {
    std::lock_guard lock(mutex_);
    waiting_.emplace(rank, std::move(task));
  }
  changed_.notify_one();
}

void TaskQueue::run(int threads) {
  int workers = threads > 0 ? threads : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  std::vector<std::jthread> others;
  for (int i = 1; i < workers; ++i) others.emplace_back([this] { take_turns(); });
  take_turns();
}

void TaskQueue::take_turns() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return !waiting_.empty() || running_ == 0; });
    if (waiting_.empty()) break;
    std::function<void()> task = std::move(waiting_.extract(waiting_.begin()).mapped());
    ++running_;
    lock.unlock();
    task();
    task = nullptr;  // what it held goes before the queue can look empty
    lock.lock();
    --running_;
    if (running_ == 0 && waiting_.empty()) changed_.notify_all();
  }
}

}  // namespace candid::campaign
