#include "net/retry.h"

#include <cmath>
#include <thread>

#include <gmock/gmock.h>

#include "tests/net/fakes.h"
#include "tests/support/results.h"

namespace candid::net {
namespace {

using candid::test::must;
using test::FakeClock;
using test::FakePause;
using test::FakeTransport;
using test::no_answer;
using test::status;
using testing::HasSubstr;
using namespace std::chrono_literals;

const UtcTime kNow = must(parse_utc("2026-11-22T10:15:00Z"));

struct Stack {
  FakePause pause;
  FakeClock clock{kNow};
  FakeTransport inner;
  RetryingTransport transport;
  template <typename Answers>
  explicit Stack(Answers answers, const RetryPolicy& policy = {}, MayGetBetter judge = may_get_better)
      : inner(std::move(answers)), transport(inner, policy, std::move(judge), pause, clock) {}
  Result<HttpResponse> send(const std::stop_token& stop = {}) {
    HttpRequest request;
    request.url = "https://h/secret?token=hunter2";
    return transport.send(request, stop);
  }
};

using Answers = std::deque<Result<HttpResponse>>;

TEST(Retry, ASuccessIsPassedOn) {
  Stack stack(Answers{status(200)});
  EXPECT_EQ(must(stack.send()).status, 200);
  EXPECT_EQ(stack.inner.requests.size(), 1U);
  EXPECT_TRUE(stack.pause.waits().empty());
}

TEST(Retry, TriesUntilItWorks) {
  Stack stack(Answers{no_answer(), status(503), status(500), status(429), status(200)});
  EXPECT_EQ(must(stack.send()).status, 200);
  EXPECT_EQ(stack.inner.requests.size(), 5U);
  EXPECT_EQ(stack.pause.waits().size(), 4U);
}

TEST(Retry, StopsOnPermanentAnswers) {
  for (int code : {301, 400, 401, 403, 404, 409, 412, 413, 416, 422, 501, 505, 507, 511}) {
    Stack stack(Answers{status(code), status(200)});
    EXPECT_EQ(must(stack.send()).status, code);
    EXPECT_EQ(stack.inner.requests.size(), 1U) << code;
  }
}

TEST(Retry, RepeatsWhatMayGetBetter) {
  for (int code : {408, 425, 429, 500, 502, 503, 504, 520, 599}) {
    Stack stack(Answers{status(code), status(200)});
    EXPECT_EQ(must(stack.send()).status, 200) << code;
  }
}

TEST(Retry, StopsOnPermanentErrors) {
  Stack stack(Answers{fail(ErrorKind::Network, "the certificate of h has expired"), status(200)});
  auto answer = stack.send();
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message(), HasSubstr("expired"));
  EXPECT_EQ(stack.inner.requests.size(), 1U);
}

TEST(Retry, TheCallerMayJudge) {
  auto judge = [](const HttpRequest&, const HttpResponse& response) { return response.status == 404; };
  Stack stack(Answers{status(404), status(404), status(503)}, {}, judge);
  EXPECT_EQ(must(stack.send()).status, 503);
  EXPECT_EQ(stack.inner.requests.size(), 3U);
}

TEST(Retry, GivesTheLastAnswerWhenPatienceEnds) {
  Stack stack([](const HttpRequest&) -> Result<HttpResponse> { return status(503, {}, "SlowDown"); });
  HttpResponse response = must(stack.send());
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.text(), "SlowDown");
  EXPECT_EQ(stack.pause.waited(), 180s) << "the last attempt is made when patience ends";
  EXPECT_GT(stack.inner.requests.size(), 18U);
}

TEST(Retry, AHostThatNeverAnsweredIsGivenUpEarly) {
  Stack stack([](const HttpRequest&) -> Result<HttpResponse> { return no_answer(); });
  auto answer = stack.send();
  ASSERT_FALSE(answer);
  EXPECT_TRUE(answer.error().retryable());
  EXPECT_EQ(stack.pause.waited(), 10s);
}

TEST(Retry, AHostThatAnsweredOnceIsWaitedForLonger) {
  bool is_up = true;
  Stack stack([&](const HttpRequest&) -> Result<HttpResponse> {
    if (is_up) return status(404);
    return no_answer();
  });
  must(stack.send());
  is_up = false;
  EXPECT_FALSE(stack.send());
  EXPECT_EQ(stack.pause.waited(), 180s);
}

