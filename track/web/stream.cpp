#include "track/web/stream.h"

#include <array>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>

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

// What both kinds do alike. `Layer` is what is read and written.
template <typename Layer>
class LayeredStream : public Stream {
 public:
  template <typename... Arguments>
  explicit LayeredStream(Arguments&&... arguments) : layer_(std::forward<Arguments>(arguments)...) {}

  asio::any_io_executor executor() override { return layer_.get_executor(); }
  void abandon() override { tcp_layer().close(); }

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

 protected:
  beast::tcp_stream& tcp_layer() { return beast::get_lowest_layer(layer_); }
  asio::awaitable<void> close_socket(Milliseconds linger) {
    error_code ignored;  // the peer may have closed already
    tcp_layer().socket().shutdown(tcp::socket::shutdown_send, ignored);
    if (linger > Milliseconds(0)) {
      tcp_layer().expires_after(linger);
      std::vector<char> unwanted(kPieceBytes);
      for (size_t total = 0; total < kMostUnwantedBytes;) {
        auto [code, bytes] = co_await tcp_layer().async_read_some(asio::buffer(unwanted), kNoThrow);
        if (code) break;
        total += bytes;
      }
    }
    tcp_layer().close();
  }

  Layer layer_;
};

class PlainStream final : public LayeredStream<beast::tcp_stream> {
 public:
  explicit PlainStream(tcp::socket socket) : LayeredStream(std::move(socket)) {}

  bool is_encrypted() const override { return false; }
  asio::awaitable<error_code> handshake(Milliseconds) override { co_return error_code(); }

  asio::awaitable<uint64_t> send(const std::vector<Extent>& extents, Milliseconds stall) override {
    layer_.expires_never();  // sendfile has its own timer
    co_return co_await send_extents(layer_.socket(), extents, stall);
  }

  asio::awaitable<void> close(Milliseconds linger) override { return close_socket(linger); }
};

class TlsStream final : public LayeredStream<ssl::stream<beast::tcp_stream>> {
 public:
  TlsStream(tcp::socket socket, std::shared_ptr<ssl::context> context)
      : LayeredStream(std::move(socket), *context), context_(std::move(context)) {}

  bool is_encrypted() const override { return true; }
  asio::awaitable<error_code> handshake(Milliseconds timeout) override {
    tcp_layer().expires_after(timeout);
    auto [code] = co_await layer_.async_handshake(ssl::stream_base::server, kNoThrow);
    greeted_ = !code;
    co_return code;
  }

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
    co_await close_socket(linger);
  }

 private:
  std::shared_ptr<ssl::context> context_;
  bool greeted_ = false;
};

}  // namespace

std::unique_ptr<Stream> Stream::make(tcp::socket socket, std::shared_ptr<ssl::context> context) {
  if (context == nullptr) return std::make_unique<PlainStream>(std::move(socket));
  return std::make_unique<TlsStream>(std::move(socket), std::move(context));
}

}  // namespace candid::track
