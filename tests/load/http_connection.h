#pragma once
// One keep-alive connection of a browser: requests one after the other, each with its answer. As much of HTTP/1.1 as
// candid and nginx speak: answers with a Content-Length.

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace candid::load {

struct Answer {
  int status = 0;
  bool keeps_open = false;
  std::string body{};
};

// Used by one coroutine.
class HttpConnection {
 public:
  // `timeout` is for opening it, and for each request with its answer.
  HttpConnection(const boost::asio::any_io_executor& executor, std::chrono::milliseconds timeout);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  // From `source`, an address of this machine: servers bound what one address may do. False when it cannot be opened.
  boost::asio::awaitable<bool> open(const boost::asio::ip::tcp::endpoint& server,
                                    const boost::asio::ip::address& source);
  // Sends the request as it is. Nothing when the connection broke or the time was up; it is closed then.
  boost::asio::awaitable<std::optional<Answer>> ask(const std::string& request);
  // Sends so many bytes and waits for no answer. False when the connection is broken.
  boost::asio::awaitable<bool> send(std::string_view bytes);
  // Until the server ends the connection.
  boost::asio::awaitable<void> wait_for_end();

  bool is_open() const { return socket_->is_open(); }
  // Whether the server has ended it since the last answer, as it may do to a connection that is idle.
  bool was_ended() const;
  void close();

 private:
  boost::asio::awaitable<std::optional<Answer>> receive();
  void start_clock();
  void stop_clock();

  // Shared with the timer's handler, which may run when this is gone.
  std::shared_ptr<boost::asio::ip::tcp::socket> socket_;
  boost::asio::steady_timer clock_;
  const std::chrono::milliseconds timeout_;
  std::string received_;
};

}  // namespace candid::load
