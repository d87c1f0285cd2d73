#pragma once
// Stored media on their way out: over a plain socket without copying them through memory (sendfile(2) here, and only
// here, for Linux), and piece by piece where they must be encrypted.
// Internal to track.
//
// A file is open only while bytes are taken from it, never while anybody waits for a peer: what is open of media at
// once is one file a thread (open_files.h counts on it). It is opened again by its name then; one that was replaced,
// written to or removed meanwhile ends the answer, as one that is too short does.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "track/media_library.h"

namespace candid::track {

// Another one when the file was replaced or written to.
struct FileIdentity {
  uint64_t device = 0;
  uint64_t number = 0;
  int64_t size = 0;
  int64_t seconds = 0;  // of the last change
  int64_t nanoseconds = 0;
  bool operator==(const FileIdentity&) const = default;
};

// The bytes that left: fewer than the extents hold when the peer went away, took nothing for `stall_timeout`, or a file
// is shorter than its extent. Call it on the socket's strand.
boost::asio::awaitable<uint64_t> send_extents(boost::asio::ip::tcp::socket& socket, const std::vector<Extent>& extents,
                                              std::chrono::milliseconds stall_timeout);

// The bytes of extents, one piece after the other. Reads on the caller's thread, from the page cache as a rule, as
// sendfile does.
class ExtentReader {
 public:
  // The extents outlive it.
  explicit ExtentReader(const std::vector<Extent>& extents) : extents_(extents) {}
  // Fills `piece` from its beginning; 0 at the end, and when a file is shorter than its extent or cannot be read.
  size_t read(std::span<char> piece);

 private:
  size_t read_some(const Extent& extent, std::span<char> piece);

  const std::vector<Extent>& extents_;
  size_t index_ = 0;
  uint64_t done_ = 0;                   // of the extent at index_
  std::optional<FileIdentity> seen_{};  // of its file, once it was read
};

}  // namespace candid::track
