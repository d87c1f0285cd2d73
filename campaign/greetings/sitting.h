#pragma once
// Many candidates, greeted one after the other in one take: who is before the camera, and what a key makes of it.

#include <cstddef>
#include <vector>

#include "campaign/greetings/sitting_writer.h"
#include "campaign/roster.h"
#include "core/error.h"
#include "core/time.h"

namespace candid::campaign {

// One thread. All times are the take's clock. What a function tells is on its way to the journal when it returns, and
// there when SittingWriter::finish() did; each fails once the journal could not be written.
class Sitting {
 public:
  // Presses that follow each other faster are one.
  static constexpr Microseconds kShortestAttempt{400'000};

  struct Turn {
    const Candidate* candidate;  // borrowed
    GreetingWords said;          // what stands before the speaker's eyes
  };

  // Greets these candidates in their order. The journal is borrowed.
  Sitting(std::vector<Turn> queue, SittingWriter& journal)
      : queue_(std::move(queue)), journal_(journal), is_good_(queue_.size()) {}

  // Who is to be greeted now; null: all were.
  const Candidate* current() const { return at_ < queue_.size() ? queue_[at_].candidate : nullptr; }
  // Who comes after; null: nobody.
  const Candidate* next() const { return at_ + 1 < queue_.size() ? queue_[at_ + 1].candidate : nullptr; }
  // What is to be said now; there is a current one.
  const GreetingWords& words() const { return queue_[at_].said; }
  size_t position() const { return at_; }
  size_t size() const { return queue_.size(); }
  size_t good_count() const;
  bool is_good(size_t position) const { return is_good_[position]; }
  Microseconds attempt_began() const { return began_; }

  // What was said since the attempt began is the greeting. False when that cannot be: it was only just shown.
  Result<bool> good(Microseconds now);
  // It does not count; the same candidate once more.
  Result<void> again(Microseconds now);
  // The candidate before once more; what was good of them stays good until something else is.
  Result<void> back(Microseconds now);
  Result<void> skip(Microseconds now);
  // A pause takes no time of the take. What was said before it does not count.
  Result<void> pause(Microseconds now);
  Result<void> resume(Microseconds now);
  Result<void> end(Microseconds now);
  // Whether what was told so far came to the journal, as far as that is known.
  Result<void> check() const { return journal_.check(); }

 private:
  Result<void> note(const char* what, Microseconds now);

  std::vector<Turn> queue_;
  SittingWriter& journal_;
  std::vector<bool> is_good_;
  size_t at_ = 0;
  Microseconds began_{0};
};

}  // namespace candid::campaign
