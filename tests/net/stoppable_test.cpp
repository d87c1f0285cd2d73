#include "net/stoppable.h"

#include <condition_variable>
#include <thread>

#include <gmock/gmock.h>

#include "net/retry.h"
#include "tests/net/fakes.h"
#include "tests/support/results.h"

namespace candid::net {
namespace {

using candid::test::must;
using test::FakeTransport;
using test::status;

// Answers only once it is stopped.
class Silent final : public HttpTransport {
 public:
  Result<HttpResponse> send(const HttpRequest&, const std::stop_token& stop) override {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    stopped.wait(lock, stop, [] { return false; });
    return fail(ErrorKind::Cancelled, "was stopped");
  }
};

HttpRequest request() {
  HttpRequest made;
  made.url = "https://h/path?token=hunter2";
  return made;
}

void expect_cancelled(const Result<HttpResponse>& answer) {
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), ErrorKind::Cancelled);
  EXPECT_THAT(answer.error().describe(), testing::Not(testing::HasSubstr("hunter2")));
}

TEST(Stoppable, RequestsWithoutATokenAreStopped) {
  std::stop_source source;
  Silent silent;
  StoppableTransport transport(silent, source.get_token());
  std::jthread stopper([&] { source.request_stop(); });
  expect_cancelled(transport.send(request()));
}

TEST(Stoppable, EitherTokenStops) {
  for (bool is_own : {false, true}) {
    std::stop_source own;
    std::stop_source callers;
    Silent silent;
    StoppableTransport transport(silent, own.get_token());
    std::jthread stopper([&] { (is_own ? own : callers).request_stop(); });
    expect_cancelled(transport.send(request(), callers.get_token()));
  }
}

TEST(Stoppable, NothingIsSentAfterAStop) {
  std::stop_source source;
  FakeTransport inner(std::deque<Result<HttpResponse>>{status(200)});
  StoppableTransport transport(inner, source.get_token());
  EXPECT_EQ(must(transport.send(request())).status, 200);
  source.request_stop();
  expect_cancelled(transport.send(request()));
  EXPECT_EQ(inner.requests.size(), 1U);
}

TEST(Stoppable, TheWaitOfARepetitionEndsToo) {
  std::stop_source source;
  FakeTransport inner([&](const HttpRequest&) -> Result<HttpResponse> { return status(503, {{"retry-after", "60"}}); });
  RetryingTransport retrying(inner, {});
  StoppableTransport transport(retrying, source.get_token());
  std::jthread stopper([&] { source.request_stop(); });
  expect_cancelled(transport.send(request()));
}

TEST(Stoppable, WithoutTokensNothingCanBeStopped) {
  EitherStop either({}, {});
  EXPECT_FALSE(either.token().stop_possible());
}

}  // namespace
}  // namespace candid::net
