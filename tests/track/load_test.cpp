// What a server does when something hangs, or somebody asks for more than their share.

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/track/server_fixture.h"
#include "track/api/api_error.h"
#include "track/held_file.h"
#include "track/pages/passcode.h"
#include "track/web/open_files.h"

namespace candid::track {
namespace {

using test::kForm;
using test::kSlowHash;
using test::must;
using test::RawClient;

// Holds whoever passes until it is opened.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }
  void wait_for(int number) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ >= number; });
  }
  void open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

class SlowLibrary final : public MediaLibrary {
 public:
  explicit SlowLibrary(const MediaLibrary& library) : library_(library) {}
  Result<MediaFile> find(std::string_view ref) const override {
    gate.pass();
    return library_.find(ref);
  }
  mutable Gate gate;

 private:
  const MediaLibrary& library_;
};

// Pages ask for the origins, and media for files.
class SlowPages final : public MediaLibrary {
 public:
  explicit SlowPages(const MediaLibrary& library) : library_(library) {}
  Result<MediaFile> find(std::string_view ref) const override { return library_.find(ref); }
  std::vector<std::string> origins() const override {
    gate.pass();
    return {};
  }
  mutable Gate gate;

 private:
  const MediaLibrary& library_;
};

class SlowApi final : public Api {
 public:
  HttpResponse answer(const HttpRequest&) override {
    gate.pass();
    return {200, {}, "{}"};
  }
  std::optional<HttpResponse> refuse_body(const HttpRequest&) override { return std::nullopt; }
  Gate gate;
};

class LoadTest : public test::ServerFixture {
 protected:
  // A worker that has just answered is not free at once.
  template <typename Ask>
  static test::RawResponse until_free(Ask ask) {
    test::RawResponse response = ask();
    while (response.status == 503) response = ask();
    return response;
  }
  static std::string request(std::string_view path) { return fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", path); }
};

TEST_F(LoadTest, AStoreThatHangsStopsNothingElse) {
  SlowLibrary slow(library_);
  settings_.threads = 1;
  settings_.workers = 1;
  settings_.media_workers = 2;
  settings_.limits.waiting = 0;
  std::string locked = make_link({.passcode_hash = must(hash_passcode("open sesame"))});
  auto server = must(Server::start(settings_, *ledger_, slow, nullptr, clock_));
  RawClient one(server->port()), two(server->port()), other(server->port());
  for (RawClient* client : {&one, &two}) client->send(request(media("poster.jpg")));
  slow.gate.wait_for(2);
  auto refused = other.get(media("poster.jpg"));
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.header("retry-after"), "");
  EXPECT_EQ(other.get("/healthz").status, 200);
  EXPECT_EQ(until_free([&] { return other.get(link()); }).status, 200);
  auto give = [&] { return other.post("/v/" + locked + "/passcode", "passcode=open+sesame", kForm); };
  EXPECT_EQ(until_free(give).status, 303);
  slow.gate.open();
  EXPECT_EQ(one.receive().body.size(), 999u);
  EXPECT_EQ(two.receive().body.size(), 999u);
  EXPECT_EQ(until_free([&] { return other.get(media("poster.jpg")); }).status, 200);
}

TEST_F(LoadTest, HealthAndMediaNeedNoneOfThePagesWorkers) {
  SlowPages slow(library_);
  settings_.workers = 1;
  settings_.limits.waiting = 0;
  auto server = must(Server::start(settings_, *ledger_, slow, nullptr, clock_));
  RawClient other(server->port());
  int status = 0;
  std::thread busy([&] { status = until_free([&] { return RawClient(server->port()).get(link()); }).status; });
  slow.gate.wait_for(1);
  EXPECT_EQ(other.get(link()).status, 503);
  EXPECT_EQ(other.get("/healthz").body, "ok\n");
  EXPECT_EQ(other.get(media("poster.jpg")).status, 200);
  slow.gate.open();
  busy.join();
  EXPECT_EQ(status, 200);
}

