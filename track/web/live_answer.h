#pragma once
// Sends what a live feed gives for as long as its reader stays. Internal to track.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "track/web/live_feed.h"
#include "track/web/stream.h"
#include "track/web/worker_pool.h"

namespace candid::track {

// Every call but wake() is made on the executor's strand.
class LiveAnswer : public std::enable_shared_from_this<LiveAnswer> {
 public:
  // Where feeds are looked at: they may ask the ledger.
  LiveAnswer(const boost::asio::any_io_executor& executor, WorkerPool& workers, const LiveLimits& limits);

  // Until the reader takes nothing for `stall`, end() is called, or the time is over; gives the bytes that left.
  boost::asio::awaitable<uint64_t> send(Stream& stream, std::shared_ptr<LiveFeed> feed,
                                        std::chrono::milliseconds stall);
  // The reader has gone, or the server ends.
  void end();
  // Nothing comes from a feed to the executor any more when it returns: its io_context goes. Any thread.
  void mute();

 private:
  // From any thread.
  void wake();
  boost::asio::awaitable<std::string> look(LiveFeed& feed);

  boost::asio::steady_timer timer_;
  WorkerPool& workers_;
  const LiveLimits limits_;
  std::mutex mutex_;
  bool muted_ = false;    // under the mutex, as the next one
  bool waking_ = false;   // a wake is on its way to the strand
  bool has_news_ = true;  // what there is from the beginning
  bool ended_ = false;
};

}  // namespace candid::track
