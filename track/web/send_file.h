#pragma once
// Stored media on their way out: over a plain socket without copying them through memory (sendfile(2) here, and only
// here, for Linux), and piece by piece where they must be encrypted.
// Internal to track.

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "track/media_library.h"

namespace candid::track {

// The bytes that left: fewer than the extents hold when the peer went away, took nothing for `stall_timeout`, or a file
// is shorter than its extent. Call it on the socket's strand.
boost::asio::awaitable<uint64_t> send_extents(boost::asio::ip::tcp::socket& socket, const std::vector<Extent>& extents,
                                              std::chrono::milliseconds stall_timeout);

// The bytes of extents, one piece after the other. Reads on the caller's thread, from the page cache as a rule, as
// sendfile does.
class ExtentReader {
 public:
  // The extents outlive it.
  explicit ExtentReader(const std::vector<Extent>& extents);
  ~ExtentReader();
  // Fills `piece` from its beginning; 0 at the end, and when a file is shorter than its extent or cannot be read.
  size_t read(std::span<char> piece);

 private:
  struct OpenFile;
  const std::vector<Extent>& extents_;
  size_t index_ = 0;
  uint64_t done_ = 0;               // of the extent at index_
  std::unique_ptr<OpenFile> file_;  // of that extent, once it is read
};

}  // namespace candid::track
