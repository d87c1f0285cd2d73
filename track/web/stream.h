#pragma once
// One connection's bytes, in the clear or by TLS: the only thing in which the two differ. Internal to track.
//
// Every call is made on the socket's strand, one at a time (abandon() besides). Times are for the call as a whole,
// unless they are for a stall: then for each piece of it.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>

#include "track/media_library.h"

namespace candid::track {

class Stream {
 public:
  using Milliseconds = std::chrono::milliseconds;
  struct Read {
    boost::system::error_code code;
    size_t bytes = 0;
  };

  // The context is kept as long as the stream; null: in the clear.
  static std::unique_ptr<Stream> make(boost::asio::ip::tcp::socket socket,
                                      std::shared_ptr<boost::asio::ssl::context> context);
  virtual ~Stream() = default;

  virtual boost::asio::any_io_executor executor() = 0;
  virtual bool is_encrypted() const = 0;
  // What comes before the first byte; nothing in the clear.
  virtual boost::asio::awaitable<boost::system::error_code> handshake(Milliseconds timeout) = 0;
  virtual boost::asio::awaitable<Read> read_some(boost::asio::mutable_buffer into, Milliseconds timeout) = 0;
  virtual boost::asio::awaitable<boost::system::error_code> write(std::string_view text, Milliseconds stall) = 0;
  // The same, of what send() goes on with at once: both may share their first packet.
  virtual boost::asio::awaitable<boost::system::error_code> begin(std::string_view text, Milliseconds stall) = 0;
  // One after the other; in one piece where both are small.
  virtual boost::asio::awaitable<boost::system::error_code> write(std::string_view first, std::string_view second,
                                                                  Milliseconds stall) = 0;
  // The bytes that left: fewer than the extents hold when the peer went away, took nothing for `stall`, or a file is
  // shorter than its extent.
  virtual boost::asio::awaitable<uint64_t> send(const std::vector<Extent>& extents, Milliseconds stall) = 0;
  // Says goodbye, then closes. A peer that may be sending still has `linger` to read what was written: closing at once
  // would take it away from under its eyes (TCP resets when bytes come for a closed socket).
  virtual boost::asio::awaitable<void> close(Milliseconds linger) = 0;
  // Closes without a goodbye; the call that is under way ends.
  virtual void abandon() = 0;
};

}  // namespace candid::track
