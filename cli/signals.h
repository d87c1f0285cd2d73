#pragma once
// Ctrl-C, SIGTERM and a closed terminal as a stop request; a second one ends the program at once, and so does a first
// one that is not followed within ten seconds.

#include <stop_token>
#include <thread>

namespace candid::cli {

// Make it before any other thread: they inherit the blocked signals, and this object's thread alone receives them.
class SignalWatch {
 public:
  SignalWatch();
  ~SignalWatch();
  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::jthread thread_;
};

}  // namespace candid::cli
