#pragma once
// The queue in front of the ledger: events that arrive while one commit runs share the next one (group commit).

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "core/error.h"
#include "track/evidence/event.h"

namespace candid::track {

class EventWriter {
 public:
  using Completion = std::function<void(Result<void>)>;
  // Stores all of these in one commit, or none.
  using Commit = std::function<Result<void>(const std::vector<Event>&)>;

  // `commit` is called on the writer's own thread, never twice at once.
  explicit EventWriter(Commit commit);
  // Commits what is queued, then joins.
  ~EventWriter();

  // Completions run in the order of the calls, on the writer's thread; when the queue is full, at once on the caller's
  // with a retryable error.
  void push(std::vector<Event> events, Completion done);
  uint64_t commits() const;

 private:
  struct Waiting {
    std::vector<Event> events;
    Completion done;
  };
  void run();
  void store(std::vector<Waiting> group);

  Commit commit_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Waiting> queue_;
  size_t queued_events_ = 0;
  uint64_t commits_ = 0;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace candid::track
