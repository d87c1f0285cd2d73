#pragma once
// A socket that listens on a free port of loopback.

#include <string>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace candid::test {

class LoopbackSocket {
 public:
  LoopbackSocket() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    bool is_open = ::bind(socket_, generic, length) == 0 && ::listen(socket_, 16) == 0 &&
                   ::getsockname(socket_, generic, &length) == 0;
    if (!is_open) ADD_FAILURE() << "no port on loopback";
    port_ = ntohs(address.sin_port);
  }
  ~LoopbackSocket() { ::close(socket_); }
  LoopbackSocket(const LoopbackSocket&) = delete;
  LoopbackSocket& operator=(const LoopbackSocket&) = delete;

  std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }
  // Waits for a connection, which is the caller's to close; negative once shut_down().
  int accept() const { return ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC); }
  void shut_down() const { ::shutdown(socket_, SHUT_RDWR); }

 private:
  const int socket_;
  int port_ = 0;
};

}  // namespace candid::test
