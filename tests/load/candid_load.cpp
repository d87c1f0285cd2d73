// Loads a server as many people at once do, from many addresses of loopback, and tells in JSON what they saw.
//
//   candid_load viewers  pages that stay open and report, and visitors who open one and leave
//   candid_load stallers connections that are opened for nothing; {"open": N} is told once all are open at once, and
//                        {"ended": N} once the server has ended as many
//
// SIGTERM ends it early, with its report.

#include <cmath>
#include <csignal>
#include <fstream>
#include <functional>
#include <iostream>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

#include "tests/load/staller.h"
#include "tests/load/viewer.h"

namespace {

namespace asio = boost::asio;
using namespace candid::load;
using std::chrono::steady_clock;

struct Options {
  std::string server;
  std::string links;
  std::string acknowledged;
  std::string first_address = "127.2.0.1";
  size_t count = 100;
  double seconds = 10;
  double ramp_seconds = 1;
  double beat_seconds = 5;
  double stay_seconds = 0;
  double visits_a_second = 0;
  double byte_every_seconds = 0;
  double warm_up_seconds = 0;
  bool fetches_video = false;
};

std::chrono::milliseconds as_time(double seconds) {
  return std::chrono::milliseconds(std::llround(seconds * 1000));
}

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream stream(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

asio::ip::tcp::endpoint endpoint_of(const std::string& server) {
  const size_t colon = server.rfind(':');
  return {asio::ip::make_address(server.substr(0, colon)), static_cast<uint16_t>(std::stoi(server.substr(colon + 1)))};
}

Crowd crowd_of(const Options& options) {
  Crowd crowd{.server = endpoint_of(options.server), .first_address = options.first_address};
  if (!options.links.empty()) crowd.paths = lines_of(options.links);
  crowd.end = steady_clock::now() + as_time(options.seconds);
  return crowd;
}

void raise_open_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Member `number` of `count` begins so long after the first.
std::chrono::microseconds turn(size_t number, size_t count, double ramp_seconds) {
  return std::chrono::microseconds(
      std::llround(ramp_seconds * 1e6 * static_cast<double>(number) / static_cast<double>(count)));
}

// Visitors come when they are due, however long those before them wait.
asio::awaitable<void> send_visitors(const Crowd& crowd, size_t first, double a_second, Moment begin, Tally& tally) {
  auto executor = co_await asio::this_coro::executor;
  const auto interval = std::chrono::microseconds(std::llround(1e6 / a_second));
  asio::steady_timer timer(executor);
  size_t number = first;
  for (Moment due = begin; due < crowd.end; due += interval) {
    timer.expires_at(due);
    co_await timer.async_wait(asio::use_awaitable);
    asio::co_spawn(executor, visit(crowd, number++, due, tally), asio::detached);
  }
}

// What was measured before everybody was there is forgotten.
asio::awaitable<void> forget(std::chrono::milliseconds after, Tally& tally) {
  asio::steady_timer timer(co_await asio::this_coro::executor, after);
  co_await timer.async_wait(asio::use_awaitable);
  tally.pages = tally.reports = tally.lateness = tally.media = Histogram();
}

asio::awaitable<void> tell_when(const char* what, std::function<bool()> holds, size_t count) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (!holds()) {
    timer.expires_after(std::chrono::milliseconds(50));
    co_await timer.async_wait(asio::use_awaitable);
  }
  std::cout << nlohmann::json{{what, count}}.dump() << std::endl;
}

// Until the crowd has gone home, the time is up, or SIGTERM comes.
void run(asio::io_context& io, const Crowd& crowd) {
  asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code& code, int) {
    if (!code) io.stop();
  });
  // Answers that are under way at the end count, too.
  asio::steady_timer end(io, crowd.end + std::chrono::seconds(2));
  end.async_wait([&](const boost::system::error_code&) { io.stop(); });
  io.run();
}

void run_viewers(const Options& options, Tally& tally) {
  const Crowd crowd = crowd_of(options);
  const Watching watching{as_time(options.beat_seconds), as_time(options.stay_seconds), options.fetches_video};
  asio::io_context io(1);  // after what its coroutines borrow
  const auto begin = steady_clock::now();
  for (size_t number = 0; number < options.count; ++number) {
    const Moment turn_of_this = begin + turn(number, options.count, options.ramp_seconds);
    asio::co_spawn(io, view(crowd, watching, number, turn_of_this, tally), asio::detached);
  }
  if (options.visits_a_second > 0)
    asio::co_spawn(io, send_visitors(crowd, options.count, options.visits_a_second, begin, tally), asio::detached);
  if (options.warm_up_seconds > 0) asio::co_spawn(io, forget(as_time(options.warm_up_seconds), tally), asio::detached);
  run(io, crowd);
}

void run_stallers(const Options& options, Tally& tally) {
  const Crowd crowd = crowd_of(options);
  const Stalling stalling{as_time(options.byte_every_seconds)};
  asio::io_context io(1);
  const auto begin = steady_clock::now();
  for (size_t number = 0; number < options.count; ++number) {
    const Moment turn_of_this = begin + turn(number, options.count, options.ramp_seconds);
    asio::co_spawn(io, stall(crowd, stalling, number, turn_of_this, tally), asio::detached);
  }
  const std::function<bool()> all_open = [&] { return tally.open() >= options.count; };
  const std::function<bool()> all_ended = [&] { return tally.ended >= options.count; };
  asio::co_spawn(io, tell_when("open", all_open, options.count), asio::detached);
  asio::co_spawn(io, tell_when("ended", all_ended, options.count), asio::detached);
  run(io, crowd);
}

void add_common_options(CLI::App& command, Options& options) {
  command.add_option("--server", options.server, "ADDRESS:PORT")->required();
  command.add_option("--count", options.count, "how many at once")->check(CLI::PositiveNumber);
  command.add_option("--seconds", options.seconds, "until they leave");
  command.add_option("--ramp", options.ramp_seconds, "seconds within which they come");
  command.add_option("--from", options.first_address, "the first address that they come from");
}

}  // namespace

int main(int count, char** words) {
  Options options;
  CLI::App program("loads a server");
  program.require_subcommand(1);
  CLI::App* viewers = program.add_subcommand("viewers");
  add_common_options(*viewers, options);
  viewers->add_option("--links", options.links, "file of their pages' paths")->required()->check(CLI::ExistingFile);
  viewers->add_option("--beat", options.beat_seconds, "seconds between two reports")->check(CLI::PositiveNumber);
  viewers->add_option("--stay", options.stay_seconds, "seconds after which each opens another page");
  viewers->add_option("--visits", options.visits_a_second, "pages a second that others open and leave");
  viewers->add_option("--warm-up", options.warm_up_seconds, "seconds whose times do not count");
  viewers->add_option("--acknowledged", options.acknowledged, "file for the events that were acknowledged");
  viewers->add_flag("--video", options.fetches_video, "each page's video is fetched once");
  CLI::App* stallers = program.add_subcommand("stallers");
  add_common_options(*stallers, options);
  stallers->add_option("--byte-every", options.byte_every_seconds,
                       "seconds between two bytes of a header; 0: none is sent");
  CLI11_PARSE(program, count, words);
  raise_open_files();
  std::signal(SIGPIPE, SIG_IGN);
  Tally tally(options.acknowledged);
  if (viewers->parsed()) run_viewers(options, tally);
  if (stallers->parsed()) run_stallers(options, tally);
  std::cout << tally.to_json().dump() << std::endl;
  return 0;
}
