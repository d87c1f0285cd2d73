#include "tests/net/loopback_server.h"

#include <array>
#include <stdexcept>
#include <tuple>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace candid::net::test {
namespace {

// A listening socket on a free port, and that port.
std::pair<int, uint16_t> listen_on_loopback() {
  int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 8) != 0 || ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("cannot listen on loopback");
  }
  return {listener, ntohs(address.sin_port)};
}

size_t content_length(const std::string& head) {
  size_t at = head.find("Content-Length: ");
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
}

}  // namespace

LoopbackServer::LoopbackServer(std::string response) : response_(std::move(response)) {
  std::tie(listener_, port_) = listen_on_loopback();
  thread_ = std::jthread([this] { serve(); });
}

LoopbackServer::~LoopbackServer() {
  ::shutdown(listener_, SHUT_RDWR);  // wakes accept()
  thread_.join();
  ::close(listener_);
}

std::string LoopbackServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

std::string LoopbackServer::request() {
  std::lock_guard lock(mutex_);
  return request_;
}

int LoopbackServer::connections() {
  std::lock_guard lock(mutex_);
  return connections_;
}

void LoopbackServer::serve() {
  int connection = -1;
  while ((connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0) {
    timeval patience{30, 0};
    ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    answer(connection);
    ::close(connection);
  }
}

void LoopbackServer::answer(int connection) {
  std::string request;
  std::array<char, 65536> chunk{};
  auto receive = [&] {
    ssize_t got = ::recv(connection, chunk.data(), chunk.size(), 0);
    if (got > 0) request.append(chunk.data(), static_cast<size_t>(got));
    return got > 0;
  };
  size_t head = std::string::npos;
  while ((head = request.find("\r\n\r\n")) == std::string::npos) {
    if (!receive()) break;
  }
  if (head != std::string::npos) {
    if (request.find("Expect: 100-continue") != std::string::npos) {
      ::send(connection, "HTTP/1.1 100 Continue\r\nX-Early: yes\r\n\r\n", 39, MSG_NOSIGNAL);
    }
    size_t whole = head + 4 + content_length(request.substr(0, head));
    while (request.size() < whole && receive()) {
    }
  }
  {
    std::lock_guard lock(mutex_);
    request_ = request;
    ++connections_;
  }
  std::string_view rest = response_;
  while (!rest.empty()) {
    ssize_t sent = ::send(connection, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    rest.remove_prefix(static_cast<size_t>(sent));
  }
  if (!response_.empty()) ::shutdown(connection, SHUT_WR);
  while (receive()) {
  }
}

uint16_t unused_port() {
  auto [listener, port] = listen_on_loopback();
  ::close(listener);
  return port;
}

}  // namespace candid::net::test
