#pragma once
// Trying again, as a decorator: exponential back-off with full jitter (each wait is random between nothing and
// min(longest, first * 2^n); Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015). Retry-After
// is obeyed (seconds or a date, RFC 9110 §10.2.3). What cannot get better is passed on at once.

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

#include "core/pause.h"
#include "core/time.h"
#include "net/http.h"

namespace candid::net {

struct RetryPolicy {
  std::chrono::milliseconds first{200};
  std::chrono::milliseconds longest{10'000};
  // How long one request is tried while nothing moves: waits, and the silence in which an attempt ended. The time of a
  // transfer that goes on, however slowly, is not counted. A host that has never answered gets less, as its address may
  // be wrong.
  std::chrono::milliseconds patience{180'000};
  std::chrono::milliseconds first_patience{10'000};
  std::chrono::milliseconds longest_retry_after{120'000};  // a server that asks for more is not waited for
};

// Whether the same request may fare better later. The default: 408, 425, 429 and 5xx but for 501, 505, 507 and 511.
using MayGetBetter = std::function<bool(const HttpRequest&, const HttpResponse&)>;
bool may_get_better(const HttpRequest& request, const HttpResponse& response);

class RetryingTransport final : public HttpTransport {
 public:
  // Everything borrowed outlives it.
  RetryingTransport(HttpTransport& inner, const RetryPolicy& policy, MayGetBetter judge = may_get_better,
                    Pause& pause = Pause::system(), const Clock& clock = Clock::system());
  Result<HttpResponse> send(const HttpRequest& request, const std::stop_token& stop = {}) override;

 private:
  HttpTransport& inner_;
  const RetryPolicy policy_;
  MayGetBetter judge_;
  Pause& pause_;
  const Clock& clock_;
  std::atomic<bool> has_answered_ = false;
};

// The wait that a Retry-After header asks for; nothing when there is none or it cannot be read.
std::optional<std::chrono::milliseconds> retry_after(const HttpResponse& response, UtcTime now);

// An HTTP date (RFC 9110 §5.6.7).
std::optional<UtcTime> parse_http_date(std::string_view text);

// How far the server's clock, by the Date of its answer, is ahead of ours; nothing where it does not tell.
std::optional<std::chrono::milliseconds> clock_skew(const HttpResponse& response, UtcTime now);

}  // namespace candid::net
