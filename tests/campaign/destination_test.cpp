#include "campaign/destination.h"

#include <atomic>
#include <cstdlib>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/files.h"
#include "tests/support/loopback_socket.h"
#include "tests/support/results.h"
#include "tests/support/silent_server.h"

namespace candid::campaign {
namespace {

using testing::HasSubstr;

// Gives every request on loopback the same answer, and counts them.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer) : answer_(std::move(answer)), thread_([this] { serve(); }) {}
  ~OneAnswer() {
    socket_.shut_down();
    thread_.join();
  }
  OneAnswer(const OneAnswer&) = delete;
  OneAnswer& operator=(const OneAnswer&) = delete;
  std::string url() const { return socket_.url(); }
  int requests() const { return requests_; }

 private:
  void serve() {
    for (int peer = socket_.accept(); peer >= 0; peer = socket_.accept()) {
      std::string request;
      char piece[4096];
      // The bodies of these tests are a JSON object.
      while (!request.ends_with("}")) {
        ssize_t count = ::recv(peer, piece, sizeof(piece), 0);
        if (count <= 0) break;
        request.append(piece, static_cast<size_t>(count));
      }
      ++requests_;
      (void)::send(peer, answer_.data(), answer_.size(), MSG_NOSIGNAL);
      ::close(peer);
    }
  }
  const std::string answer_;
  test::LoopbackSocket socket_{};
  std::atomic<int> requests_ = 0;
  std::jthread thread_;
};

TEST(Destination, ARemoteLedgerInTheClearBeyondThisMachineIsRefusedWithARemedy) {
  ::setenv("CANDID_API_TOKEN", "cnd_sample", 1);
  for (Places places :
       {Places{{}, "", "http://video.example.com", ""}, Places{{}, "", "http://192.0.2.1:8080/", ""},
        Places{{}, "", "server", "http://video.example.com"}, Places{{}, "", "http://127.0.0.1.example.com", ""}}) {
    auto ledger = open_ledger(places, {});
    ASSERT_FALSE(ledger) << places.ledger;
    EXPECT_EQ(ledger.error().kind(), ErrorKind::InvalidInput);
    EXPECT_THAT(ledger.error().message(), HasSubstr("in the clear"));
    EXPECT_THAT(ledger.error().hint(), HasSubstr("https://"));
  }
  EXPECT_TRUE(open_ledger({{}, "", "http://127.0.0.1:9", ""}, {}));
  EXPECT_TRUE(open_ledger({{}, "", "https://video.example.com", ""}, {}));
}

TEST(Destination, AnAddressWithALoginIsRefusedAndNotTold) {
  ::setenv("CANDID_API_TOKEN", "cnd_sample", 1);
  for (const char* address : {"https://user:hunter2@video.example.com", "http://user:hunter2@127.0.0.1:9"}) {
    auto ledger = open_ledger({{}, "", address, ""}, {});
    ASSERT_FALSE(ledger) << address;
    EXPECT_EQ(ledger.error().kind(), ErrorKind::InvalidInput);
    EXPECT_THAT(ledger.error().describe() + ledger.error().hint(), testing::Not(HasSubstr("hunter2")));
  }
}

TEST(Destination, AStopEndsWhatIsAskedOfALedgerAndOfAStore) {
  ::setenv("CANDID_API_TOKEN", "cnd_sample", 1);
  auto folder = test::must(TemporaryFolder::create());
  for (bool asks_store : {false, true}) {
    test::SilentServer server;
    std::stop_source stop;
    Places places{{folder.path()}, "server", "server", server.url()};
    auto ledger = test::must(open_ledger(places, stop.get_token()));
    auto look = test::must(look_into_ledger(places, stop.get_token()));
    auto store = test::must(open_store(places, folder.path() / "notes", 0, stop.get_token()));
    std::jthread stopper([&] {
      server.wait_for_request();
      stop.request_stop();
    });
    auto expect_cancelled = [](const auto& answer) {
      ASSERT_FALSE(answer);
      EXPECT_EQ(answer.error().kind(), ErrorKind::Cancelled);
    };
    if (asks_store) expect_cancelled(store.store->size_of("candid-store.json"));
    expect_cancelled(ledger.ledger->id());
    expect_cancelled(look.ledger->id());
    expect_cancelled(store.store->get("candid-store.json"));
  }
}

TEST(Destination, WhatTheServerCallsUselessToRepeatIsNotRepeated) {
  ::setenv("CANDID_API_TOKEN", "cnd_sample", 1);
  std::string body = R"({"error": {"kind": "io", "message": "its disk is broken", "hint": "", "retryable": false}})";
  OneAnswer server(
      fmt::format("HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
                  "Content-Length: {}\r\nConnection: close\r\n\r\n{}",
                  body.size(), body));
  auto open = test::must(open_ledger({{}, "", server.url(), ""}, {}));
  auto messages = open.ledger->messages("test_campaign");
  ASSERT_FALSE(messages);
  EXPECT_THAT(messages.error().describe(), HasSubstr("its disk is broken"));
  EXPECT_EQ(server.requests(), 1);
}

}  // namespace
}  // namespace candid::campaign
