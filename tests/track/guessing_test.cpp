// What somebody gets who guesses: nothing to tell one nothing from another, and soon no answer at all.

#include <algorithm>
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/track/server_fixture.h"
#include "track/api/api_error.h"

namespace candid::track {
namespace {

using test::must;
using test::RawClient;
using test::RawResponse;
using testing::HasSubstr;

// An API whose one token is "good".
class OneTokenApi final : public Api {
 public:
  HttpResponse answer(const HttpRequest& request) override {
    if (request.header("authorization") == "Bearer good") return {200, {}, "{}"};
    return {401, {}, "{}"};
  }
  std::optional<HttpResponse> refuse_body(const HttpRequest& request) override {
    HttpResponse response = answer(request);
    if (response.status == 200) return std::nullopt;
    return response;
  }
};

class GuessingTest : public test::ServerFixture {
 protected:
  GuessingTest() { api_ = &one_token_; }

  RawResponse guess(std::string_view headers = "", const std::string& source = "127.0.0.1") {
    return RawClient(port(), {.source = source}).get("/v/" + make_token(), headers);
  }
  void guess_until_limit(std::string_view headers = "") {
    for (int i = 0; i < 20; ++i) ASSERT_EQ(guess(headers).status, 404) << i;
  }

  OneTokenApi one_token_;
};

TEST_F(GuessingTest, After20MissesAMinuteTheAddressGetsNoAnswer) {
  std::array<int, 2> statuses{};
  for (int i = 0; i < 25; ++i) ++statuses.at(guess().status == 429);
  EXPECT_EQ(statuses[0], 20);
  EXPECT_EQ(statuses[1], 5);
  auto limited = guess();
  EXPECT_EQ(limited.header("retry-after"), "60");
  EXPECT_EQ(guess("", "127.0.0.2").status, 404) << "another address";
}

TEST_F(GuessingTest, AHitCannotBeToldFromAMissThen) {
  guess_until_limit();
  auto miss = guess();
  auto hit = get(link());
  EXPECT_EQ(hit.status, 429);
  EXPECT_EQ(hit.body, miss.body);
  EXPECT_EQ(hit.headers, miss.headers);
  auto program = get("/api/ledger/campaigns", "Authorization: Bearer good\r\n");
  EXPECT_EQ(program.status, 429);
  EXPECT_EQ(program.header("retry-after"), "60");
  auto error = error_from_json(program.body);
  ASSERT_TRUE(error) << program.body;
  EXPECT_TRUE(error->retryable());
  EXPECT_EQ(RawClient(port()).post(link("/events"), "{}").status, 429);
}

TEST_F(GuessingTest, WhoWatchesAVideoGoesOnWatching) {
  std::string address = video_of(get(link()).body);
  guess_until_limit();
  EXPECT_EQ(get(address, "Range: bytes=0-99\r\n").status, 206);
  EXPECT_EQ(get("/m/AAAA/video.mp4").status, 429);
  EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(GuessingTest, ItCalmsDownAsTheMissesGrowOld) {
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(guess().status, 404);
    clock_.advance(std::chrono::seconds(2));
  }
  auto limited = get(link());
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.header("retry-after"), "20");
  clock_.advance(std::chrono::seconds(20));
  EXPECT_EQ(get(link()).status, 200);
}

TEST_F(GuessingTest, EveryKindOfGuessCounts) {
  set_terms({.passcode_hash =
                 "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"});
  RawClient client(port());
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(client.get("/v/" + make_token()).status, 404);
    EXPECT_EQ(client.get("/m/" + make_token() + "/video.mp4").status, 404);
    EXPECT_EQ(client.get("/api/ledger/campaigns", "Authorization: Bearer bad\r\n").status, 401);
    EXPECT_EQ(client.post(link("/passcode"), "passcode=wrong", "application/x-www-form-urlencoded").status, 403);
  }
  EXPECT_EQ(client.get(link()).status, 429);
}

TEST_F(GuessingTest, LongBodiesAreGuessesToo) {
  for (int i = 0; i < 20; ++i) {
    RawClient client(port());
    client.send("PUT /api/store/parts/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
    ASSERT_EQ(client.receive().status, 401);
  }
  RawClient client(port());
  client.send(
      "PUT /api/store/parts/x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good\r\nContent-Length: 100000\r\n\r\n");
  EXPECT_EQ(client.receive().status, 429);
}

TEST_F(GuessingTest, AForgedSenderChangesNothing) {
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(guess(fmt::format("X-Forwarded-For: 198.51.100.{}\r\nForwarded: for=198.51.100.{}\r\n", i, i)).status,
              404);
  }
  EXPECT_EQ(guess("X-Forwarded-For: 203.0.113.9\r\n").status, 429);
}

