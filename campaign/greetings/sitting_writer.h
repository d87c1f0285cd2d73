#pragma once
// A journal that is written while a sitting goes on, by a thread of its own: a slow disk costs no picture.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <queue>
#include <string>
#include <thread>

#include "campaign/greetings/sitting_journal.h"
#include "core/error.h"

namespace candid::campaign {

// Lines reach the disk in the order they were told, each with an fsync. After one that could not be written comes none,
// as a line that is missing would make another of those after it.
class SittingWriter {
 public:
  explicit SittingWriter(SittingJournal journal);
  // Writes what waits.
  ~SittingWriter();

  // Return at once. One thread.
  void good(Attempt attempt);
  void event(std::string what, std::string candidate, Microseconds at);

  // Fails once a line could not be written.
  Result<void> check() const;
  // Waits until all that was told would survive a power cut, or fails as check() does.
  Result<void> finish();

 private:
  using Line = std::function<Result<void>(const SittingJournal&)>;
  void tell(Line line);
  void work(const std::stop_token& stop);

  const SittingJournal journal_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::queue<Line> waiting_;  // the first one is being written
  std::optional<Error> failure_;
  std::jthread thread_;
};

}  // namespace candid::campaign
