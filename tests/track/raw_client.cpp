#include "tests/track/raw_client.h"

#include <array>
#include <stdexcept>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/text.h"
#include "tests/track/fixtures.h"

namespace candid::track::test {

RawClient::RawClient(uint16_t port, const RawClientSettings& settings)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  timeval patience{30, 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  int receive_buffer = settings.receive_buffer;
  if (receive_buffer > 0) setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in source{};
  source.sin_family = AF_INET;
  inet_pton(AF_INET, settings.source.c_str(), &source.sin_addr);
  bool bound = bind(socket_, reinterpret_cast<const sockaddr*>(&source), sizeof source) == 0;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (!bound || connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("the server does not accept connections");
  }
}

RawClient::~RawClient() {
  ::close(socket_);
}

void RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = write_some(bytes);
    if (sent <= 0) return;  // the server may close before it has everything; its answer tells
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

ssize_t RawClient::write_some(std::string_view bytes) {
  return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

ssize_t RawClient::read_some(std::span<char> into) {
  return ::recv(socket_, into.data(), into.size(), 0);
}

bool RawClient::fill() {
  std::array<char, 65536> chunk{};
  ssize_t got = read_some(chunk);
  if (got <= 0) return false;
  buffer_.append(chunk.data(), static_cast<size_t>(got));
  return true;
}

RawResponse RawClient::receive(bool head) {
  size_t end = std::string::npos;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return {};
  }
  RawResponse response;
  std::string_view lines = std::string_view(buffer_).substr(0, end);
  response.status = std::stoi(std::string(lines.substr(9, 3)));
  for (size_t at = lines.find("\r\n"); at != std::string_view::npos;) {
    size_t next = lines.find("\r\n", at + 2);
    std::string_view line = lines.substr(at + 2, next == std::string_view::npos ? next : next - at - 2);
    size_t colon = line.find(':');
    std::string& value = response.headers[to_lower(line.substr(0, colon))];
    if (!value.empty()) value += ", ";
    value += line.substr(colon + 2);
    at = next;
  }
  if (auto date = response.headers.extract("date")) response.date = date.mapped();
  buffer_.erase(0, end + 4);
  if (head || response.header("content-length").empty()) return response;
  size_t length = std::stoul(response.header("content-length"));
  while (buffer_.size() < length && fill()) {
  }
  response.body = buffer_.substr(0, length);
  buffer_.erase(0, response.body.size());
  return response;
}

bool RawClient::has_answer() const {
  pollfd waiting{socket_, POLLIN, 0};
  return !buffer_.empty() || ::poll(&waiting, 1, 0) > 0;
}

std::string RawClient::receive_until(std::string_view text) {
  size_t at = std::string::npos;
  while ((at = buffer_.find(text)) == std::string::npos) {
    if (!fill()) return {};
  }
  std::string got = buffer_.substr(0, at + text.size());
  buffer_.erase(0, got.size());
  return got;
}

bool RawClient::is_closed_by_server() {
  std::array<char, 65536> chunk{};
  ssize_t got = 0;
  while ((got = read_some(chunk)) > 0) {
  }
  return got == 0 || errno == ECONNRESET;
}

RawResponse RawClient::post(std::string_view path, std::string_view body, std::string_view type) {
  return ask("POST", path, fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", type, body.size()), body);
}

RawResponse RawClient::ask(std::string_view method, std::string_view path, std::string_view headers,
                           std::string_view body) {
  send(fmt::format("{} {} HTTP/1.1\r\nHost: test\r\nUser-Agent: {}\r\n{}\r\n{}", method, path, kPhone, headers, body));
  return receive(method == "HEAD");
}

}  // namespace candid::track::test