TEST_F(GuessingTest, ATrustedProxysWordCounts) {
  settings_.trusted_proxies = {"127.0.0.0/8"};
  guess_until_limit("X-Forwarded-For: 198.51.100.7\r\n");
  EXPECT_EQ(guess("X-Forwarded-For: 198.51.100.7\r\n").status, 429);
  EXPECT_EQ(guess("X-Forwarded-For: 198.51.100.8\r\n").status, 404);
}

TEST_F(GuessingTest, WhatTheSenderWroteBeforeTheProxyDoesNot) {
  settings_.trusted_proxies = {"127.0.0.1"};
  for (int i = 0; i < 20; ++i) {
    // On one line, and on a line of its own before the proxy's.
    std::string headers = i % 2 == 0
                              ? fmt::format("X-Forwarded-For: 10.0.0.{}, 198.51.100.7\r\n", i)
                              : fmt::format("X-Forwarded-For: 10.0.0.{}\r\nX-Forwarded-For: 198.51.100.7\r\n", i);
    ASSERT_EQ(guess(headers).status, 404);
  }
  EXPECT_EQ(guess("X-Forwarded-For: 1.2.3.4, 198.51.100.7\r\n").status, 429);
}

TEST_F(GuessingTest, OneCustomersIpv6NetworkIsOneAddress) {
  settings_.trusted_proxies = {"127.0.0.1"};
  for (int i = 0; i < 20; ++i)
    ASSERT_EQ(guess(fmt::format("X-Forwarded-For: 2001:db8:1:2::{}\r\n", i + 1)).status, 404);
  EXPECT_EQ(guess("X-Forwarded-For: 2001:db8:1:2:ffff::1\r\n").status, 429);
  EXPECT_EQ(guess("X-Forwarded-For: 2001:db8:1:3::1\r\n").status, 404);
}

// The middle of what the requests of each kind took, in microseconds.
using Medians = std::array<double, 3>;

TEST_F(GuessingTest, UnknownExpiredAndRevokedLinksTakeAsLong) {
  std::string expired = make_link({.expires_at = test::kNoon});
  std::string revoked = make_link();
  must(ledger_->revoke_link(sha256(revoked)));
  RawClient client(port());
  auto measure = [&] {
    constexpr size_t kRounds = 1200;
    std::array<std::vector<double>, 3> taken;
    for (size_t round = 0; round < kRounds; ++round) {
      for (size_t turn = 0; turn < 3; ++turn) {
        size_t kind = (round + turn) % 3;  // none is always the first of its round
        std::string path = "/v/" + (kind == 0 ? make_token() : kind == 1 ? expired : revoked);
        auto began = std::chrono::steady_clock::now();
        int status = client.get(path).status;
        taken[kind].push_back(
            std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - began).count());
        EXPECT_EQ(status, 404);
        clock_.advance(std::chrono::seconds(4));  // so that no twenty lie within a minute
      }
    }
    Medians medians{};
    for (size_t kind = 0; kind < 3; ++kind) {
      auto middle = taken[kind].begin() + kRounds / 2;
      std::nth_element(taken[kind].begin(), middle, taken[kind].end());
      medians[kind] = *middle;
    }
    return medians;
  };
  // A difference that is there shows each time; noise of a busy machine does not come three times.
  Medians medians{};
  bool alike = false;
  for (int attempt = 0; attempt < 3 && !alike; ++attempt) {
    medians = measure();
    auto [least, most] = std::minmax_element(medians.begin(), medians.end());
    alike = *most - *least < 0.1 * *least + 5;
  }
  EXPECT_TRUE(alike) << fmt::format("unknown {:.1f} us, expired {:.1f} us, revoked {:.1f} us", medians[0], medians[1],
                                    medians[2]);
  RecordProperty("medians_us", fmt::format("{:.1f} {:.1f} {:.1f}", medians[0], medians[1], medians[2]));
}

}  // namespace
}  // namespace candid::track
