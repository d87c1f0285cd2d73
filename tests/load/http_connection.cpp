#include "tests/load/http_connection.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <netinet/in.h>
#include <sys/socket.h>

namespace candid::load {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr size_t kLongestHead = 16 * 1024;

// In a head of lower case; empty where there is none.
std::string_view field(std::string_view head, std::string_view name) {
  const size_t at = head.find(name);
  if (at == std::string_view::npos) return {};
  std::string_view value = head.substr(at + name.size());
  value = value.substr(0, value.find("\r\n"));
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return value;
}

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number value = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc{} ? std::optional(value) : std::nullopt;
}

// The port is chosen when the connection is made, so that one port can serve towards several servers.
void choose_port_late(tcp::socket& socket) {
  const int on = 1;
  ::setsockopt(socket.native_handle(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
}

}  // namespace

HttpConnection::HttpConnection(const asio::any_io_executor& executor, std::chrono::milliseconds timeout)
    : socket_(std::make_shared<tcp::socket>(executor)), clock_(executor), timeout_(timeout) {}

HttpConnection::~HttpConnection() {
  close();
}

bool HttpConnection::was_ended() const {
  char byte = 0;
  const ssize_t there = ::recv(socket_->native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return there == 0 || (there < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

void HttpConnection::close() {
  error_code ignored;
  socket_->close(ignored);
}

void HttpConnection::start_clock() {
  clock_.expires_after(timeout_);
  clock_.async_wait([socket = socket_](const error_code& code) {
    error_code ignored;
    if (!code) socket->close(ignored);
  });
}

void HttpConnection::stop_clock() {
  clock_.cancel();
}

asio::awaitable<bool> HttpConnection::open(const tcp::endpoint& server, const asio::ip::address& source) {
  close();
  received_.clear();
  error_code code;
  socket_->open(server.protocol(), code);
  if (!code) socket_->set_option(tcp::no_delay(true), code);
  if (code) co_return false;
  choose_port_late(*socket_);
  socket_->bind({source, 0}, code);
  if (!code) {
    start_clock();
    auto [refused] = co_await socket_->async_connect(server, kNoThrow);
    stop_clock();
    code = refused;
  }
  if (code) close();
  co_return !code;
}

asio::awaitable<std::optional<Answer>> HttpConnection::ask(const std::string& request) {
  start_clock();
  auto [code, bytes] = co_await asio::async_write(*socket_, asio::buffer(request), kNoThrow);
  std::optional<Answer> answer;
  if (!code) answer = co_await receive();
  stop_clock();
  if (!answer || !answer->keeps_open) close();
  co_return answer;
}

asio::awaitable<std::optional<Answer>> HttpConnection::receive() {
  auto [code, head_size] =
      co_await asio::async_read_until(*socket_, asio::dynamic_buffer(received_, kLongestHead), "\r\n\r\n", kNoThrow);
  if (code) co_return std::nullopt;
  std::string head = received_.substr(0, head_size);
  std::transform(head.begin(), head.end(), head.begin(), [](unsigned char c) { return std::tolower(c); });
  auto status = head.starts_with("http/1.1 ") ? number<int>(std::string_view(head).substr(9, 3)) : std::nullopt;
  if (!status) co_return std::nullopt;
  Answer answer{*status, field(head, "\r\nconnection:") != "close"};
  const size_t length = number<size_t>(field(head, "\r\ncontent-length:")).value_or(0);
  answer.body = received_.substr(head_size, length);
  received_.erase(0, head_size + answer.body.size());
  const size_t missing = length - answer.body.size();
  if (missing > 0) {
    const size_t there = answer.body.size();
    answer.body.resize(length);
    auto [broken, more] =
        co_await asio::async_read(*socket_, asio::buffer(answer.body.data() + there, missing), kNoThrow);
    if (broken) co_return std::nullopt;
  }
  if (received_.empty()) received_.shrink_to_fit();  // ten thousand of these wait most of the time
  co_return answer;
}

asio::awaitable<bool> HttpConnection::send(std::string_view bytes) {
  start_clock();
  auto [code, count] = co_await asio::async_write(*socket_, asio::buffer(bytes), kNoThrow);
  stop_clock();
  if (code) close();
  co_return !code;
}

asio::awaitable<void> HttpConnection::wait_for_end() {
  char byte[256];
  while (is_open()) {
    auto [code, count] = co_await socket_->async_read_some(asio::buffer(byte), kNoThrow);
    if (code) close();
  }
}

}  // namespace candid::load
