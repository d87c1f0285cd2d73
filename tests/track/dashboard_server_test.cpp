// The dashboard, asked of a server that runs.

#include <condition_variable>
#include <mutex>

#include <gmock/gmock.h>

#include "tests/campaign/relayed_ledger.h"
#include "tests/track/server_fixture.h"

namespace candid::track::test {
namespace {

using testing::HasSubstr;

class DashboardServerTest : public ServerFixture {
 protected:
  DashboardServerTest() {
    must(ledger_->add_api_token(sha256(api_token_), {"talent team", ApiScope::Read, clock_.now(), {}}));
  }

  // By the name of this machine, where nobody needs TLS to sign in.
  RawResponse ask(std::string_view method, std::string_view path, std::string_view headers,
                  std::string_view body = "") {
    RawClient client(port());
    client.send(fmt::format("{} {} HTTP/1.1\r\nHost: localhost:{}\r\n{}\r\n{}", method, path, port(), headers, body));
    return client.receive();
  }
  RawResponse get_as(std::string_view path, std::string_view headers = "") { return ask("GET", path, headers); }
  static std::string hidden(const std::string& html, const std::string& name) {
    return attribute(html.substr(html.find("name=\"" + name + "\"")), "value");
  }
  RawResponse sign_in(const std::string& token) {
    std::string body = fmt::format("form={}&to=/r&token={}", hidden(get_as("/r").body, "form"), token);
    return ask("POST", "/r/login",
               fmt::format("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n", body.size()),
               body);
  }
  std::string cookie() {
    std::string set = sign_in(api_token_).header("set-cookie");
    return fmt::format("Cookie: {}\r\n", set.substr(0, set.find(';')));
  }

  const std::string api_token_ = make_api_token();
};

TEST_F(DashboardServerTest, TwentyWrongTokensShutTheDoorAndOpenPagesStayOpen) {
  std::string session = cookie();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(sign_in(make_api_token()).status, 403);
  RawResponse refused = sign_in(api_token_);
  EXPECT_EQ(refused.status, 429) << "a right one, too: else it could be told from a wrong one";
  EXPECT_NE(refused.header("retry-after"), "");
  EXPECT_THAT(get_as("/r", session).body, HasSubstr("Backend Engineer"));
  clock_.advance(std::chrono::minutes(1));
  EXPECT_EQ(sign_in(api_token_).status, 303);
}

TEST_F(DashboardServerTest, PagesAreKeptByNobodyAndFoundByNoSearch) {
  std::string session = cookie();
  for (const char* path : {"/r", "/r/c/backend", "/r/c/backend.csv", "/r/c/backend/m/m-1"}) {
    RawResponse response = get_as(path, session);
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(response.header("cache-control"), "private, no-store");
    EXPECT_THAT(response.header("x-robots-tag"), HasSubstr("noindex"));
    EXPECT_THAT(response.header("content-security-policy"), HasSubstr("default-src 'none'"));
    EXPECT_THAT(response.header("content-security-policy"), HasSubstr("frame-ancestors 'none'"));
  }
}

TEST_F(DashboardServerTest, AnOpenPageIsToldWhenAnEventWasStored) {
  std::string session = cookie();
  std::string edition = attribute(get_as("/r", session).body, "data-edition");
  std::string html = get(link()).body;
  RawClient feed(port());
  feed.send(fmt::format("GET /r/events?seen={} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{}\r\n", edition,
                        session));
  EXPECT_EQ(RawClient(port())
                .post(link("/events"),
                      report(html, R"({"sequence":0,"kind":"input","trusted":true,"keyboard":false,"ms":1})"))
                .status,
            204);
  std::string told = feed.receive_until("event: changed");
  EXPECT_THAT(told, HasSubstr("Content-Type: text/event-stream"));
  EXPECT_THAT(told, HasSubstr("event: changed"));
}

// Counts how often it was asked whether it changed.
class WatchedLedger final : public candid::test::RelayedLedger {
 public:
  explicit WatchedLedger(std::unique_ptr<Ledger> inner) : RelayedLedger(*inner), inner_(std::move(inner)) {}
  Result<std::string> change_mark() const override {
    auto mark = inner_->change_mark();
    {
      std::lock_guard lock(mutex_);
      ++asked_;
    }
    was_asked_.notify_all();
    return mark;
  }
  void wait_for_looks(int count) const {
    std::unique_lock lock(mutex_);
    const int end = asked_ + count;
    was_asked_.wait(lock, [&] { return asked_ >= end; });
  }

 private:
  std::unique_ptr<Ledger> inner_;
  mutable std::mutex mutex_;
  mutable std::condition_variable was_asked_;
  mutable int asked_ = 0;
};

TEST_F(DashboardServerTest, WhatAnotherProgramWroteIsToldAndNothingWhereNobodyDid) {
  auto watched = std::make_unique<WatchedLedger>(std::move(ledger_));
  const WatchedLedger& ledger = *watched;
  ledger_ = std::move(watched);
  settings_.news_check = std::chrono::milliseconds(5);
  std::string session = cookie();
  auto edition = [&] { return attribute(get_as("/r", session).body, "data-edition"); };
  const std::string first = edition();
  ledger.wait_for_looks(5);
  EXPECT_EQ(edition(), first) << "open pages would read everything anew for nothing";
  RawClient feed(port());
  feed.send(
      fmt::format("GET /r/events?seen={} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{}\r\n", first, session));
  must(open_sqlite_ledger(folder_.path() / "ledger", clock_))->upsert_messages({sample_message("m-7")});
  EXPECT_THAT(feed.receive_until("event: changed"), HasSubstr("event: changed"));
  EXPECT_THAT(get_as("/r", session).body, HasSubstr("2 candidates"));
}

}  // namespace
}  // namespace candid::track::test
