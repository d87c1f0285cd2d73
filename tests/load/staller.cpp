#include "tests/load/staller.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/load/http_connection.h"

namespace candid::load {
namespace {

namespace asio = boost::asio;
using asio::experimental::awaitable_operators::operator||
    ;  // NOLINT(misc-unused-using-decls): clang-tidy 14 misses operators

constexpr auto kStallerNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr auto kRetryPause = std::chrono::milliseconds(500);
constexpr std::string_view kBegun = "GET / HTTP/1.1\r\nHost: candid.test\r\nX-Sample: ";

asio::awaitable<void> pause_for(std::chrono::milliseconds duration) {
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  co_await timer.async_wait(kStallerNoThrow);
}

asio::awaitable<void> drip(HttpConnection& connection, std::chrono::milliseconds byte_every) {
  bool is_open = co_await connection.send(kBegun);
  while (is_open) {
    co_await pause_for(byte_every);
    is_open = co_await connection.send("a");
  }
}

}  // namespace

asio::awaitable<void> stall(const Crowd& crowd, const Stalling& stalling, size_t number, Moment begin, Tally& tally) {
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, begin);
  co_await timer.async_wait(kStallerNoThrow);
  const asio::ip::address source = crowd.address_of(number);
  HttpConnection connection(executor, crowd.timeout);
  while (std::chrono::steady_clock::now() < crowd.end) {
    if (!co_await connection.open(crowd.server, source)) {
      ++tally.unopened;
      co_await pause_for(kRetryPause);
      continue;
    }
    tally.connection_opened();
    if (stalling.byte_every > std::chrono::milliseconds(0)) {
      co_await (drip(connection, stalling.byte_every) || connection.wait_for_end());
    } else {
      co_await connection.wait_for_end();
    }
    tally.connection_closed();
    ++tally.ended;
    co_await pause_for(kRetryPause);
  }
}

}  // namespace candid::load
