#pragma once
// One HTTP connection: reads requests within their limits, has them answered on a worker thread, writes the answers.
// Internal to track.

#include <chrono>
#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>

#include "track/web/body_budget.h"
#include "track/web/ip_address.h"
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
  Ledger& ledger;
  // Apart, so that none can take the others' threads.
  WorkerPool& pages;
  WorkerPool& api;
  WorkerPool& media;
  WorkerPool& passcodes;
  BodyBudget& long_bodies;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // The stream's executor is a strand of its own.
  Connection(std::unique_ptr<Stream> stream, const IpAddress& peer, const ConnectionHost& host);
  ~Connection();

  boost::asio::any_io_executor executor() const;
  // Until the peer leaves, breaks a limit, or finish() is called. Started once.
  boost::asio::awaitable<void> run();
  // Ends the connection after the request that is under way. Any thread.
  void finish();
  // Since when it waits for a handshake, or for a request of which no byte has come; nothing while it does something,
  // or ends. Any thread.
  std::optional<std::chrono::steady_clock::time_point> idle_since() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace candid::track
