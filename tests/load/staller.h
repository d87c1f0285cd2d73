#pragma once
// Who takes a server's connections for nothing: opens one and says nothing, or begins a request and sends a byte of its
// header now and then. What the server ends is opened again.

#include <boost/asio/awaitable.hpp>

#include "tests/load/crowd.h"
#include "tests/load/tally.h"

namespace candid::load {

struct Stalling {
  std::chrono::milliseconds byte_every{};  // zero: nothing is ever sent
};

// The staller of this number, from `begin` until the crowd's end.
boost::asio::awaitable<void> stall(const Crowd& crowd, const Stalling& stalling, size_t number, Moment begin,
                                   Tally& tally);

}  // namespace candid::load
