#pragma once
// A candidate with the page open: loads it, takes its ticket, starts the video and reports as the page's script does
// (assets/pages/message.js): what was not acknowledged is sent again with the same numbers.

#include <boost/asio/awaitable.hpp>

#include "tests/load/crowd.h"
#include "tests/load/tally.h"

namespace candid::load {

struct Watching {
  std::chrono::milliseconds beat = std::chrono::seconds(5);
  std::chrono::milliseconds stay{};  // then the page is left and another one opened; zero: to the end
  bool fetches_video = false;        // the whole of it, once a page
};

// The viewer of this number, from `begin` until the crowd's end.
boost::asio::awaitable<void> view(const Crowd& crowd, const Watching& watching, size_t number, Moment begin,
                                  Tally& tally);

// Somebody who opens a page at `due` over a connection of their own, and leaves.
boost::asio::awaitable<void> visit(const Crowd& crowd, size_t number, Moment due, Tally& tally);

}  // namespace candid::load
