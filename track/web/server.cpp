#include "track/web/server.h"

#include <condition_variable>
#include <csignal>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "core/log.h"
#include "track/pages/site.h"
#include "track/web/connection.h"
#include "track/web/ip_address.h"
#include "track/web/open_files.h"
#include "track/web/tls.h"

namespace candid::track {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
// Dropped every quarter of an hour, so within the promised 24 hours, also where the ledger is away now and then.
constexpr auto kAddressLifetime = std::chrono::hours(23);
constexpr auto kHousekeeping = std::chrono::minutes(15);
constexpr auto kWorkerPause = std::chrono::milliseconds(1000);
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

IpAddress address_of(const asio::ip::address& address) {
  auto wide = address.is_v4() ? asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()) : address.to_v6();
  return {wide.to_bytes()};
}

std::string without_last_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

size_t at_least_one(int number) {
  return static_cast<size_t>(std::max(1, number));
}

// The connections that are open, so that stop() can end them and wait for them. Thread-safe.
class OpenConnections {
 public:
  size_t count() const {
    std::lock_guard lock(mutex_);
    return open_.size();
  }
  size_t count_of(const IpAddress& customer) const {
    std::lock_guard lock(mutex_);
    auto found = by_customer_.find(customer.bytes);
    return found == by_customer_.end() ? 0 : found->second;
  }
  void add(const std::shared_ptr<Connection>& connection, const IpAddress& customer) {
    std::lock_guard lock(mutex_);
    open_.emplace(connection, customer);
    ++by_customer_[customer.bytes];
  }
  void remove(const std::shared_ptr<Connection>& connection) {
    std::lock_guard lock(mutex_);
    auto found = open_.find(connection);
    if (found == open_.end()) return;
    uncount(found->second);
    open_.erase(found);
    if (open_.empty()) none_left_.notify_all();
  }
  // Ends this customer's connection that is idle for the longest; it counts as the customer's no more. False where none
  // is.
  bool end_idle(const IpAddress& customer) {
    std::lock_guard lock(mutex_);
    auto longest = open_.end();
    std::optional<std::chrono::steady_clock::time_point> earliest;
    for (auto entry = open_.begin(); entry != open_.end(); ++entry) {
      if (entry->second != customer) continue;
      auto since = entry->first->idle_since();
      if (!since || (earliest && *earliest <= *since)) continue;
      earliest = since;
      longest = entry;
    }
    if (longest == open_.end()) return false;
    longest->first->finish();
    uncount(longest->second);
    longest->second.reset();
    return true;
  }
  void finish_all() {
    std::lock_guard lock(mutex_);
    for (const auto& [connection, customer] : open_) connection->finish();
  }
  void wait_until_none(std::chrono::milliseconds longest) {
    std::unique_lock lock(mutex_);
    none_left_.wait_for(lock, longest, [&] { return open_.empty(); });
  }
  void clear() {
    std::lock_guard lock(mutex_);
    open_.clear();
    by_customer_.clear();
  }

 private:
  void uncount(const std::optional<IpAddress>& customer) {
    if (!customer) return;
    auto found = by_customer_.find(customer->bytes);
    if (--found->second == 0) by_customer_.erase(found);
  }

  mutable std::mutex mutex_;
  std::condition_variable none_left_;
  // Shared with their coroutines; with the customer as whose they count.
  std::map<std::shared_ptr<Connection>, std::optional<IpAddress>> open_;
  std::map<std::array<uint8_t, 16>, size_t> by_customer_;
};

}  // namespace

// What start() makes before there is a server.
struct ServerParts {
  std::vector<uint8_t> key;
  TrustedProxies proxies;
  std::unique_ptr<TlsIdentity> tls;  // null: plain HTTP
};

struct Server::State {
  State(const ServerSettings& server_settings, ServerParts parts, Ledger& event_ledger, const MediaLibrary& media,
        Api* api, const Clock& wall_clock)
      : settings(server_settings),
        ledger(event_ledger),
        clock(wall_clock),
        proxies(std::move(parts.proxies)),
        tls(std::move(parts.tls)),
        site(without_last_slash(server_settings.public_url), std::move(parts.key), event_ledger, media, wall_clock),
        router(site, api, wall_clock) {}

