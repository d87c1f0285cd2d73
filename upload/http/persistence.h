#pragma once
// How long to go on with what is resumed rather than repeated: waits with full jitter between tries, and an end after
// RetryPolicy::patience of waits and silence in which nothing got there. Internal to upload. Not thread-safe.

#include <optional>
#include <stop_token>

#include "core/pause.h"
#include "net/retry.h"

namespace candid::upload {

class Persistence {
 public:
  Persistence(const net::RetryPolicy& policy, Pause& pause)
      : policy_(policy), pause_(pause), moved_at_(pause.now()), longest_(policy.first) {}
  // Bytes leave right now: however slowly, that is no silence.
  void moves() { moved_at_ = pause_.now(); }
  // Something got there: patience begins anew.
  void moved();
  // Waits before the next try, as long as the server asked for at least. False: it has been long enough, the server
  // asked for too much, or a stop was requested.
  bool wait(const std::stop_token& stop, std::optional<std::chrono::milliseconds> asked = {});

 private:
  const net::RetryPolicy policy_;
  Pause& pause_;
  std::chrono::steady_clock::time_point moved_at_;
  std::chrono::steady_clock::duration idle_{};
  std::chrono::milliseconds longest_;
};

}  // namespace candid::upload
