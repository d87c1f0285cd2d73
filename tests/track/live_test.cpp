// Answers that go on: server-sent events over a real socket.

#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/track/server_fixture.h"
#include "track/api/api.h"
#include "track/web/live_feed.h"
#include "track/web/news_board.h"

namespace candid::track {
namespace {

using test::RawClient;
using testing::HasSubstr;

// Gives what a test puts in, and tells of it.
class TestFeed final : public LiveFeed {
 public:
  ~TestFeed() override { *gone = true; }
  std::string take() override {
    std::lock_guard lock(mutex_);
    return std::exchange(waiting_, {});
  }
  void on_news(std::function<void()> wake) override {
    std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
    watched_.notify_all();
  }

  void put(std::string_view text) {
    std::function<void()> wake;
    {
      std::lock_guard lock(mutex_);
      waiting_ += text;
      wake = wake_;
    }
    if (wake) wake();
  }
  void wait_until_watched() {
    std::unique_lock lock(mutex_);
    watched_.wait(lock, [&] { return wake_ != nullptr; });
  }
  std::shared_ptr<std::atomic<bool>> gone = std::make_shared<std::atomic<bool>>(false);

 private:
  std::mutex mutex_;
  std::condition_variable watched_;
  std::function<void()> wake_;
  std::string waiting_ = "data: first\n\n";
};

// Each request gets a feed of its own, which the test may ask for.
class LiveApi final : public Api {
 public:
  HttpResponse answer(const HttpRequest& request) override {
    if (request.path == "/api/plain") return {200, {}, "{}"};
    HttpResponse response{200, {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}}, ":begin\n\n"};
    auto feed = std::make_shared<TestFeed>();
    std::lock_guard lock(mutex_);
    feeds_.push_back(feed);
    made_.notify_all();
    response.live = std::move(feed);
    return response;
  }
  std::optional<HttpResponse> refuse_body(const HttpRequest&) override { return std::nullopt; }

  // The feed of the request so many, from 0; null once the server has let go of it.
  std::shared_ptr<TestFeed> feed(size_t number) {
    std::unique_lock lock(mutex_);
    made_.wait(lock, [&] { return feeds_.size() > number; });
    return feeds_[number].lock();
  }

 private:
  std::mutex mutex_;
  std::condition_variable made_;
  std::vector<std::weak_ptr<TestFeed>> feeds_;
};

// Reads what comes after a head, until it holds what is waited for.
class LiveReader final : public RawClient {
 public:
  explicit LiveReader(uint16_t port, const test::RawClientSettings& settings = {}) : RawClient(port, settings) {}
  bool read_until(std::string_view wanted) {
    std::array<char, 4096> chunk{};
    while (got_.find(wanted) == std::string::npos) {
      const ssize_t count = read_some(chunk);
      if (count <= 0) return false;
      got_.append(chunk.data(), static_cast<size_t>(count));
    }
    return true;
  }
  const std::string& got() const { return got_; }