TEST_F(LoadTest, PagesNeedNoneOfTheApisWorkers) {
  SlowApi slow;
  api_ = &slow;
  settings_.workers = settings_.api_workers = 2;
  settings_.limits.waiting = 0;
  RawClient one(port()), two(port()), other(port());
  // Two that hash what came, say.
  for (RawClient* client : {&one, &two}) client->send(request("/api/store/videos/v.mp4"));
  slow.gate.wait_for(2);
  EXPECT_EQ(other.get(link()).status, 200);
  EXPECT_EQ(other.get(media("poster.jpg")).status, 200);
  slow.gate.open();
  for (RawClient* client : {&one, &two}) EXPECT_EQ(client->receive().status, 200);
}

TEST_F(LoadTest, AProgramIsToldToComeAgainInTheApisWords) {
  SlowApi slow;
  api_ = &slow;
  settings_.api_workers = 1;
  settings_.limits.waiting = 0;
  RawClient busy(port()), other(port());
  busy.send(request("/api/ledger/campaigns"));
  slow.gate.wait_for(1);
  auto told = other.get("/api/ledger/campaigns");
  slow.gate.open();  // before anything can end the test, as the server waits for its worker
  EXPECT_EQ(told.status, 503);
  EXPECT_EQ(told.header("retry-after"), "5");
  auto error = error_from_json(told.body);
  ASSERT_TRUE(error) << told.body;
  EXPECT_TRUE(error->retryable());
  EXPECT_EQ(busy.receive().status, 200);
}

TEST_F(LoadTest, PasscodesBeyondTheirWorkersAreToldToComeAgain) {
  settings_.workers = 1;
  settings_.passcode_workers = 1;
  settings_.limits.waiting_passcodes = 0;
  std::string one = make_link({.passcode_hash = kSlowHash}), two = make_link({.passcode_hash = kSlowHash});
  RawClient first(port()), second(port());
  first.send(
      fmt::format("POST /v/{}/passcode HTTP/1.1\r\nHost: x\r\nContent-Type: {}\r\nContent-Length: 13\r\n\r\n"
                  "passcode=1234",
                  one, kForm));
  second.send(
      fmt::format("POST /v/{}/passcode HTTP/1.1\r\nHost: x\r\nContent-Type: {}\r\nContent-Length: 13\r\n\r\n"
                  "passcode=1234",
                  two, kForm));
  EXPECT_EQ(get(link()).status, 200) << "pages have workers of their own";
  int statuses[] = {first.receive().status, second.receive().status};
  EXPECT_THAT(statuses, testing::UnorderedElementsAre(403, 503));
}

TEST_F(LoadTest, StopSaysWhenAWorkerIsBusyStill) {
  SlowLibrary slow(library_);
  settings_.limits.drain_timeout = settings_.limits.worker_timeout = std::chrono::milliseconds(20);
  auto server = must(Server::start(settings_, *ledger_, slow, nullptr, clock_));
  RawClient client(server->port());
  client.send(request(media("poster.jpg")));
  slow.gate.wait_for(1);
  EXPECT_FALSE(server->stop());
  EXPECT_FALSE(server->stop()) << "the same, asked again";
  slow.gate.open();
  server.reset();
  EXPECT_TRUE(this->server().stop());
}

TEST_F(LoadTest, AnAddressHasNotAllConnections) {
  SlowApi slow;
  api_ = &slow;
  settings_.limits.connections_of_address = 2;
  RawClient one(port()), two(port());
  for (RawClient* client : {&one, &two}) client->send(request("/api/ledger/campaigns"));
  slow.gate.wait_for(2);
  EXPECT_TRUE(RawClient(port()).is_closed_by_server());
  EXPECT_EQ(RawClient(port(), {.source = "127.0.0.2"}).get("/healthz").status, 200);
  slow.gate.open();
  EXPECT_EQ(one.receive().status, 200);
  EXPECT_EQ(two.receive().status, 200);
}

