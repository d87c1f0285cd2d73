#pragma once
// Time that a test moves, and transports whose answers are written down beforehand.

#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "core/pause.h"
#include "core/time.h"
#include "net/http.h"

namespace candid::net::test {

// Waits take no time, and move the time.
class FakePause final : public Pause {
 public:
  bool wait(std::chrono::milliseconds duration, const std::stop_token& stop) override {
    std::lock_guard lock(mutex_);
    waits_.push_back(duration);
    now_ += duration;
    return !stop.stop_requested();
  }
  std::chrono::steady_clock::time_point now() const override {
    std::lock_guard lock(mutex_);
    return now_;
  }
  void pass(std::chrono::milliseconds duration) {
    std::lock_guard lock(mutex_);
    now_ += duration;
  }
  std::vector<std::chrono::milliseconds> waits() const {
    std::lock_guard lock(mutex_);
    return waits_;
  }
  std::chrono::milliseconds waited() const {
    std::chrono::milliseconds sum{};
    for (auto one : waits()) sum += one;
    return sum;
  }

 private:
  mutable std::mutex mutex_;
  std::chrono::steady_clock::time_point now_{std::chrono::hours(1)};
  std::vector<std::chrono::milliseconds> waits_;
};

class FakeClock final : public Clock {
 public:
  explicit FakeClock(UtcTime now) : now_(now) {}
  UtcTime now() const override { return now_; }

 private:
  UtcTime now_;
};

class FakeTransport final : public HttpTransport {
 public:
  using Answer = std::function<Result<HttpResponse>(const HttpRequest&)>;
  // Asked for every request.
  explicit FakeTransport(Answer answer) : answer_(std::move(answer)) {}
  // One after the other; the last again and again.
  explicit FakeTransport(std::deque<Result<HttpResponse>> answers) {
    answer_ = [answers](const HttpRequest&) mutable {
      auto answer = answers.front();
      if (answers.size() > 1) answers.pop_front();
      return answer;
    };
  }
  Result<HttpResponse> send(const HttpRequest& request, const std::stop_token&) override {
    std::lock_guard lock(mutex_);
    requests.push_back(request);
    return answer_(request);
  }
  std::vector<HttpRequest> requests;

 private:
  std::mutex mutex_;
  Answer answer_;
};

inline HttpResponse status(int code, std::map<std::string, std::string> headers = {}, std::string_view body = "") {
  return {code, std::move(headers), {body.begin(), body.end()}};
}

inline tl::unexpected<Error> no_answer() {
  return tl::unexpected<Error>(Error(ErrorKind::Network, "GET h/ failed: the connection broke").retry_may_help());
}

}  // namespace candid::net::test
