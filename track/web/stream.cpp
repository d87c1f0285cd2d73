#include "track/web/stream.h"

#include <algorithm>
#include <array>
#include <chrono>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <sys/socket.h>

#include "track/web/lazy_deadline.h"
#include "track/web/send_file.h"

namespace candid::track {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ssl = asio::ssl;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
// What a slow peer must take within one stall timeout.
constexpr size_t kPieceBytes = 64 * 1024;
constexpr size_t kMostUnwantedBytes = 4 << 20;
constexpr auto kGoodbye = std::chrono::seconds(1);

// Until the peer has seen the end and closes, too, or `linger` is over.
template <typename Read>
asio::awaitable<void> drop_what_comes(Read read) {
  std::vector<char> unwanted(kPieceBytes);
  for (size_t total = 0; total < kMostUnwantedBytes;) {
    const Stream::Read dropped = co_await read(asio::buffer(unwanted));
    if (dropped.code) break;
    total += dropped.bytes;
  }
}

class PlainStream final : public Stream {
 public:
  explicit PlainStream(tcp::socket socket)
      : socket_(std::move(socket)), deadline_(socket_.get_executor(), [this] { cancel(); }) {
    error_code ignored;  // of a socket that is gone already; the first call tells
    socket_.non_blocking(true, ignored);
  }

  asio::any_io_executor executor() override { return socket_.get_executor(); }
  bool is_encrypted() const override { return false; }
  asio::awaitable<error_code> handshake(Milliseconds) override { co_return error_code(); }

  asio::awaitable<Read> read_some(asio::mutable_buffer into, Milliseconds timeout) override {
    deadline_.expires_after(timeout);
    auto [code, bytes] = co_await socket_.async_read_some(into, kNoThrow);
    deadline_.expires_never();
    co_return Read{deadline_.has_passed() && code ? error_code(beast::error::timeout) : code, bytes};
  }

  asio::awaitable<error_code> write(std::string_view text, Milliseconds stall) override {
    return write(text, {}, stall, 0);
  }
  asio::awaitable<error_code> begin(std::string_view text, Milliseconds stall) override {
    return write(text, {}, stall, MSG_MORE);
  }
  asio::awaitable<error_code> write(std::string_view first, std::string_view second, Milliseconds stall) override {
    return write(first, second, stall, 0);
  }
  asio::awaitable<uint64_t> send(const std::vector<Extent>& extents, Milliseconds stall) override {
    co_return co_await send_extents(socket_, extents, stall);
  }

  asio::awaitable<void> close(Milliseconds linger) override {
    error_code ignored;  // the peer may have closed already
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    if (linger > Milliseconds(0)) {
      const auto end = std::chrono::steady_clock::now() + linger;
      co_await drop_what_comes([&](asio::mutable_buffer into) {
        return read_some(into, std::chrono::ceil<Milliseconds>(end - std::chrono::steady_clock::now()));
      });
    }
    abandon();
  }

  void abandon() override {
    error_code ignored;
    deadline_.close();
    socket_.close(ignored);
  }

 private:
  // The kernel takes most answers at once; only for those that it does not is a time needed.
  asio::awaitable<error_code> write(std::string_view first, std::string_view second, Milliseconds stall, int flags) {
    error_code code;
    const size_t taken = socket_.send(std::array{asio::buffer(first), asio::buffer(second)}, flags, code);
    if (code && code != asio::error::would_block) co_return code;
    const size_t of_first = std::min(taken, first.size());
    for (std::string_view text : {first.substr(of_first), second.substr(taken - of_first)}) {
      if (auto failed = co_await write_rest(text, stall)) co_return failed;
    }
    co_return error_code();
  }

  asio::awaitable<error_code> write_rest(std::string_view text, Milliseconds stall) {
    while (!text.empty()) {
      std::string_view piece = text.substr(0, kPieceBytes);
      deadline_.expires_after(stall);
      auto [code, bytes] = co_await asio::async_write(socket_, asio::buffer(piece), kNoThrow);
      deadline_.expires_never();
      if (code) co_return deadline_.has_passed() ? error_code(beast::error::timeout) : code;
      text.remove_prefix(piece.size());
    }
    co_return error_code();
  }