TEST(Retry, TheTimeOfAttemptsCountsToo) {
  FakePause pause;
  FakeTransport inner([&](const HttpRequest&) -> Result<HttpResponse> {
    pause.pass(4s);
    return no_answer();
  });
  RetryingTransport transport(inner, {}, may_get_better, pause);
  EXPECT_FALSE(transport.send({}));
  EXPECT_EQ(inner.requests.size(), 3U);
}

// Cut off after so long, in which a byte left every second.
FakeTransport cut_after(std::chrono::seconds duration, FakePause& pause, int cuts) {
  return FakeTransport([=, &pause](const HttpRequest& request) mutable -> Result<HttpResponse> {
    for (auto i = 0s; i < duration; i += 1s) {
      pause.pass(1s);
      if (request.on_sent) request.on_sent(static_cast<uint64_t>(i.count()) + 1);
    }
    if (cuts-- > 0) return no_answer();
    return status(200);
  });
}

TEST(Retry, ATransferThatWasCutAfterMinutesIsTriedAgain) {
  FakePause pause;
  FakeTransport inner = cut_after(300s, pause, 3);
  RetryingTransport transport(inner, {}, may_get_better, pause);
  uint64_t told = 0;
  HttpRequest request;
  request.body = std::string(1000, 'x');
  request.on_sent = [&](uint64_t sent) { told = sent; };
  EXPECT_EQ(must(transport.send(request)).status, 200);
  EXPECT_EQ(inner.requests.size(), 4U);
  EXPECT_EQ(told, 300U);
}

TEST(Retry, ADownloadThatWasCutAfterMinutesIsTriedAgain) {
  FakePause pause;
  FakeTransport inner([&](const HttpRequest& request) -> Result<HttpResponse> {
    for (int i = 0; i < 300; ++i) {
      pause.pass(1s);
      request.on_received();
    }
    return no_answer();
  });
  RetryingTransport transport(inner, {}, may_get_better, pause);
  HttpRequest request;
  int told = 0;
  request.on_received = [&] { ++told; };
  EXPECT_FALSE(transport.send(request));
  EXPECT_GT(inner.requests.size(), 1U);
  EXPECT_GT(told, 300);
}

TEST(Retry, TheSilenceThatEndsATransferCounts) {
  FakePause pause;
  FakeTransport inner([&](const HttpRequest& request) -> Result<HttpResponse> {
    request.on_sent(1);
    pause.pass(30s);
    return status(503);
  });
  RetryingTransport transport(inner, {}, may_get_better, pause);
  EXPECT_EQ(must(transport.send({})).status, 503);
  EXPECT_LE(inner.requests.size(), 6U);
}

// Bytes that move again and again without getting anywhere must not be sent for ever.
TEST(Retry, ATransferThatIsAlwaysCutIsGivenUp) {
  FakePause pause;
  FakeTransport inner = cut_after(60s, pause, 1'000'000);
  RetryingTransport transport(inner, {}, may_get_better, pause);
  EXPECT_FALSE(transport.send({}));
  EXPECT_EQ(pause.waited(), 10s);
}

