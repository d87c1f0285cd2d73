#include <condition_variable>

#include <fmt/format.h>

#include "net/curl_transport.h"
#include "tests/net/scripted_server.h"
#include "tests/support/results.h"

namespace candid::net {
namespace {

using candid::test::must;
using test::Connection;
using test::http_answer;
using test::ScriptedServer;
using testing::HasSubstr;
using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

Error error_of(const Result<HttpResponse>& answer) {
  EXPECT_FALSE(answer);
  return answer ? Error(ErrorKind::Internal, "was answered") : answer.error();
}

HttpRequest get(const ScriptedServer& server) {
  HttpRequest request;
  request.url = server.url();
  request.stall_timeout = 100ms;
  return request;
}

HttpRequest put(const ScriptedServer& server, size_t size) {
  HttpRequest request = get(server);
  request.method = "PUT";
  request.body = std::string(size, 'x');
  return request;
}

void expect_passing_network_error(const Error& error, const char* words) {
  EXPECT_EQ(error.kind(), ErrorKind::Network);
  EXPECT_TRUE(error.retryable());
  EXPECT_THAT(error.message(), HasSubstr(words));
  EXPECT_FALSE(error.hint().empty());
}

TEST(CurlFaults, AResetInTheMiddleOfAnAnswer) {
  ScriptedServer server([](Connection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nsome");
    connection.reset();
  });
  expect_passing_network_error(error_of(make_curl_transport()->send(get(server))), "broke");
}

TEST(CurlFaults, AResetInTheMiddleOfABody) {
  ScriptedServer server([](Connection& connection) {
    connection.read_head();
    connection.write("HTTP/1.1 100 Continue\r\n\r\n");
    for (size_t got = 0; got < 1'000'000;) got += connection.read().size();
    connection.reset();
  });
  expect_passing_network_error(error_of(make_curl_transport()->send(put(server, 16 << 20))), "broke");
}

TEST(CurlFaults, AnAnswerThatNeverComes) {
  ScriptedServer server([](Connection& connection) { connection.wait_until_client_leaves(); });
  expect_passing_network_error(error_of(make_curl_transport()->send(get(server))), "stalled");
}

TEST(CurlFaults, AnAnswerThatStopsComing) {
  ScriptedServer server([](Connection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nsome");
    connection.wait_until_client_leaves();
  });
  expect_passing_network_error(error_of(make_curl_transport()->send(get(server))), "stalled");
}

TEST(CurlFaults, AServerThatStopsReading) {
  std::mutex mutex;
  std::condition_variable ended;
  bool has_ended = false;
  ScriptedServer server([&](Connection& connection) {
    connection.read_head();
    connection.write("HTTP/1.1 100 Continue\r\n\r\n");
    std::unique_lock lock(mutex);
    ended.wait(lock, [&] { return has_ended; });
  });
  expect_passing_network_error(error_of(make_curl_transport()->send(put(server, 64 << 20))), "stalled");
  std::lock_guard lock(mutex);
  has_ended = true;
  ended.notify_all();
}

// All of the body lies in the kernel at once; that the other end takes it slowly is no stall. The pauses are the line's
// speed, not something that is waited for.
TEST(CurlFaults, ASlowLineIsNotAStall) {
  constexpr size_t kSize = 200'000;
  ScriptedServer server([](Connection& connection) {
    connection.read_head();
    for (size_t got = 0; got < kSize;) {
      size_t now = connection.read(std::min<size_t>(10'000, kSize - got)).size();
      if (now == 0) return;
      got += now;
      std::this_thread::sleep_for(20ms);
    }
    connection.write(http_answer("stored"));
  });
  HttpRequest request = put(server, kSize);
  request.stall_timeout = 250ms;
  EXPECT_EQ(must(make_curl_transport()->send(request)).text(), "stored");
}

TEST(CurlFaults, AServerThatTakesNoConnection) {
  // Of one that listens but never accepts, TLS gets no answer.
  ScriptedServer server([](Connection& connection) { connection.wait_until_client_leaves(); });
  HttpRequest request;
  request.url = "https" + server.url().substr(4);
  request.connect_timeout = 100ms;
  expect_passing_network_error(error_of(make_curl_transport()->send(request)), "no connection to");
}

TEST(CurlFaults, ATransferGoesOnAfterAFailedOne) {
  std::atomic<int> round = 0;
  ScriptedServer server([&](Connection& connection) {
    if (++round == 1) return connection.wait_until_client_leaves();
    while (connection.read_request()) connection.write(http_answer("ok"));
  });
  auto transport = make_curl_transport();
  EXPECT_FALSE(transport->send(get(server)));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(must(transport->send(get(server))).text(), "ok");
  EXPECT_EQ(server.connections(), 2);
}

// Seconds from the stop to the end of send(), at best of some tries: the machine may be busy.
double seconds_to_stop(const std::function<Error(std::stop_source&, SteadyClock::time_point& stopped_at)>& attempt) {
  double best = 1e9;
  for (int i = 0; i < 5 && best > 0.3; ++i) {
    std::stop_source source;
    SteadyClock::time_point stopped_at{};
    Error error = attempt(source, stopped_at);
    EXPECT_EQ(error.kind(), ErrorKind::Cancelled);
    EXPECT_FALSE(error.retryable());
    best = std::min(best, std::chrono::duration<double>(SteadyClock::now() - stopped_at).count());
  }
  return best;
}

TEST(CurlFaults, AStopEndsAWaitForTheAnswerAtOnce) {
  double seconds = seconds_to_stop([](std::stop_source& source, SteadyClock::time_point& stopped_at) {
    ScriptedServer server([&](Connection& connection) {
      connection.read_request();
      stopped_at = SteadyClock::now();
      source.request_stop();
      connection.wait_until_client_leaves();
    });
    HttpRequest request = get(server);
    request.stall_timeout = 30s;
    return error_of(make_curl_transport()->send(request, source.get_token()));
  });
  EXPECT_LT(seconds, 0.3);
}

TEST(CurlFaults, AStopEndsAWaitForTheRateLimitAtOnce) {
  double seconds = seconds_to_stop([](std::stop_source& source, SteadyClock::time_point& stopped_at) {
    RateLimiter limit(1);
    ScriptedServer server([&](Connection& connection) {
      connection.read_head();
      stopped_at = SteadyClock::now();
      source.request_stop();
      connection.wait_until_client_leaves();
    });
    auto transport = make_curl_transport({.authorities = {}, .upload_limit = &limit});
    return error_of(transport->send(put(server, 1000), source.get_token()));
  });
  EXPECT_LT(seconds, 0.3);
}

TEST(CurlFaults, AStopEndsABusyTransferAtOnce) {
  double seconds = seconds_to_stop([](std::stop_source& source, SteadyClock::time_point& stopped_at) {
    ScriptedServer server([](Connection& connection) {
      connection.read_request();
      connection.write("HTTP/1.1 200 OK\r\n\r\n");
      while (connection.write(std::string(1 << 20, 'x'))) {
      }
    });
    HttpRequest request = get(server);
    request.on_body = [&](std::span<const uint8_t>) {
      if (!source.stop_requested()) stopped_at = SteadyClock::now();
      source.request_stop();
      return true;
    };
    return error_of(make_curl_transport()->send(request, source.get_token()));
  });
  EXPECT_LT(seconds, 0.3);
}

TEST(CurlFaults, WhatWasStoppedBeforeIsNotSent) {
  ScriptedServer server([](Connection& connection) { connection.read_request(); });
  std::stop_source source;
  source.request_stop();
  EXPECT_EQ(error_of(make_curl_transport()->send(get(server), source.get_token())).kind(), ErrorKind::Cancelled);
  EXPECT_EQ(server.connections(), 0);
}

}  // namespace
}  // namespace candid::net
