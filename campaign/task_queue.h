#pragma once
// Work that leads to more work, over the cores. Internal to campaign.

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>

namespace candid::campaign {

class TaskQueue {
 public:
  // Lower ranks are taken first; within a rank, in the order they came. Tasks may add tasks; they must not throw.
  void add(int rank, std::function<void()> task);
  // Does everything on `threads` threads (0: one a core), this one among them, and what that adds; returns when nothing
  // is left.
  void run(int threads);

 private:
  void take_turns();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<int, std::function<void()>> waiting_;
  int running_ = 0;
};

}  // namespace candid::campaign
