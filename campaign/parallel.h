#pragma once
// Independent pieces of work over the cores.

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace candid::campaign {

// Calls work(0) … work(count - 1), each once, on up to `threads` threads (0: one a core), this one among them; returns
// when all are done. `work` must not throw.
template <typename Work>
void run_in_parallel(size_t count, int threads, Work work) {
  std::atomic<size_t> next = 0;
  auto take_turns = [&] {
    for (size_t i = next++; i < count; i = next++) work(i);
  };
  size_t workers = threads > 0 ? static_cast<size_t>(threads) : std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::jthread> others;
  for (size_t i = 1; i < std::min(workers, count); ++i) others.emplace_back(take_turns);
  take_turns();
}

}  // namespace candid::campaign
