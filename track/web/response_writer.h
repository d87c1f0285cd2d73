#pragma once
// An answer on its way out: its head, then a text or bytes of files. Internal to track.

#include <chrono>
#include <cstdint>

#include <boost/asio/awaitable.hpp>

#include "track/web/response_head.h"
#include "track/web/stream.h"

namespace candid::track {

struct Sent {
  bool is_whole = false;
  uint64_t body = 0;   // bytes that left, without the head
  uint64_t media = 0;  // those of them that are of files
};

// The answer and its parts outlive the call. A peer that takes nothing for `stall` has gone.
boost::asio::awaitable<Sent> write_response(Stream& stream, const HttpResponse& response, Method method,
                                            const Wire& wire, std::chrono::milliseconds stall);

}  // namespace candid::track
