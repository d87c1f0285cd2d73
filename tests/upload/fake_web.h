#pragma once
// Servers that live in the test: a transport that hands requests to a function, time that passes without being waited
// for, and notes in memory.

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/encoding.h"
#include "core/pause.h"
#include "core/time.h"
#include "net/http.h"
#include "upload/open_store.h"

namespace candid::upload::test {

// A request as a server sees it.
struct WebRequest {
  std::string method;
  std::string path;  // from the third slash on
  std::map<std::string, std::string> headers;
  std::string body;

  std::string header(const std::string& name) const {
    auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  }
};

net::HttpResponse answer(int status, std::map<std::string, std::string> headers = {}, std::string_view body = {});
tl::unexpected<Error> cut_off();  // as the network says it

// One server for any number of transports. Thread-safe; handles one request at a time.
class FakeWeb {
 public:
  virtual ~FakeWeb() = default;
  // A transport to it, which must not outlive it.
  std::unique_ptr<net::HttpTransport> transport();

  // Sees a request first: what it gives is the answer, and the server never learns of it.
  using Interference = std::function<std::optional<Result<net::HttpResponse>>(WebRequest& request)>;
  void interfere(Interference interference);
  // The server does what it is asked, and its answer is lost, for the next request of that method.
  void lose_answer_to(const std::string& method);

  // For an interference or handle(): the server does what it is asked, and its answer is lost.
  void lose_this_answer() { loses_this_answer_ = true; }

  std::vector<WebRequest> requests() const;
  int count(std::string_view method) const;
  // Bytes of all bodies that the server got.
  uint64_t received() const { return received_; }

 protected:
  virtual net::HttpResponse handle(const WebRequest& request) = 0;

 private:
  class Transport;
  Result<net::HttpResponse> serve(WebRequest request);

  mutable std::mutex mutex_;
  Interference interference_;
  std::string lost_method_;
  bool loses_this_answer_ = false;
  std::vector<WebRequest> requests_;
  std::atomic<uint64_t> received_ = 0;
};

// What stands between a store and its server, and may answer in its place; several requests at a time.
class Proxy final : public net::HttpTransport {
 public:
  using Answer = std::function<std::optional<Result<net::HttpResponse>>(const net::HttpRequest& request)>;
  Proxy(std::unique_ptr<net::HttpTransport> server, Answer answer)
      : server_(std::move(server)), answer_(std::move(answer)) {}
  Result<net::HttpResponse> send(const net::HttpRequest& request, const std::stop_token& stop) override {
    if (auto instead = answer_(request)) return std::move(*instead);
    return server_->send(request, stop);
  }

 private:
  std::unique_ptr<net::HttpTransport> server_;
  Answer answer_;
};

// Waiting takes no time, and moves the clock.
class FakePause final : public Pause {
 public:
  bool wait(std::chrono::milliseconds duration, const std::stop_token& stop) override {
    passed_ms_ += duration.count() + 1;
    return !stop.stop_requested();
  }
  std::chrono::steady_clock::time_point now() const override {
    return std::chrono::steady_clock::time_point(std::chrono::milliseconds(passed_ms_.load()));
  }

 private:
  std::atomic<int64_t> passed_ms_ = 1'000'000;
};

class FakeWallClock final : public Clock {
 public:
  explicit FakeWallClock(UtcTime now) : now_(now) {}
  UtcTime now() const override { return now_; }

 private:
  UtcTime now_;
};

class MemoryNotes final : public UploadNotes {
 public:
  std::optional<std::string> find(std::string_view name) const override;
  Result<void> keep(std::string_view name, std::string_view note) override;
  Result<void> drop(std::string_view name) override;
  std::vector<std::string> names() const override;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> notes_;
};

// Bytes that no compression or pattern could hide a mistake in.
std::string noise(size_t size, uint32_t seed = 1);
// 20 MB of them.
const std::string& large();

}  // namespace candid::upload::test