  Result<void> listen();
  void run_threads();
  asio::awaitable<void> accept_all();
  bool makes_room_for(const IpAddress& peer);
  asio::awaitable<void> serve(std::shared_ptr<Connection> connection);
  // Calls `job` on a worker again and again, as the jobs wait for disks and ledgers; soon again where none is free.
  template <typename Job>
  asio::awaitable<void> repeat(asio::steady_timer& timer, std::chrono::milliseconds interval, Job job);
  void drop_old_addresses();
  void renew_certificate();

  const ServerSettings settings;
  Ledger& ledger;
  const Clock& clock;
  const TrustedProxies proxies;
  const std::unique_ptr<TlsIdentity> tls;
  Site site;
  Router router;
  asio::io_context io;
  // The acceptor and the timers are used on this strand alone.
  asio::strand<asio::io_context::executor_type> own{asio::make_strand(io)};
  tcp::acceptor acceptor{own};
  asio::steady_timer housekeeping{own};
  asio::steady_timer certificate_check{own};
  BodyBudget long_bodies{settings.limits.long_body_bytes};
  // After the io_context, whose handlers wait in their queues: they must go first.
  WorkerPool pages{at_least_one(settings.workers), settings.limits.waiting};
  WorkerPool api_workers{at_least_one(settings.api_workers), settings.limits.waiting};
  WorkerPool media_workers{at_least_one(settings.media_workers), settings.limits.waiting};
  WorkerPool passcodes{at_least_one(settings.passcode_workers), settings.limits.waiting_passcodes};
  const ConnectionHost host{settings,    proxies,       router,    ledger,     pages,
                            api_workers, media_workers, passcodes, long_bodies};
  const size_t most_connections = connections_within(raise_open_file_limit(), settings.limits.connections);
  OpenConnections connections;
  uint16_t port = 0;
  std::vector<std::thread> threads;
  std::once_flag stopped;
  bool all_ended = false;  // what stop() returns
};

Result<void> Server::State::listen() {
  boost::system::error_code code;
  auto address = asio::ip::make_address(settings.address, code);
  if (code) {
    return fail(ErrorKind::InvalidInput, fmt::format("\"{}\" is not an IP address", settings.address),
                "listen on 127.0.0.1, or on 0.0.0.0 for every network of this machine");
  }
  tcp::endpoint endpoint(address, settings.port);
  if (!acceptor.open(endpoint.protocol(), code)) acceptor.set_option(tcp::acceptor::reuse_address(true), code);
  if (!code) acceptor.bind(endpoint, code);
  if (!code) acceptor.listen(tcp::acceptor::max_listen_connections, code);
  if (code) {
    Error error =
        system_error(code.value(), fmt::format("cannot listen on {}", with_port(settings.address, settings.port)));
    return fail(error.kind(), error.message(),
                "is another program using the port? candid serve --listen 127.0.0.1:0 takes a free one");
  }
  port = acceptor.local_endpoint().port();
  return {};
}

void Server::State::run_threads() {
  for (int index = 0; index < std::max(1, settings.threads); ++index) {
    threads.emplace_back([this] {
      // sendfile() to a peer that has left raises it, and no flag prevents that. Only here: the program's own choice
      // for other threads stays.
      sigset_t broken_pipe;
      sigemptyset(&broken_pipe);
      sigaddset(&broken_pipe, SIGPIPE);
      pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
      io.run();
    });
  }
}

asio::awaitable<void> Server::State::accept_all() {
  while (acceptor.is_open()) {
    auto [code, socket] = co_await acceptor.async_accept(asio::make_strand(io), kNoThrow);
    if (code == asio::error::operation_aborted) break;
    if (code) {
      // Out of file descriptors, most likely: some come back when connections end.
      log::warning("track", fmt::format("a connection could not be accepted ({})", code.message()));
      asio::steady_timer pause(co_await asio::this_coro::executor, kAcceptPause);
      co_await pause.async_wait(kNoThrow);
      continue;
    }
    boost::system::error_code gone;
    auto peer = socket.remote_endpoint(gone);
    if (gone) continue;
    const IpAddress address = address_of(peer.address());
    if (!makes_room_for(address)) continue;  // closes it
    auto stream = Stream::make(std::move(socket), tls ? tls->context() : nullptr);
    auto connection = std::make_shared<Connection>(std::move(stream), address, host);
    connections.add(connection, customer_of(address));
    auto executor = connection->executor();
    asio::co_spawn(executor, serve(std::move(connection)), asio::detached);
  }
}

