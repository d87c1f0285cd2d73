#include "track/web/server.h"

#include <csignal>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

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
#include "track/dashboard/dashboard.h"
#include "track/pages/site.h"
#include "track/web/connection.h"
#include "track/web/event_desk.h"
#include "track/web/ip_address.h"
#include "track/web/metrics.h"
#include "track/web/metrics_page.h"
#include "track/web/news_board.h"
#include "track/web/open_connections.h"
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

// Listens when it returns.
Result<void> listen_on(tcp::acceptor& acceptor, const std::string& ip, uint16_t port) {
  boost::system::error_code code;
  auto address = asio::ip::make_address(ip, code);
  if (code) {
    return fail(ErrorKind::InvalidInput, fmt::format("\"{}\" is not an IP address", ip),
                "listen on 127.0.0.1, or on 0.0.0.0 for every network of this machine");
  }
  tcp::endpoint endpoint(address, port);
  if (!acceptor.open(endpoint.protocol(), code)) acceptor.set_option(tcp::acceptor::reuse_address(true), code);
  if (!code) acceptor.bind(endpoint, code);
  if (!code) acceptor.listen(tcp::acceptor::max_listen_connections, code);
  if (!code) return {};
  Error error = system_error(code.value(), fmt::format("cannot listen on {}", with_port(ip, port)));
  return fail(error.kind(), error.message(),
              "is another program using the port? candid serve --listen 127.0.0.1:0 takes a free one");
}

// An address that is listened to, and who came there.
struct Door {
  Door(const asio::any_io_executor& executor, const ConnectionHost& served_by, size_t most)
      : acceptor(executor), host(served_by), most_connections(most) {}
  uint16_t port() const { return acceptor.local_endpoint().port(); }

  tcp::acceptor acceptor;
  const ConnectionHost& host;
  const size_t most_connections;
  OpenConnections connections;
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
        Api* api, const Clock& wall_clock, ReplyUploads* replies)
      : settings(server_settings),
        ledger(event_ledger),
        clock(wall_clock),
        proxies(std::move(parts.proxies)),
        tls(std::move(parts.tls)),
        reply_videos(replies == nullptr ? std::nullopt : std::optional<ReplyVideos>(std::in_place, replies->folder())),
        dashboard({without_last_slash(server_settings.public_url), parts.key, event_ledger, media, board,
                   reply_videos ? &*reply_videos : nullptr, wall_clock}),
        site(without_last_slash(server_settings.public_url), std::move(parts.key), event_ledger, media, wall_clock,
             replies),
        router(site, api, board, metrics, wall_clock, &dashboard) {}

  Result<void> listen();
  void run_threads();
  // Once; after the io_context was stopped.
  void end_threads();
  asio::awaitable<void> accept_all(Door& door);
  void accept(Door& door, tcp::socket socket);
  bool makes_room_for(Door& door, const IpAddress& peer);
  static asio::awaitable<void> serve(Door& door, std::shared_ptr<Connection> connection);
  // Calls `job` on a worker again and again, as the jobs wait for disks and ledgers; soon again where none is free.
  template <typename Job>
  asio::awaitable<void> repeat(asio::steady_timer& timer, std::chrono::milliseconds interval, Job job);
  void drop_old_addresses();
  void count_visits();
  void renew_certificate();
  ServerGauges gauges() const;

  const ServerSettings settings;
  Ledger& ledger;
  const Clock& clock;
  const TrustedProxies proxies;
  const std::unique_ptr<TlsIdentity> tls;
  // Before the io_context: the frames of its coroutines hold what these have given out.
  NewsBoard board;
  Metrics metrics;
  BodyBudget long_bodies{settings.limits.long_body_bytes};
  EventDesk events{ledger, board, metrics};
  const std::optional<ReplyVideos> reply_videos;
  Dashboard dashboard;
  Site site;
  Router router;
  asio::io_context io;
  // The acceptors and the timers are used on this strand alone.
  asio::strand<asio::io_context::executor_type> own{asio::make_strand(io)};
  asio::steady_timer housekeeping{own};
  asio::steady_timer certificate_check{own};
  asio::steady_timer news_tick{own};
  asio::steady_timer count_tick{own};
  // After the io_context, whose handlers wait in their queues: they must go first.
  WorkerPool pages{at_least_one(settings.workers), settings.limits.waiting};
  WorkerPool api_workers{at_least_one(settings.api_workers), settings.limits.waiting};
  WorkerPool media_workers{at_least_one(settings.media_workers), settings.limits.waiting};
  WorkerPool passcodes{at_least_one(settings.passcode_workers), settings.limits.waiting_passcodes};
  QuickSeats quick_seats{settings.threads};
  FastLane quick_pages{quick_seats};
  FastLane quick_media{quick_seats};
  const ConnectionHost host{settings,      proxies,   router,      events,      metrics,     pages, api_workers,
                            media_workers, passcodes, long_bodies, quick_pages, quick_media, {}};
  const ConnectionHost metrics_host{settings,
                                    proxies,
                                    router,
                                    events,
                                    metrics,
                                    pages,
                                    api_workers,
                                    media_workers,
                                    passcodes,
                                    long_bodies,
                                    quick_pages,
                                    quick_media,
                                    [this] { return metrics_text(metrics, gauges()); }};
  Door door{own, host, connections_within(raise_open_file_limit(), settings.limits.connections)};
  Door metrics_door{own, metrics_host, settings.limits.metrics_connections};
  uint16_t port = 0;
  uint16_t metrics_port = 0;
  std::vector<std::thread> threads;
  std::once_flag stopped;
  bool all_ended = false;  // what stop() returns
};

