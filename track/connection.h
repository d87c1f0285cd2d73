#pragma once
// One HTTP connection: reads requests within their limits, lets Site answer, writes the answers.
// Internal to track.

#include <memory>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "track/server.h"
#include "track/site.h"

namespace candid::track {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // The socket's executor is a strand of its own. Everything borrowed outlives the server's threads.
  Connection(boost::asio::ip::tcp::socket socket, const ServerSettings& settings, const Site& site, Ledger& ledger);
  ~Connection();

  // Until the peer leaves, breaks a limit, or finish() is called. Started once.
  boost::asio::awaitable<void> run();
  // Ends the connection after the request that is under way. Any thread.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace candid::track