// Each wait is even between nothing and min(longest, first * 2^n).
TEST(Retry, BacksOffWithFullJitter) {
  constexpr int kAttempts = 8;
  constexpr int kRuns = 1500;
  RetryPolicy policy{.first = 200ms, .longest = 10s, .patience = 24h};
  std::vector<std::vector<double>> waits(kAttempts);
  for (int run = 0; run < kRuns; ++run) {
    Answers answers(kAttempts, status(503));
    answers.push_back(status(200));
    Stack stack(std::move(answers), policy);
    must(stack.send());
    auto all = stack.pause.waits();
    ASSERT_EQ(all.size(), size_t{kAttempts});
    for (size_t i = 0; i < all.size(); ++i) waits[i].push_back(static_cast<double>(all[i].count()));
  }
  for (size_t i = 0; i < waits.size(); ++i) {
    double most = std::min(10'000.0, 200.0 * std::pow(2.0, static_cast<double>(i)));
    double sum = 0;
    std::array<int, 4> quarters{};
    for (double wait : waits[i]) {
      ASSERT_GE(wait, 0);
      ASSERT_LE(wait, most);
      sum += wait;
      ++quarters[std::min<size_t>(3, static_cast<size_t>(wait * 4 / (most + 1)))];
    }
    // Six standard errors of a uniform's mean, and of a quarter's share.
    EXPECT_NEAR(sum / kRuns, most / 2, 6 * most / std::sqrt(12.0 * kRuns)) << i;
    for (int count : quarters) EXPECT_NEAR(count, kRuns / 4.0, 6 * std::sqrt(kRuns * 3 / 16.0)) << i;
  }
}

TEST(Retry, WaitsAsLongAsTheServerAsks) {
  Stack stack(Answers{status(503, {{"retry-after", "7"}}), status(200)});
  must(stack.send());
  EXPECT_GE(stack.pause.waited(), 7s);
  EXPECT_LE(stack.pause.waited(), 7s + 200ms);
}

TEST(Retry, WaitsUntilTheDateThatTheServerNames) {
  Stack stack(Answers{status(503, {{"retry-after", "Sun, 22 Nov 2026 10:15:30 GMT"}}), status(200)});
  must(stack.send());
  EXPECT_GE(stack.pause.waited(), 30s);
  EXPECT_LE(stack.pause.waited(), 30s + 200ms);
}

TEST(Retry, AServerThatAsksForTooMuchIsNotWaitedFor) {
  Stack stack(Answers{status(503, {{"retry-after", "121"}}), status(200)});
  EXPECT_EQ(must(stack.send()).status, 503);
  EXPECT_TRUE(stack.pause.waits().empty());
}

TEST(Retry, AStopEndsTheWait) {
  std::stop_source source;
  Stack stack([&](const HttpRequest&) -> Result<HttpResponse> {
    source.request_stop();
    return status(503);
  });
  auto answer = stack.send(source.get_token());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), ErrorKind::Cancelled);
  EXPECT_EQ(stack.inner.requests.size(), 1U);
  EXPECT_EQ(answer.error().describe().find("hunter2"), std::string::npos);
}

TEST(Retry, AStopDuringARealWaitIsSeen) {
  FakeTransport inner(Answers{status(503, {{"retry-after", "60"}})});
  RetryingTransport transport(inner, {});
  std::stop_source source;
  std::jthread stopper([&] { source.request_stop(); });
  auto answer = transport.send({}, source.get_token());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), ErrorKind::Cancelled);
}

TEST(Retry, ARepeatedBodyBeginsAnew) {
  Stack stack(Answers{no_answer(), status(503), status(200)});
  int restarts = 0;
  HttpRequest request;
  request.on_restart = [&] { ++restarts; };
  must(stack.transport.send(request));
  EXPECT_EQ(restarts, 2);
}

TEST(RetryAfter, IsReadAsSecondsOrADate) {
  auto of = [](const std::string& value) { return retry_after(status(503, {{"retry-after", value}}), kNow); };
  EXPECT_EQ(of("0"), 0ms);
  EXPECT_EQ(of(" 120 "), 120s);
  EXPECT_EQ(of("Sun, 22 Nov 2026 10:16:00 GMT"), 60s);
  EXPECT_EQ(of("Sun, 22 Nov 2026 10:00:00 GMT"), 0ms) << "long past";
  for (std::string wrong : {"", "soon", "-5", "1.5", "99999999999999999999", "Sun, 22 Nov"}) {
    EXPECT_FALSE(of(wrong)) << wrong;
  }
  EXPECT_FALSE(retry_after(status(503), kNow));
}

TEST(RetryAfter, ADateIsMeasuredByTheServersOwnClock) {
  HttpResponse response = status(503, {{"retry-after", "Sun, 22 Nov 2026 12:00:10 GMT"},  //
                                       {"date", "Sun, 22 Nov 2026 12:00:00 GMT"}});
  EXPECT_EQ(retry_after(response, kNow), 10s);
}

TEST(HttpDate, HasThreeForms) {
  UtcTime expected = must(parse_utc("1994-11-06T08:49:37Z"));
  for (std::string text :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}) {
    EXPECT_EQ(parse_http_date(text), expected) << text;
  }
  EXPECT_EQ(parse_http_date("Sunday, 22-Nov-26 10:15:00 GMT"), kNow);
}

TEST(HttpDate, RefusesWhatIsNoDate) {
  for (std::string text :
       {"", "Sun, 31 Feb 2026 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, x Nov 1994 08:49:37 GMT", "Sun, 06 Nov 19940000000 08:49:37 GMT",
        "06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT"}) {
    EXPECT_FALSE(parse_http_date(text)) << text;
  }
}

}  // namespace
}  // namespace candid::net