 private:
  std::string got_;
};

constexpr std::string_view kAsk = "GET /api/live HTTP/1.1\r\nHost: x\r\n\r\n";

class LiveTest : public test::ServerFixture {
 protected:
  LiveTest() {
    api_ = &live_api_;
    settings_.limits.live.pace = std::chrono::milliseconds(1);
  }
  std::unique_ptr<LiveReader> open_live(const test::RawClientSettings& settings = {}) {
    auto reader = std::make_unique<LiveReader>(port(), settings);
    reader->send(kAsk);
    return reader;
  }
  void wait_for(const std::atomic<bool>& flag) {
    while (!flag) std::this_thread::yield();
  }
  LiveApi live_api_;
};

TEST_F(LiveTest, BeginsWithItsBodyAndHasNoLength) {
  auto reader = open_live();
  ASSERT_TRUE(reader->read_until("data: first\n\n"));
  EXPECT_THAT(reader->got(), testing::StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(reader->got(), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(reader->got(), testing::Not(HasSubstr("Content-Length")));
  EXPECT_THAT(reader->got(), HasSubstr("\r\n\r\n:begin\n\ndata: first\n\n"));
}

TEST_F(LiveTest, TellsWhatIsNewAsItComes) {
  auto reader = open_live();
  ASSERT_TRUE(reader->read_until("data: first\n\n"));
  auto feed = live_api_.feed(0);
  for (int i = 0; i < 20; ++i) {
    const std::string word = fmt::format("data: news {}\n\n", i);
    std::thread teller([&] { feed->put(word); });
    EXPECT_TRUE(reader->read_until(word)) << i;
    teller.join();
  }
}

TEST_F(LiveTest, SaysNothingInACommentWhenNothingIsNew) {
  settings_.limits.live.heartbeat = std::chrono::milliseconds(20);
  auto reader = open_live();
  EXPECT_TRUE(reader->read_until("data: first\n\n:\n\n:\n\n:\n\n"));
}

TEST_F(LiveTest, EndsWhenItsReaderGoes) {
  auto reader = open_live();
  ASSERT_TRUE(reader->read_until("data: first\n\n"));
  auto gone = live_api_.feed(0)->gone;
  reader.reset();
  wait_for(*gone);
}

TEST_F(LiveTest, EndsWhenItsTimeIsOver) {
  settings_.limits.live.longest = std::chrono::milliseconds(50);
  auto reader = open_live();
  EXPECT_TRUE(reader->is_closed_by_server());
}

TEST_F(LiveTest, AReaderThatTakesNothingIsCut) {
  settings_.limits.write_timeout = std::chrono::milliseconds(100);
  auto reader = open_live({.receive_buffer = 4096});
  auto feed = live_api_.feed(0);
  feed->wait_until_watched();
  auto gone = feed->gone;
  feed->put(std::string(64 << 20, 'x'));
  feed.reset();
  wait_for(*gone);
}

TEST_F(LiveTest, StopEndsItAtOnce) {
  settings_.limits.drain_timeout = std::chrono::hours(1);  // the test's own time is up before
  auto reader = open_live();
  ASSERT_TRUE(reader->read_until("data: first\n\n"));
  EXPECT_TRUE(server().stop());
  EXPECT_TRUE(reader->is_closed_by_server());
}

TEST_F(LiveTest, NewsThatComeAfterTheServerHarmNobody) {
  auto reader = open_live();
  ASSERT_TRUE(reader->read_until("data: first\n\n"));
  auto feed = live_api_.feed(0);  // outlives its answer
  server_.reset();
  feed->put("data: late\n\n");
}

TEST_F(LiveTest, ThereAreOnlySoMany) {
  settings_.limits.live_feeds = 2;
  auto one = open_live();
  ASSERT_TRUE(one->read_until("data: first"));  // so that its feed is the first
  auto two = open_live();
  ASSERT_TRUE(two->read_until("data: first"));
  auto refused = get("/api/live");
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.header("retry-after"), "");
  EXPECT_EQ(get("/api/plain").status, 200) << "nothing else is in their way";
  auto gone = live_api_.feed(0)->gone;
  one.reset();
  wait_for(*gone);
  // The place is free in the moment after.
  while (true) {
    auto three = open_live();
    if (three->read_until("data: first")) break;
  }
}

TEST_F(LiveTest, ALiveAnswerTakesNoWorkerWhileItWaits) {
  settings_.api_workers = 1;
  settings_.limits.waiting = 0;
  auto reader = open_live();
  ASSERT_TRUE(reader->read_until("data: first"));
  test::RawResponse plain;
  do plain = get("/api/plain");
  while (plain.status == 503);  // the worker has just looked at the feed
  EXPECT_EQ(plain.status, 200);
}

TEST_F(LiveTest, HeadIsTheHeadAlone) {
  RawClient client(port());
  auto head = client.ask("HEAD", "/api/live", "", "");
  EXPECT_EQ(head.status, 200);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(NewsBoard, TellsAllWhoWatchAndCounts) {
  NewsBoard board;
  int one = 0, two = 0;
  const int first = board.watch([&] { ++one; });
  board.watch([&] { ++two; });
  board.tell();
  board.forget(first);
  board.tell();
  EXPECT_EQ(one, 1);
  EXPECT_EQ(two, 2);
  EXPECT_EQ(board.edition(), 2u);
}

}  // namespace
}  // namespace candid::track