TEST_F(LoadTest, TheConnectionOfAnAddressThatIsIdleForTheLongestMakesRoom) {
  settings_.threads = 1;  // so that one is idle in the order of its answers
  settings_.limits.connections_of_address = 2;
  RawClient one(port()), two(port());
  for (RawClient* client : {&one, &two, &one}) EXPECT_EQ(client->get("/healthz").status, 200);
  RawClient three(port());
  EXPECT_EQ(three.get("/healthz").status, 200);
  EXPECT_TRUE(two.is_closed_by_server());
  EXPECT_EQ(one.get("/healthz").status, 200);
  RawClient four(port());
  EXPECT_EQ(four.get("/healthz").status, 200);
  EXPECT_TRUE(three.is_closed_by_server());
}

TEST_F(LoadTest, WhoSendsARequestSlowlyMakesRoomWhenAllConnectionsAreTaken) {
  settings_.limits.connections = 2;
  RawClient header(port()), body(port());
  header.send("GET /healthz HTTP/1.1\r\nHost: ");
  body.send("POST " + link("/events") + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
  RawClient three(port());
  EXPECT_EQ(three.get("/healthz").status, 200);
  EXPECT_TRUE(header.is_closed_by_server());
  RawClient four(port());
  EXPECT_EQ(four.get("/healthz").status, 200);
  EXPECT_TRUE(body.is_closed_by_server());
}

TEST_F(LoadTest, WhoIsBeingAnsweredKeepsTheirPlace) {
  SlowApi slow;
  api_ = &slow;
  settings_.limits.connections = 1;
  RawClient busy(port());
  busy.send(request("/api/ledger/campaigns"));
  slow.gate.wait_for(1);
  EXPECT_TRUE(RawClient(port(), {.source = "127.0.0.2"}).is_closed_by_server());
  slow.gate.open();
  EXPECT_EQ(busy.receive().status, 200);
}

TEST_F(LoadTest, AFloodOfIdleConnectionsFromManyAddressesLeavesRoom) {
  settings_.limits.connections = 50;
  std::vector<std::unique_ptr<RawClient>> idle;
  RawClient healthy(port());
  for (int i = 0; i < 200; ++i) {
    idle.push_back(
        std::make_unique<RawClient>(port(), test::RawClientSettings{.source = fmt::format("127.0.1.{}", 1 + i % 250)}));
    if (i % 10 == 0) {
      ASSERT_EQ(healthy.get(link()).status, 200) << "who asks now and then is not the one that waits for the longest";
    }
  }
  EXPECT_EQ(RawClient(port()).get("/healthz").status, 200);
  EXPECT_TRUE(idle.front()->is_closed_by_server());
}

TEST_F(LoadTest, AProxyMayHaveThemAll) {
  settings_.limits.connections_of_address = 2;
  settings_.trusted_proxies = {"127.0.0.1"};
  RawClient one(port()), two(port()), three(port());
  for (RawClient* client : {&one, &two, &three}) EXPECT_EQ(client->get("/healthz").status, 200);
}

TEST_F(LoadTest, AConnectionThatEndedMakesRoom) {
  settings_.limits.connections_of_address = 1;
  for (int i = 0; i < 3; ++i) {
    // One that comes before the server has forgotten the last is closed without an answer.
    while (RawClient(port()).get("/healthz", "Connection: close\r\n").status == 0) std::this_thread::yield();
  }
}

TEST_F(LoadTest, ALinksRequestsAreRecordedUpToABound) {
  RawClient client(port());
  for (int i = 0; i < 130; ++i) ASSERT_EQ(client.get(link()).status, 200) << i;
  std::string html = client.get(link()).body;
  for (int i = 0; i < 130; ++i) client.get("/v/" + attribute(html, "class=\"contents\" href"));
  for (int i = 0; i < 130; ++i) ASSERT_EQ(client.get(media("video.mp4"), "Range: bytes=0-99\r\n").status, 206) << i;
  clock_.advance(std::chrono::seconds(61));
  client.get(link());
  auto events = events_after_stop();
  auto count = [&](EventKind kind) {
    return std::count_if(events.begin(), events.end(), [&](const Event& event) { return event.kind == kind; });
  };
  EXPECT_EQ(count(EventKind::Page), 121);
  EXPECT_EQ(count(EventKind::Trap), 120);
  EXPECT_EQ(count(EventKind::Media), 120);
}

TEST_F(LoadTest, ReportsBeyondABoundAreToldToComeAgain) {
  RawClient client(port());
  std::string html = client.get(link()).body;
  auto send = [&](int sequence) {
    return client.post(
        link("/events"),
        report(html,
               fmt::format(R"({{"sequence":{},"kind":"input","trusted":true,"keyboard":false,"ms":1}})", sequence)));
  };
  for (int i = 0; i < 120; ++i) ASSERT_EQ(send(i).status, 204) << i;
  auto refused = send(120);
  EXPECT_EQ(refused.status, 429);
  EXPECT_NE(refused.header("retry-after"), "");
  clock_.advance(std::chrono::seconds(61));
  EXPECT_EQ(send(120).status, 204);
}

TEST_F(LoadTest, TheTimeBeforeARequestDoesNotCountAgainstIt) {
  settings_.limits.read_timeout = std::chrono::milliseconds(1500);
  RawClient client(port());
  // A person who thinks, and then a line that is slow: together longer than one request may take.
  std::this_thread::sleep_for(std::chrono::milliseconds(1000));
  client.send("GET /healthz HTTP/1.1\r\nHost: ");
  std::this_thread::sleep_for(std::chrono::milliseconds(800));
  client.send("x\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);
}

TEST_F(LoadTest, AConnectionThatWaitsIsOneFileWhateverItWasSent) {
  auto ask = [&](RawClient& client) {
    EXPECT_EQ(client.get(link()).status, 200);
    EXPECT_EQ(client.get(media("video.mp4")).body, library_.video());
    EXPECT_EQ(client.get("/healthz").status, 200);
  };
  auto open_files = [] {
    const std::filesystem::directory_iterator files("/proc/self/fd");
    return std::distance(begin(files), end(files));
  };
  RawClient first(port());
  ask(first);
  const auto before = open_files();
  constexpr int kMore = 20;
  std::vector<std::unique_ptr<RawClient>> clients;
  while (clients.size() < kMore) ask(*clients.emplace_back(std::make_unique<RawClient>(port())));
  EXPECT_EQ(open_files() - before, 2 * kMore) << "its socket, and the test's own";
}

TEST(OpenFiles, AreOneForEachConnectionBesideWhatTheProcessNeedsItself) {
  EXPECT_EQ(connections_within(1 << 20, 2000), 2000u);
  EXPECT_EQ(connections_within(20'000, 20'000), 20'000u - 256 - kMostHeldFiles);
  EXPECT_GE(connections_within(20'000, 20'000), 10'000u) << "open pages of one server";
  EXPECT_EQ(connections_within(1024, 2000), 512u);
  EXPECT_EQ(connections_within(1024, 100), 100u);
}

TEST(OpenFiles, AreEnoughForOneConnectionWhateverTheLimit) {
  for (uint64_t files : {0, 64, 512}) EXPECT_EQ(connections_within(files, 2000), 1u) << files;
  EXPECT_EQ(connections_within(513, 2000), 1u);
  EXPECT_EQ(connections_within(514, 2000), 2u);
}

TEST(OpenFiles, AreNoMoreThanTheKernelAllows) {
  uint64_t most = reachable_open_files(RLIM_INFINITY);
  EXPECT_GE(most, 1024u);
  EXPECT_LT(most, RLIM_INFINITY);
  EXPECT_EQ(reachable_open_files(most + 1), most);
  EXPECT_EQ(reachable_open_files(1024), 1024u);
}

TEST_F(LoadTest, AServerMayOpenAsManyFilesAsItsAdministratorLetsIt) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit few{std::min<rlim_t>(before.rlim_max, 200), before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  port();
  rlimit after{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, reachable_open_files(before.rlim_max));
  ::setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace
}  // namespace candid::track
