// What operators see of a server, and strangers do not.

#include "track/web/metrics.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/track/prometheus_text.h"
#include "tests/track/server_fixture.h"
#include "track/web/event_desk.h"
#include "track/web/metrics_page.h"
#include "track/web/router.h"

namespace candid::track {
namespace {

using test::must;
using test::parse_prometheus;
using test::PrometheusText;
using test::RawClient;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string requests(std::string_view path, std::string_view status) {
  return fmt::format("candid_http_requests_total{{path=\"{}\",status=\"{}\"}}", path, status);
}

TEST(PathClass, IsOneOfFewWhateverIsAsked) {
  EXPECT_EQ(path_class(Method::Get, "/v/TOKEN"), PathClass::Page);
  EXPECT_EQ(path_class(Method::Post, "/v/TOKEN/events"), PathClass::Beacon);
  EXPECT_EQ(path_class(Method::Get, "/v/TOKEN/events"), PathClass::Form);
  EXPECT_EQ(path_class(Method::Post, "/v/TOKEN/passcode"), PathClass::Form);
  EXPECT_EQ(path_class(Method::Get, "/m/GRANT/video.mp4"), PathClass::Media);
  EXPECT_EQ(path_class(Method::Put, "/api/store/x"), PathClass::Store);
  EXPECT_EQ(path_class(Method::Post, "/api/ledger/append"), PathClass::Api);
  EXPECT_EQ(path_class(Method::Get, "/r"), PathClass::Dashboard);
  EXPECT_EQ(path_class(Method::Get, "/r/c/x"), PathClass::Dashboard);
  EXPECT_EQ(path_class(Method::Get, "/robots.txt"), PathClass::Other);
  EXPECT_EQ(path_class(Method::Get, "/healthz"), PathClass::Health);
  EXPECT_EQ(path_class(Method::Get, ""), PathClass::Other);
}

TEST(MetricsText, IsWellFormedFromTheBeginning) {
  const Metrics metrics;
  const PrometheusText text = parse_prometheus(metrics_text(metrics, {}));
  EXPECT_THAT(text.problems, IsEmpty());
  EXPECT_EQ(text.value("candid_http_request_duration_seconds_count{path=\"page\"}"), 0);
  EXPECT_GT(text.value("process_start_time_seconds"), 1.6e9);
  EXPECT_GT(text.value("process_resident_memory_bytes"), 1e6);
  EXPECT_GT(text.value("process_open_fds"), 2);
  EXPECT_GE(text.value("process_max_fds"), text.value("process_open_fds"));
}

TEST(MetricsText, CountsEachAnswerInItsBucket) {
  Metrics metrics;
  using std::chrono::milliseconds;
  for (int ms : {0, 1, 2, 30, 20'000}) metrics.count_request(PathClass::Page, 200, 10, milliseconds(ms));
  metrics.count_request(PathClass::Page, 404, 1, milliseconds(1));
  metrics.count_request(PathClass::Beacon, 777, 0, milliseconds(1));
  const PrometheusText text = parse_prometheus(metrics_text(metrics, {}));
  EXPECT_THAT(text.problems, IsEmpty());
  auto bucket = [&](std::string_view le) {
    return text.value(fmt::format("candid_http_request_duration_seconds_bucket{{path=\"page\",le=\"{}\"}}", le));
  };
  EXPECT_EQ(bucket("0.001"), 3) << "a bound belongs to its bucket";
  EXPECT_EQ(bucket("0.0025"), 4);
  EXPECT_EQ(bucket("0.05"), 5);
  EXPECT_EQ(bucket("10"), 5);
  EXPECT_EQ(bucket("+Inf"), 6);
  EXPECT_NEAR(text.value("candid_http_request_duration_seconds_sum{path=\"page\"}"), 20.034, 1e-9);
  EXPECT_EQ(text.value(requests("page", "2xx")), 5);
  EXPECT_EQ(text.value(requests("page", "4xx")), 1);
  EXPECT_EQ(text.value("candid_http_response_bytes_total{path=\"page\"}"), 51);
}

TEST(MetricsText, CountsFromManyThreadsWithoutLosingAny) {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10'000; ++n) metrics.count_request(PathClass::Media, 206, 3, std::chrono::microseconds(5));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(metrics.requests(PathClass::Media, 1), 40'000u);
  EXPECT_EQ(metrics.sent(PathClass::Media), 120'000u);
}

class MetricsTest : public test::ServerFixture {
 protected:
  MetricsTest() { settings_.metrics_address = "127.0.0.1"; }
  PrometheusText scrape() {
    RawClient client(server().metrics_port());
    auto answer = client.get("/metrics");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_EQ(answer.header("cache-control"), "private, no-store");
    EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
    body_ = answer.body;
    return parse_prometheus(answer.body);
  }
  // An answer is counted after its last byte has left, so the peer may be faster.
  PrometheusText scrape_until(const std::string& sample, double value) {
    PrometheusText text = scrape();
    while (text.value(sample) < value) text = scrape();
    return text;
  }
  std::string body_;
};

TEST_F(MetricsTest, TellWhatTheServerDid) {
  RawClient client(port());
  std::string html = client.get(link()).body;
  client.get(media("video.mp4"), "Range: bytes=0-99\r\n");
  client.get("/nothing");
  client.get("/healthz");
  EXPECT_EQ(client
                .post(link("/events"),
                      report(html, R"({"sequence":1,"kind":"input","trusted":true,"keyboard":false,"ms":1})"))
                .status,
            204);
  const PrometheusText text = scrape_until(requests("beacon", "2xx"), 1);
  EXPECT_THAT(text.problems, IsEmpty());
  EXPECT_EQ(text.value(requests("page", "2xx")), 1);
  EXPECT_EQ(text.value(requests("media", "2xx")), 1);
  EXPECT_EQ(text.value(requests("other", "4xx")), 1);
  EXPECT_EQ(text.value(requests("health", "2xx")), 1);
  EXPECT_EQ(text.value("candid_http_response_bytes_total{path=\"media\"}"), 100);
  EXPECT_EQ(text.value("candid_http_response_bytes_total{path=\"page\"}"), static_cast<double>(html.size()));
  EXPECT_EQ(text.value("candid_http_request_duration_seconds_count{path=\"beacon\"}"), 1);
  EXPECT_EQ(text.value("candid_connections"), 1);
  EXPECT_EQ(text.value("candid_connections_limit") > 1, true);
  // The page, the media, and the report.
  const PrometheusText later = scrape_until("candid_events_stored_total", 3);
  EXPECT_EQ(later.value("candid_events_stored_total"), 3);
  EXPECT_GE(later.value("candid_group_commits_total"), 1);
  EXPECT_EQ(later.value("candid_events_lost_total"), 0);
  EXPECT_EQ(later.value("candid_ledger_errors_total"), 0);
}

TEST_F(MetricsTest, TellWhyRequestsWereTurnedAway) {
  RawClient client(port());
  for (int i = 0; i < 25; ++i) client.get("/v/AAAAAAAAAAAAAAAAAAAAAAAAAAA");
  const PrometheusText text = scrape_until(requests("page", "4xx"), 25);
  EXPECT_EQ(text.value("candid_refused_total{cause=\"guessing\"}"), 5);
  EXPECT_EQ(text.value("candid_refused_total{cause=\"quota\"}"), 0);
  EXPECT_EQ(text.value("candid_refused_total{cause=\"busy\"}"), 0);
}

TEST_F(MetricsTest, HoldNothingOfAnybody) {
  RawClient client(port());
  std::string html = client.get(link()).body;
  client.get(video_of(html));
  client.get("/v/SECRET-TOKEN/SECRET");
  client.get("/SECRET?SECRET");
  scrape_until(requests("other", "4xx"), 1);
  for (const std::string& secret : {token_, std::string("SECRET"), attribute(html, "data-session"), std::string("Ana"),
                                    std::string("m-1"), std::string("backend"), std::string("127.0.0.1")}) {
    EXPECT_THAT(body_, Not(HasSubstr(secret)));
  }
}

TEST_F(MetricsTest, StrangersLearnNothing) {
  auto nothing = get("/nothing");
  auto asked = get("/metrics");
  EXPECT_EQ(asked.status, 404);
  EXPECT_EQ(asked.body, nothing.body);
  EXPECT_EQ(asked.headers, nothing.headers);
}

TEST_F(MetricsTest, TheirAddressHasNothingElse) {
  RawClient client(server().metrics_port());
  EXPECT_EQ(client.get(link()).status, 404);
  EXPECT_EQ(client.get("/").status, 404);
  EXPECT_EQ(client.get("/api/ledger/campaigns").status, 404);
  EXPECT_EQ(client.post("/metrics", "").status, 404);
  EXPECT_EQ(client.get(media("video.mp4")).status, 404);
}

TEST_F(MetricsTest, AreToldWhenEverythingElseIsTaken) {
  settings_.limits.connections = 1;
  RawClient only(port());
  EXPECT_EQ(only.get("/healthz").status, 200);
  EXPECT_EQ(scrape().value("candid_connections"), 1);
}

TEST_F(MetricsTest, AreNowhereUnlessAsked) {
  settings_.metrics_address.clear();
  EXPECT_EQ(server().metrics_port(), 0);
}

TEST_F(MetricsTest, SayWhyTheyCannotListen) {
  settings_.metrics_address = "here";
  auto failed = Server::start(settings_, *ledger_, library_, nullptr, clock_);
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message(), HasSubstr("\"here\" is not an IP address"));
}

TEST_F(MetricsTest, EventsAreToldToTheBoardOnceTheyAreDurable) {
  NewsBoard board;
  Metrics metrics;
  EventDesk desk(*ledger_, board, metrics);
  Event event;
  event.link_id = link_id_;
  event.kind = EventKind::Page;
  event.received_at = clock_.now();
  size_t stored_when_told = 0;
  board.watch([&] { stored_when_told = stored_events().size(); });
  uint64_t edition_when_done = 0;
  desk.store({event}, [&](const Result<void>& stored) {
    EXPECT_TRUE(stored);
    edition_when_done = board.edition();
  });
  must(ledger_->append_and_wait({}));
  EXPECT_EQ(stored_when_told, 1u);
  EXPECT_EQ(edition_when_done, 1u);
  EXPECT_EQ(metrics.events_stored(), 1u);
  EXPECT_EQ(metrics.events_waiting(), 0u);
}

// Answers whatever it is asked with one status.
class FixedApi final : public Api {
 public:
  HttpResponse answer(const HttpRequest&) override { return {status, {}, "{}"}; }
  std::optional<HttpResponse> refuse_body(const HttpRequest&) override { return std::nullopt; }
  int status = 200;
};

TEST_F(MetricsTest, TheBoardIsToldWhatTheApiWrites) {
  NewsBoard board;
  Metrics metrics;
  FixedApi fixed;
  Site site("", must(ledger_->server_key()), *ledger_, library_, clock_);
  Router router(site, &fixed, board, metrics, clock_);
  HttpRequest request;
  request.method = Method::Post;
  auto ask = [&](const char* path) {
    request.path = path;
    router.answer(request, {});
    return board.edition();
  };
  EXPECT_EQ(ask("/api/ledger/find_message"), 0u);
  EXPECT_EQ(ask("/api/ledger/history"), 0u);
  EXPECT_EQ(ask("/api/ledger/find_links"), 0u);
  EXPECT_EQ(ask("/api/store/x"), 0u);
  EXPECT_EQ(ask("/api/ledger/put_link"), 1u);
  EXPECT_EQ(ask("/api/ledger/upsert_messages"), 2u);
  EXPECT_EQ(ask("/api/ledger/append"), 3u);
  fixed.status = 401;
  EXPECT_EQ(ask("/api/ledger/put_link"), 3u);
}

}  // namespace
}  // namespace candid::track
