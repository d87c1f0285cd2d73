#include "campaign/greetings/sitting.h"

#include <algorithm>

namespace candid::campaign {

size_t Sitting::good_count() const {
  return static_cast<size_t>(std::count(is_good_.begin(), is_good_.end(), true));
}

Result<void> Sitting::note(const char* what, Microseconds now) {
  journal_.event(what, current() != nullptr ? current()->id : "", now);
  return check();
}

Result<bool> Sitting::good(Microseconds now) {
  if (current() == nullptr || now - began_ < kShortestAttempt) return false;
  journal_.good({current()->id, words(), began_, now});
  TRY_VOID(check());
  is_good_[at_] = true;
  ++at_;
  began_ = now;
  return true;
}

Result<void> Sitting::again(Microseconds now) {
  TRY_VOID(note("again", now));
  began_ = now;
  return {};
}

Result<void> Sitting::back(Microseconds now) {
  TRY_VOID(note("back", now));
  if (at_ > 0) --at_;
  began_ = now;
  return {};
}

Result<void> Sitting::skip(Microseconds now) {
  TRY_VOID(note("skip", now));
  if (at_ < queue_.size()) ++at_;
  began_ = now;
  return {};
}

Result<void> Sitting::pause(Microseconds now) {
  return note("pause", now);
}

Result<void> Sitting::resume(Microseconds now) {
  TRY_VOID(note("resume", now));
  began_ = now;
  return {};
}

Result<void> Sitting::end(Microseconds now) {
  return note("end", now);
}

}  // namespace candid::campaign
