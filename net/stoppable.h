#pragma once
// One stop for every request of a transport, as a decorator: whoever has no stop token at hand can be stopped all the
// same. Above the retries, so that their waits end as well.

#include <optional>
#include <stop_token>

#include "net/http.h"

namespace candid::net {

// What a request ends with that was stopped before it was answered.
Error stopped(const HttpRequest& request);

// Stopped as soon as one of two is.
class EitherStop {
 public:
  EitherStop(const std::stop_token& one, const std::stop_token& other);
  EitherStop(const EitherStop&) = delete;
  EitherStop& operator=(const EitherStop&) = delete;
  const std::stop_token& token() const { return token_; }

 private:
  struct Pass {
    std::stop_source& to;
    void operator()() const { to.request_stop(); }
  };
  std::stop_source both_{std::nostopstate};
  std::stop_token token_{};
  std::optional<std::stop_callback<Pass>> from_one_{};
  std::optional<std::stop_callback<Pass>> from_other_{};
};

class StoppableTransport final : public HttpTransport {
 public:
  // `inner` outlives it.
  StoppableTransport(HttpTransport& inner, std::stop_token stop) : inner_(inner), stop_(std::move(stop)) {}
  // Cancelled, without a transfer, once a stop was requested.
  Result<HttpResponse> send(const HttpRequest& request, const std::stop_token& stop = {}) override;

 private:
  HttpTransport& inner_;
  const std::stop_token stop_;
};

}  // namespace candid::net
