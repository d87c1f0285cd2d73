#include "campaign/greetings/sitting_writer.h"

namespace candid::campaign {

SittingWriter::SittingWriter(SittingJournal journal)
    : journal_(std::move(journal)), thread_([this](const std::stop_token& stop) { work(stop); }) {}

SittingWriter::~SittingWriter() = default;

void SittingWriter::good(Attempt attempt) {
  tell([attempt = std::move(attempt)](const SittingJournal& journal) { return journal.good(attempt); });
}

void SittingWriter::event(std::string what, std::string candidate, Microseconds at) {
  tell([what = std::move(what), candidate = std::move(candidate), at](const SittingJournal& journal) {
    return journal.event(what, candidate, at);
  });
}

void SittingWriter::tell(Line line) {
  {
    std::lock_guard lock(mutex_);
    if (failure_) return;
    waiting_.push(std::move(line));
  }
  changed_.notify_all();
}

Result<void> SittingWriter::check() const {
  std::lock_guard lock(mutex_);
  if (failure_) return tl::unexpected(*failure_);
  return {};
}

Result<void> SittingWriter::finish() {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_.empty(); });
  }
  return check();
}

void SittingWriter::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  // Stopped, it still writes what waits.
  while (changed_.wait(lock, stop, [&] { return !waiting_.empty(); })) {
    const Line line = waiting_.front();
    lock.unlock();
    Result<void> written = line(journal_);
    lock.lock();
    waiting_.pop();
    if (!written) {
      failure_ = written.error();
      waiting_ = {};
    }
    changed_.notify_all();
  }
}

}  // namespace candid::campaign
