#include "tests/contract/tcp_relay.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace candid::test {
namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int connect_to(int port) {
  int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(port);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return socket;
  ::close(socket);
  return -1;
}

// What has arrived; empty at the end.
std::string_view read_some(int socket, std::array<char, 65536>& buffer) {
  ssize_t got = ::recv(socket, buffer.data(), buffer.size(), 0);
  return {buffer.data(), got > 0 ? static_cast<size_t>(got) : 0};
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

}  // namespace

TcpRelay::TcpRelay(int server_port, Judge judge) : server_port_(server_port), judge_(std::move(judge)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof(address);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), length) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    throw std::runtime_error("the relay cannot listen");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

TcpRelay::~TcpRelay() {
  ending_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  close();
  for (std::thread& carrier : carriers_) carrier.join();
  ::close(listener_);
}

void TcpRelay::close() {
  closed_ = true;
  std::lock_guard lock(mutex_);
  for (int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
}

void TcpRelay::accept_all() {
  while (!ending_) {
    int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    std::lock_guard lock(mutex_);
    carriers_.emplace_back([this, client] { carry(client); });
  }
}

void TcpRelay::carry(int client) {
  int server = closed_ ? -1 : connect_to(server_port_);
  {
    std::lock_guard lock(mutex_);
    sockets_.insert(sockets_.end(), {client, server});
    if (closed_) ::shutdown(client, SHUT_RDWR);
  }
  std::array<char, 65536> buffer{};
  std::array<pollfd, 2> ends = {{{client, POLLIN, 0}, {server, POLLIN, 0}}};
  bool goes_on = server >= 0;
  bool swallows_answer = false;
  while (goes_on && ::poll(ends.data(), ends.size(), -1) > 0) {
    if (ends[1].revents != 0) {
      std::string_view answer = read_some(server, buffer);
      goes_on = !answer.empty() && !swallows_answer && send_all(client, answer);
    }
    if (goes_on && ends[0].revents != 0) {
      std::string_view sent = read_some(client, buffer);
      Fate fate = sent.empty() ? Fate::CutBefore : judge_(sent);
      swallows_answer = fate == Fate::CutAfter;
      if (fate == Fate::CutAndClose) close();
      goes_on = (fate == Fate::Pass || fate == Fate::CutAfter) && send_all(server, sent);
    }
  }
  std::lock_guard lock(mutex_);
  std::erase_if(sockets_, [&](int socket) { return socket == client || socket == server; });
  ::close(client);
  if (server >= 0) ::close(server);
}

}  // namespace candid::test
