#pragma once
// Sends stored media over a socket without copying them through memory: sendfile(2) here, and only here, for Linux.
// Internal to track.

#include <chrono>
#include <cstdint>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "track/media_library.h"

namespace candid::track {

// The bytes that left: fewer than the extents hold when the peer went away, took nothing for `stall_timeout`, or a file
// is shorter than its extent. Call it on the socket's strand.
boost::asio::awaitable<uint64_t> send_extents(boost::asio::ip::tcp::socket& socket, const std::vector<Extent>& extents,
                                              std::chrono::milliseconds stall_timeout);

}  // namespace candid::track