  void cancel() {
    error_code ignored;
    socket_.cancel(ignored);
  }

  tcp::socket socket_;
  LazyDeadline deadline_;
};

class TlsStream final : public Stream {
 public:
  TlsStream(tcp::socket socket, std::shared_ptr<ssl::context> context)
      : layer_(std::move(socket), *context), context_(std::move(context)) {}

  asio::any_io_executor executor() override { return layer_.get_executor(); }
  bool is_encrypted() const override { return true; }
  void abandon() override { tcp_layer().close(); }

  asio::awaitable<error_code> handshake(Milliseconds timeout) override {
    tcp_layer().expires_after(timeout);
    auto [code] = co_await layer_.async_handshake(ssl::stream_base::server, kNoThrow);
    greeted_ = !code;
    co_return code;
  }

  asio::awaitable<Read> read_some(asio::mutable_buffer into, Milliseconds timeout) override {
    tcp_layer().expires_after(timeout);
    auto [code, bytes] = co_await layer_.async_read_some(into, kNoThrow);
    co_return Read{code, bytes};
  }

  asio::awaitable<error_code> write(std::string_view text, Milliseconds stall) override {
    while (!text.empty()) {
      std::string_view piece = text.substr(0, kPieceBytes);
      tcp_layer().expires_after(stall);
      auto [code, bytes] = co_await asio::async_write(layer_, asio::buffer(piece), kNoThrow);
      if (code) co_return code;
      text.remove_prefix(piece.size());
    }
    co_return error_code();
  }

  asio::awaitable<error_code> write(std::string_view first, std::string_view second, Milliseconds stall) override {
    if (first.size() + second.size() > kPieceBytes) {
      if (auto failed = co_await write(first, stall)) co_return failed;
      co_return co_await write(second, stall);
    }
    const std::array<asio::const_buffer, 2> both = {asio::buffer(first), asio::buffer(second)};
    tcp_layer().expires_after(stall);
    auto [code, bytes] = co_await asio::async_write(layer_, both, kNoThrow);
    co_return code;
  }

  asio::awaitable<error_code> begin(std::string_view text, Milliseconds stall) override { return write(text, stall); }

  asio::awaitable<uint64_t> send(const std::vector<Extent>& extents, Milliseconds stall) override {
    ExtentReader reader(extents);
    std::vector<char> piece(kPieceBytes);
    uint64_t sent = 0;
    while (size_t bytes = reader.read(piece)) {
      if (co_await write({piece.data(), bytes}, stall)) break;
      sent += bytes;
    }
    co_return sent;
  }

  // Without the goodbye the peer could not tell an end from a cut.
  asio::awaitable<void> close(Milliseconds linger) override {
    if (greeted_ && tcp_layer().socket().is_open()) {
      tcp_layer().expires_after(kGoodbye);
      co_await layer_.async_shutdown(kNoThrow);
    }
    error_code ignored;  // the peer may have closed already
    tcp_layer().socket().shutdown(tcp::socket::shutdown_send, ignored);
    if (linger > Milliseconds(0)) {
      tcp_layer().expires_after(linger);
      co_await drop_what_comes([&](asio::mutable_buffer into) -> asio::awaitable<Read> {
        auto [code, bytes] = co_await tcp_layer().async_read_some(into, kNoThrow);
        co_return Read{code, bytes};
      });
    }
    tcp_layer().close();
  }

 private:
  beast::tcp_stream& tcp_layer() { return beast::get_lowest_layer(layer_); }

  ssl::stream<beast::tcp_stream> layer_;
  std::shared_ptr<ssl::context> context_;
  bool greeted_ = false;
};

}  // namespace

std::unique_ptr<Stream> Stream::make(tcp::socket socket, std::shared_ptr<ssl::context> context) {
  if (context == nullptr) return std::make_unique<PlainStream>(std::move(socket));
  return std::make_unique<TlsStream>(std::move(socket), std::move(context));
}

}  // namespace candid::track
