#pragma once
// What the server has done so far, as numbers that say nothing of anybody. Counting takes no lock, for every request
// does it.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "track/web/http_message.h"

namespace candid::track {

// Kinds of addresses: few and fixed, so that no sender can make the metrics grow.
enum class PathClass { Page, Beacon, Form, Media, Api, Store, Dashboard, Health, Metrics, Other };
inline constexpr std::array<std::string_view, 10> kPathClassNames = {
    "page", "beacon", "form", "media", "api", "store", "dashboard", "health", "metrics", "other"};
PathClass path_class(Method method, std::string_view path);

// Why a request or a connection was turned away.
enum class Refusal {
  Guessing,     // 429: the address missed too often
  Quota,        // 429: a link, a passcode or a form had its share
  Busy,         // 503: too many wait for a worker
  Memory,       // 503: too many long bodies
  LiveFeeds,    // 503: too many live answers
  NotStored,    // 503: the ledger did not take the events
  Failed,       // 503: the ledger or the store failed
  Connections,  // closed: all connections are taken
  Address,      // closed: the address has its share of them
};
inline constexpr std::array<std::string_view, 9> kRefusalNames = {
    "guessing", "quota", "busy", "memory", "live_feeds", "not_stored", "failed", "connections", "address"};

// How long answers took, in buckets up to so many seconds, and the rest.
class LatencyHistogram {
 public:
  static constexpr std::array<double, 12> kBounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                     0.1,   0.25,   0.5,   1,    2.5,   10};
  void add(std::chrono::nanoseconds took);
  // Of each bucket by itself; the last holds what took longer than all bounds.
  std::array<uint64_t, kBounds.size() + 1> buckets() const;
  double sum_seconds() const { return static_cast<double>(nanoseconds_.load(std::memory_order_relaxed)) / 1e9; }

 private:
  std::array<std::atomic<uint64_t>, kBounds.size() + 1> counts_{};
  std::atomic<uint64_t> nanoseconds_{0};
};

// Thread-safe. Every number only grows, but for those that say what there is now.
class Metrics {
 public:
  // 1xx to 5xx.
  static constexpr size_t kStatusClasses = 5;

  void count_request(PathClass path, int status, uint64_t sent, std::chrono::nanoseconds took);
  void count_refusal(Refusal why) { add(refusals_[static_cast<size_t>(why)], 1); }
  // A 429 or 503 that the site or the API gave.
  void count_refusal_of(int status);
  void count_queued(uint64_t events) { add(queued_, events); }
  void count_stored(uint64_t events) { add(stored_, events); }
  void count_lost(uint64_t events) {
    add(lost_, events);
    add(ledger_errors_, 1);
  }

  uint64_t requests(PathClass path, size_t status_class) const {
    return requests_[static_cast<size_t>(path)][status_class].load(std::memory_order_relaxed);
  }
  uint64_t sent(PathClass path) const { return sent_[static_cast<size_t>(path)].load(std::memory_order_relaxed); }
  uint64_t refusals(Refusal why) const { return refusals_[static_cast<size_t>(why)].load(std::memory_order_relaxed); }
  const LatencyHistogram& latency(PathClass path) const { return latency_[static_cast<size_t>(path)]; }
  uint64_t events_stored() const { return stored_.load(std::memory_order_relaxed); }
  uint64_t events_lost() const { return lost_.load(std::memory_order_relaxed); }
  // Handed to the ledger, and not durable yet.
  uint64_t events_waiting() const;
  uint64_t ledger_errors() const { return ledger_errors_.load(std::memory_order_relaxed); }

  // What there is now.
  std::atomic<int64_t> live_feeds{0};

 private:
  static void add(std::atomic<uint64_t>& number, uint64_t by) { number.fetch_add(by, std::memory_order_relaxed); }
  static constexpr size_t kPaths = kPathClassNames.size();

  std::array<std::array<std::atomic<uint64_t>, kStatusClasses>, kPaths> requests_{};
  std::array<std::atomic<uint64_t>, kPaths> sent_{};
  std::array<LatencyHistogram, kPaths> latency_{};
  std::array<std::atomic<uint64_t>, kRefusalNames.size()> refusals_{};
  std::atomic<uint64_t> queued_{0};
  std::atomic<uint64_t> stored_{0};
  std::atomic<uint64_t> lost_{0};
  std::atomic<uint64_t> ledger_errors_{0};
};

}  // namespace candid::track
