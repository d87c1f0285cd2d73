#pragma once
// A server on loopback that takes every request and never answers, as one that hangs.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include "tests/support/loopback_socket.h"

namespace candid::test {

class SilentServer {
 public:
  SilentServer() : thread_([this] { serve(); }) {}
  ~SilentServer() {
    socket_.shut_down();
    thread_.join();
    for (int peer : peers_) ::close(peer);
  }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;

  std::string url() const { return socket_.url(); }
  // Until a request has begun to arrive.
  void wait_for_request() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(asked_.wait_for(lock, std::chrono::seconds(60), [&] { return requests_ > 0; })) << "nobody asked";
  }

 private:
  void serve() {
    for (int peer = socket_.accept(); peer >= 0; peer = socket_.accept()) {
      peers_.push_back(peer);
      pollfd ready{peer, POLLIN, 0};
      if (::poll(&ready, 1, 10'000) != 1) continue;
      std::lock_guard lock(mutex_);
      ++requests_;
      asked_.notify_all();
    }
  }

  LoopbackSocket socket_{};
  std::vector<int> peers_{};
  std::mutex mutex_;
  std::condition_variable asked_;
  int requests_ = 0;
  std::jthread thread_;
};

}  // namespace candid::test
