#pragma once
// Lets a socket's thread do quick work itself: handing it to a worker and back costs more than a page does. Only while
// such work has been quick lately, and never on all of the sockets' threads, so that one stays free when a disk or a
// store begins to hang. Internal to track.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

namespace candid::track {

// How many of the sockets' threads are at such work. Thread-safe, without a lock.
class QuickSeats {
 public:
  using Clock = std::chrono::steady_clock;

  explicit QuickSeats(int threads) : most_(threads - 1) {}

  bool try_take() {
    if (taken_.fetch_add(1) < most_ && !closed_) return true;
    --taken_;
    return false;
  }
  void give_back() { --taken_; }
  // Nobody takes one any more; true when all are given back by then.
  bool close(Clock::time_point end) {
    closed_ = true;
    while (taken_ > 0 && Clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return taken_ <= 0;
  }

 private:
  const int most_;
  std::atomic<int> taken_{0};
  std::atomic<bool> closed_{false};
};

// One kind of work. Thread-safe, without a lock.
class FastLane {
 public:
  using Clock = QuickSeats::Clock;

  explicit FastLane(QuickSeats& seats) : seats_(seats) {}

  // Whether the caller may do the work at once; then it calls leave() after it.
  bool try_enter() { return trust_.load(std::memory_order_relaxed) >= kTrusted && seats_.try_take(); }
  void leave(Clock::duration took) {
    note(took);
    seats_.give_back();
  }
  // Of the same kind of work, wherever it was done.
  void note(Clock::duration took) {
    const int trust = trust_.load(std::memory_order_relaxed);
    const int next = took <= kQuick ? trust + 1 : trust - kCostOfSlow;
    trust_.store(std::clamp(next, 0, kMostTrust), std::memory_order_relaxed);
  }

 private:
  // It looks into the ledger and the page cache, which takes microseconds; a busy machine's scheduler interrupts it for
  // some slices of its time.
  static constexpr auto kQuick = std::chrono::milliseconds(20);
  static constexpr int kTrusted = 64;
  static constexpr int kMostTrust = 128;
  static constexpr int kCostOfSlow = 32;

  QuickSeats& seats_;
  std::atomic<int> trust_{0};
};

}  // namespace candid::track
