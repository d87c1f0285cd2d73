#pragma once
// A server on loopback that takes every request and never answers, as one that hangs.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace candid::test {

class SilentServer {
 public:
  SilentServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    bool is_open = ::bind(socket_, generic, length) == 0 && ::listen(socket_, 16) == 0 &&
                   ::getsockname(socket_, generic, &length) == 0;
    if (!is_open) ADD_FAILURE() << "no port on loopback";
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { serve(); });
  }
  ~SilentServer() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    for (int peer : peers_) ::close(peer);
    ::close(socket_);
  }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;

  std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }
  // Until a request has begun to arrive.
  void wait_for_request() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(asked_.wait_for(lock, std::chrono::seconds(60), [&] { return requests_ > 0; })) << "nobody asked";
  }

 private:
  void serve() {
    for (int peer = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC); peer >= 0;
         peer = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC)) {
      peers_.push_back(peer);
      pollfd ready{peer, POLLIN, 0};
      if (::poll(&ready, 1, 10'000) != 1) continue;
      std::lock_guard lock(mutex_);
      ++requests_;
      asked_.notify_all();
    }
  }

  int socket_;
  int port_ = 0;
  std::vector<int> peers_{};
  std::mutex mutex_;
  std::condition_variable asked_;
  int requests_ = 0;
  std::jthread thread_;
};

}  // namespace candid::test
