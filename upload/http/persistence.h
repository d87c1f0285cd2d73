#pragma once
// How long to go on with what is resumed rather than repeated: waits with full jitter between tries, and an end after
// RetryPolicy::patience of waits and silence in which nothing got there. Internal to upload. Not thread-safe.

#include <functional>
#include <optional>
#include <stop_token>

#include "core/pause.h"
#include "net/retry.h"

namespace candid::upload {

class Persistence {
 public:
  Persistence(const net::RetryPolicy& policy, Pause& pause)
      : policy_(policy), pause_(pause), moved_at_(pause.now()), longest_(policy.first) {}
  // For HttpRequest::on_sent of the attempt that comes next: bytes that leave, however slowly, are no silence.
  // `progress`, where there is one, is told how far the object has left, whose bytes from `offset` on the request
  // holds. For as long as this lives.
  std::function<void(uint64_t)> watch_sending(uint64_t offset, std::function<void(uint64_t)> progress);
  // Whether any byte has left since.
  bool has_sent() const { return has_sent_; }
  // More of the object is there than ever before: patience begins anew.
  void got_further();
  // Waits before the next try, as long as the server asked for at least. False: it has been long enough, the server
  // asked for too much, or a stop was requested.
  bool wait(const std::stop_token& stop, std::optional<std::chrono::milliseconds> asked = {});

 private:
  const net::RetryPolicy policy_;
  Pause& pause_;
  std::chrono::steady_clock::time_point moved_at_;
  bool has_sent_ = false;
  std::chrono::steady_clock::duration idle_{};
  std::chrono::milliseconds longest_;
};

}  // namespace candid::upload
