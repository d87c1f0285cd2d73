#include "track/ledger/event_writer.h"

#include <chrono>
#include <iterator>

namespace candid::track {
namespace {

// Some seconds of work for a disk that commits groups of a hundred; beyond it, senders are told to come back.
constexpr size_t kLongestQueue = 50'000;
// From one commit's begin to the next one's. A commit costs the disk the same for one event as for a hundred, and takes
// from readers what they had cached; who waits for an answer does not notice so little.
constexpr auto kPace = std::chrono::milliseconds(8);

}  // namespace

EventWriter::EventWriter(Commit commit) : commit_(std::move(commit)), thread_([this] { run(); }) {}

EventWriter::~EventWriter() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

void EventWriter::push(std::vector<Event> events, Completion done) {
  bool is_first = false;
  {
    std::lock_guard lock(mutex_);
    if (queued_events_ + events.size() <= kLongestQueue) {
      is_first = queue_.empty();
      queued_events_ += events.size();
      queue_.push_back({std::move(events), std::move(done)});
      done = nullptr;
    }
  }
  // Whoever comes later finds the writer awake, or waiting for the next commit's time.
  if (is_first) arrived_.notify_one();
  if (done) done(tl::unexpected(Error(ErrorKind::Io, "the ledger's queue is full").retry_may_help()));
}

uint64_t EventWriter::commits() const {
  std::lock_guard lock(mutex_);
  return commits_;
}

void EventWriter::run() {
  using Clock = std::chrono::steady_clock;
  Clock::time_point next{};
  while (true) {
    std::vector<Waiting> group;
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [&] { return closing_ || !queue_.empty(); });
      if (queue_.empty()) return;
      arrived_.wait_until(lock, next, [&] { return closing_; });
      next = Clock::now() + kPace;
      group.swap(queue_);
      queued_events_ = 0;
      ++commits_;
    }
    store(std::move(group));
  }
}

void EventWriter::store(std::vector<Waiting> group) {
  std::vector<Event> events;
  for (Waiting& waiting : group) std::move(waiting.events.begin(), waiting.events.end(), std::back_inserter(events));
  Result<void> result = events.empty() ? Result<void>() : commit_(events);
  for (Waiting& waiting : group) waiting.done(result);
}

}  // namespace candid::track