Result<void> Server::State::listen() {
  TRY_VOID(listen_on(door.acceptor, settings.address, settings.port));
  port = door.port();
  if (settings.metrics_address.empty()) return {};
  TRY_VOID(listen_on(metrics_door.acceptor, settings.metrics_address, settings.metrics_port));
  metrics_port = metrics_door.port();
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

void Server::State::end_threads() {
  for (std::thread& thread : threads) thread.join();
  threads.clear();
  for (Door* at : {&door, &metrics_door}) at->connections.clear();
}

asio::awaitable<void> Server::State::accept_all(Door& at) {
  while (at.acceptor.is_open()) {
    auto [code, socket] = co_await at.acceptor.async_accept(asio::make_strand(io), kNoThrow);
    // One that was accepted right before stop() would be told of it by nobody.
    if (code == asio::error::operation_aborted || !at.acceptor.is_open()) break;
    if (code) {
      // Out of file descriptors, most likely: some come back when connections end.
      log::warning("track", fmt::format("a connection could not be accepted ({})", code.message()));
      asio::steady_timer pause(co_await asio::this_coro::executor, kAcceptPause);
      co_await pause.async_wait(kNoThrow);
      continue;
    }
    accept(at, std::move(socket));
  }
}

// Called on the strand that adds them, so no two take the same place.
void Server::State::accept(Door& at, tcp::socket socket) {
  boost::system::error_code gone;
  auto peer = socket.remote_endpoint(gone);
  if (gone) return;
  const IpAddress address = address_of(peer.address());
  if (!makes_room_for(at, address)) return;      // closes it
  socket.set_option(tcp::no_delay(true), gone);  // a short body must not wait for the head to be acknowledged
  const bool is_encrypted = tls != nullptr && &at == &door;
  auto stream = Stream::make(std::move(socket), is_encrypted ? tls->context() : nullptr);
  auto connection = std::make_shared<Connection>(std::move(stream), address, at.host);
  at.connections.add(connection, customer_of(address));
  auto executor = connection->executor();
  asio::co_spawn(executor, serve(at, std::move(connection)), asio::detached);
}

bool Server::State::makes_room_for(Door& at, const IpAddress& peer) {
  const IpAddress customer = customer_of(peer);
  // Many people may share an address, and browsers keep connections open for nothing. All candidates come from a
  // proxy's one address.
  if (!proxies.contains(peer) && at.connections.count_of(customer) >= settings.limits.connections_of_address &&
      !at.connections.end_waiting(customer)) {
    metrics.count_refusal(Refusal::Address);
    return false;
  }
  if (at.connections.count() < at.most_connections || at.connections.end_waiting()) return true;
  metrics.count_refusal(Refusal::Connections);
  return false;
}

asio::awaitable<void> Server::State::serve(Door& at, std::shared_ptr<Connection> connection) {
  try {
    co_await connection->run();
  } catch (const std::exception& problem) {
    log::error("track", fmt::format("a connection ended by a failure ({})", problem.what()));
  }
  at.connections.remove(connection);
}

ServerGauges Server::State::gauges() const {
  ServerGauges now;
  now.connections = door.connections.count();
  now.most_connections = door.most_connections;
  now.group_commits = ledger.group_commits();
  now.waiting_for_workers = {{"pages", pages.waiting()},
                             {"api", api_workers.waiting()},
                             {"media", media_workers.waiting()},
                             {"passcodes", passcodes.waiting()}};
  return now;
}

template <typename Job>
asio::awaitable<void> Server::State::repeat(asio::steady_timer& timer, std::chrono::milliseconds interval, Job job) {
  while (door.acceptor.is_open()) {
    const bool is_taken = pages.try_post(job);
    timer.expires_after(is_taken ? interval : std::min<std::chrono::milliseconds>(interval, kWorkerPause));
    co_await timer.async_wait(kNoThrow);
  }
}

void Server::State::drop_old_addresses() {
  auto dropped = ledger.drop_networks_before(clock.now() - kAddressLifetime);
  if (!dropped) log::error("track", dropped.error().describe());
}

void Server::State::count_visits() {
  if (site.counter().count_silent()) board.tell();
}

void Server::State::renew_certificate() {
  auto renewed = tls->reload_if_changed();
  if (!renewed) log::error("track", renewed.error().describe());
  if (renewed && *renewed) log::info("track", "the certificate was renewed");
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
  stop();
  state_->end_threads();  // where one of them was busy
}

Result<std::unique_ptr<Server>> Server::start(const ServerSettings& settings, Ledger& ledger, const MediaLibrary& media,
                                              Api* api, const Clock& clock, ReplyUploads* replies) {
  ServerParts parts;
  parts.proxies = TRY(TrustedProxies::parse(settings.trusted_proxies));
  if (settings.certificate.empty() != settings.private_key.empty()) {
    return fail(ErrorKind::InvalidInput, "a certificate needs its private key, and a key its certificate",
                "give both for HTTPS, or none for plain HTTP");
  }
  if (!settings.certificate.empty()) parts.tls = TRY(TlsIdentity::load(settings.certificate, settings.private_key));
  parts.key = TRY(ledger.server_key());
  auto state = std::make_unique<State>(settings, std::move(parts), ledger, media, api, clock, replies);
  TRY_VOID(state->listen());
  State* running = state.get();  // its destructor joins all that runs here
  asio::co_spawn(state->own, state->accept_all(state->door), asio::detached);
  if (state->metrics_port != 0) asio::co_spawn(state->own, state->accept_all(state->metrics_door), asio::detached);
  asio::co_spawn(
      state->own,
      state->repeat(state->news_tick, settings.news_check, [running] { running->dashboard.look_for_news(); }),
      asio::detached);
  asio::co_spawn(state->own,
                 state->repeat(state->housekeeping, kHousekeeping, [running] { running->drop_old_addresses(); }),
                 asio::detached);
  asio::co_spawn(state->own,
                 state->repeat(state->count_tick, settings.visits_check, [running] { running->count_visits(); }),
                 asio::detached);
  if (state->tls != nullptr) {
    asio::co_spawn(state->own,
                   state->repeat(state->certificate_check, settings.certificate_check,
                                 [running] { running->renew_certificate(); }),
                   asio::detached);
  }
  state->run_threads();
  if (state->door.most_connections < settings.limits.connections) {
    log::warning("track",
                 fmt::format("at most {} connections at once, as this process may not open more files (ulimit -n)",
                             state->door.most_connections));
  }
  log::info("track", fmt::format("listening on {}", with_port(settings.address, state->port)));
  if (state->metrics_port != 0) {
    log::info("track", fmt::format("metrics on {}", with_port(settings.metrics_address, state->metrics_port)));
  }
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

uint16_t Server::port() const {
  return state_->port;
}

uint16_t Server::metrics_port() const {
  return state_->metrics_port;
}

bool Server::stop() {
  std::call_once(state_->stopped, [this] {
    asio::post(state_->own, [this] {
      boost::system::error_code ignored;  // it is closed either way
      for (Door* door : {&state_->door, &state_->metrics_door}) {
        door->acceptor.close(ignored);
        door->connections.finish_all();
      }
      for (asio::steady_timer* timer :
           {&state_->housekeeping, &state_->certificate_check, &state_->news_tick, &state_->count_tick}) {
        timer->cancel();
      }
    });
    const auto drained = std::chrono::steady_clock::now() + state_->settings.limits.drain_timeout;
    for (Door* door : {&state_->door, &state_->metrics_door}) door->connections.wait_until_none(drained);
    state_->io.stop();
    const auto end = std::chrono::steady_clock::now() + state_->settings.limits.worker_timeout;
    const bool are_free = state_->quick_seats.close(end);
    if (are_free) state_->end_threads();
    // What waits in their queues has nobody left to answer.
    WorkerPool* pools[] = {&state_->pages, &state_->api_workers, &state_->media_workers, &state_->passcodes};
    for (WorkerPool* pool : pools) pool->close();
    state_->all_ended = are_free;
    for (WorkerPool* pool : pools) state_->all_ended &= pool->wait_until_idle(end);
    state_->site.counter().count_all();
    // Every completion has run when this returns: none can reach for the io_context after it is gone.
    auto stored = state_->ledger.append_and_wait({});
    if (!stored) log::error("track", stored.error().describe());
  });
  return state_->all_ended;
}

}  // namespace candid::track
