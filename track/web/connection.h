#pragma once
// One HTTP connection: reads requests within their limits, has them answered on a worker thread, writes the answers.
// Internal to track.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "track/web/body_budget.h"
#include "track/web/event_desk.h"
#include "track/web/fast_lane.h"
#include "track/web/ip_address.h"
#include "track/web/metrics.h"
#include "track/web/router.h"
#include "track/web/server.h"
#include "track/web/stream.h"
#include "track/web/trusted_proxies.h"
#include "track/web/worker_pool.h"

namespace candid::track {

// What all connections of a server share; borrowed by them, so it outlives the server's threads.
struct ConnectionHost {
  const ServerSettings& settings;
  const TrustedProxies& proxies;
  Router& router;
  EventDesk& events;
  Metrics& metrics;
  // Apart, so that none can take the others' threads.
  WorkerPool& pages;
  WorkerPool& api;
  WorkerPool& media;
  WorkerPool& passcodes;
  BodyBudget& long_bodies;
  // Of what each of these answers, what only looks something up.
  FastLane& quick_pages;
  FastLane& quick_media;
  // Set where only metrics are answered, and nothing of a candidate's.
  std::function<std::string()> metrics_page{};
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // The stream's executor is a strand of its own. The host is borrowed.
  Connection(std::unique_ptr<Stream> stream, const IpAddress& peer, const ConnectionHost& host);
  ~Connection();

  boost::asio::any_io_executor executor() const;
  // Until the peer leaves, breaks a limit, or finish() is called. Started once.
  boost::asio::awaitable<void> run();
  // Ends the connection after the request that is under way, and a live answer at once. Any thread.
  void finish();
  // The same, but a request that has not come whole is dropped, too: somebody else needs the place. Any thread.
  void leave();
  // For when no thread serves it any more: no live feed reaches for its io_context from now on.
  void mute();
  // Since when it waits for its peer: for a handshake, or for a request that is whole; nothing while it does something
  // itself, or reads a long body. Any thread.
  std::optional<std::chrono::steady_clock::time_point> waits_since() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace candid::track