// Asked on the strand that adds them, so no two take the same place.
bool Server::State::makes_room_for(const IpAddress& peer) {
  if (connections.count() >= most_connections) return false;
  // All candidates come from a proxy's one address.
  if (proxies.contains(peer)) return true;
  // Many people may share an address, and browsers keep connections open for nothing.
  const IpAddress customer = customer_of(peer);
  return connections.count_of(customer) < settings.limits.connections_of_address || connections.end_idle(customer);
}

asio::awaitable<void> Server::State::serve(std::shared_ptr<Connection> connection) {
  try {
    co_await connection->run();
  } catch (const std::exception& problem) {
    log::error("track", fmt::format("a connection ended by a failure ({})", problem.what()));
  }
  connections.remove(connection);
}

template <typename Job>
asio::awaitable<void> Server::State::repeat(asio::steady_timer& timer, std::chrono::milliseconds interval, Job job) {
  while (acceptor.is_open()) {
    const bool is_taken = pages.try_post(job);
    timer.expires_after(is_taken ? interval : std::min<std::chrono::milliseconds>(interval, kWorkerPause));
    co_await timer.async_wait(kNoThrow);
  }
}

void Server::State::drop_old_addresses() {
  auto dropped = ledger.drop_networks_before(clock.now() - kAddressLifetime);
  if (!dropped) log::error("track", dropped.error().describe());
}

void Server::State::renew_certificate() {
  auto renewed = tls->reload_if_changed();
  if (!renewed) log::error("track", renewed.error().describe());
  if (renewed && *renewed) log::info("track", "the certificate was renewed");
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
  stop();
}

Result<std::unique_ptr<Server>> Server::start(const ServerSettings& settings, Ledger& ledger, const MediaLibrary& media,
                                              Api* api, const Clock& clock) {
  ServerParts parts;
  parts.proxies = TRY(TrustedProxies::parse(settings.trusted_proxies));
  if (settings.certificate.empty() != settings.private_key.empty()) {
    return fail(ErrorKind::InvalidInput, "a certificate needs its private key, and a key its certificate",
                "give both for HTTPS, or none for plain HTTP");
  }
  if (!settings.certificate.empty()) parts.tls = TRY(TlsIdentity::load(settings.certificate, settings.private_key));
  parts.key = TRY(ledger.server_key());
  auto state = std::make_unique<State>(settings, std::move(parts), ledger, media, api, clock);
  TRY_VOID(state->listen());
  State* running = state.get();  // its destructor joins all that runs here
  asio::co_spawn(state->own, state->accept_all(), asio::detached);
  asio::co_spawn(state->own,
                 state->repeat(state->housekeeping, kHousekeeping, [running] { running->drop_old_addresses(); }),
                 asio::detached);
  if (state->tls != nullptr) {
    asio::co_spawn(state->own,
                   state->repeat(state->certificate_check, settings.certificate_check,
                                 [running] { running->renew_certificate(); }),
                   asio::detached);
  }
  state->run_threads();
  if (state->most_connections < settings.limits.connections) {
    log::warning("track",
                 fmt::format("at most {} connections at once, as this process may not open more files (ulimit -n)",
                             state->most_connections));
  }
  log::info("track", fmt::format("listening on {}", with_port(settings.address, state->port)));
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

uint16_t Server::port() const {
  return state_->port;
}

bool Server::stop() {
  std::call_once(state_->stopped, [this] {
    asio::post(state_->own, [this] {
      boost::system::error_code ignored;  // it is closed either way
      state_->acceptor.close(ignored);
      state_->housekeeping.cancel();
      state_->certificate_check.cancel();
      state_->connections.finish_all();
    });
    state_->connections.wait_until_none(state_->settings.limits.drain_timeout);
    state_->io.stop();
    for (std::thread& thread : state_->threads) thread.join();
    // What waits in their queues has nobody left to answer.
    WorkerPool* pools[] = {&state_->pages, &state_->api_workers, &state_->media_workers, &state_->passcodes};
    for (WorkerPool* pool : pools) pool->close();
    const auto end = std::chrono::steady_clock::now() + state_->settings.limits.worker_timeout;
    state_->all_ended = true;
    for (WorkerPool* pool : pools) state_->all_ended &= pool->wait_until_idle(end);
    state_->connections.clear();
    // Every completion has run when this returns: none can reach for the io_context after it is gone.
    auto stored = state_->ledger.append_and_wait({});
    if (!stored) log::error("track", stored.error().describe());
  });
  return state_->all_ended;
}

}  // namespace candid::track
