// Links that ask for a passcode, and the passcode itself.

#include "track/pages/passcode.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/track/server_fixture.h"

namespace candid::track {
namespace {

using test::kForm;
using test::kSlowHash;
using test::must;
using test::RawClient;
using test::RawResponse;
using testing::HasSubstr;
using testing::Not;

TEST(Passcode, IsKeptAsArgon2id) {
  std::string hash = must(hash_passcode("open sesame"));
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=65536,t=2,p=1$")) << hash;
  EXPECT_NE(hash, must(hash_passcode("open sesame"))) << "each has its salt";
  EXPECT_TRUE(passcode_matches("open sesame", hash));
  EXPECT_TRUE(passcode_matches("  open sesame\n", hash));
  EXPECT_FALSE(passcode_matches("open Sesame", hash));
  EXPECT_FALSE(passcode_matches("", hash));
  EXPECT_FALSE(passcode_matches("open sesame", ""));
  EXPECT_FALSE(passcode_matches("open sesame", "$argon2id$nonsense"));
}

TEST(Passcode, OfOtherLettersMatchesHoweverTheyWereTyped) {
  EXPECT_TRUE(passcode_matches("cafe\u0301", must(hash_passcode("caf\u00e9"))));
}

TEST(Passcode, HasFourToSixtyFourCharacters) {
  for (const std::string& bad :
       {std::string("abc"), std::string("   abc   "), std::string(65, 'x'), std::string("abc\xff\xfe")}) {
    EXPECT_EQ(hash_passcode(bad).error().kind(), ErrorKind::InvalidInput) << bad;
  }
  EXPECT_TRUE(hash_passcode("äöüß"));
}

class PasscodeTest : public test::ServerFixture {
 protected:
  PasscodeTest() { set_passcode("open sesame"); }
  void set_passcode(std::string_view passcode) { set_terms({.passcode_hash = must(hash_passcode(passcode))}); }

  RawResponse give(std::string_view passcode) {
    return RawClient(port()).post(link("/passcode"), fmt::format("passcode={}", passcode), kForm);
  }
  // As the browser sends it back.
  static std::string cookie_of(const RawResponse& response) {
    std::string set = response.header("set-cookie");
    return "Cookie: other=1; " + set.substr(0, set.find(';')) + "\r\n";
  }
};

TEST_F(PasscodeTest, NothingIsSaidBeforeItIsGiven) {
  settings_.public_url = "https://talk.example.com";
  auto response = get(link());
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("cache-control"), "private, no-store");
  EXPECT_THAT(response.body, HasSubstr("A passcode opens this page"));
  for (const char* word : {"Ana", "Northwind", "First line", "/m/", "og:", "example.com/book", "#2f5bea"}) {
    EXPECT_THAT(response.body, Not(HasSubstr(word)));
  }
  EXPECT_THAT(response.header("content-security-policy"), HasSubstr("script-src 'none'"));
  EXPECT_TRUE(events_after_stop().empty());
}

TEST_F(PasscodeTest, TheRightOneOpensThePage) {
  auto opened = give("open+sesame");
  EXPECT_EQ(opened.status, 303);
  EXPECT_EQ(opened.header("location"), "../" + token_);
  auto page = get(link(), cookie_of(opened));
  EXPECT_THAT(page.body, HasSubstr("<h1>Hello Ana</h1>"));
  EXPECT_EQ(get(video_of(page.body), "Range: bytes=0-99\r\n").status, 206);
  EXPECT_THAT(give("%6fpen%20sesame").header("set-cookie"), HasSubstr("candid_passcode="));
}

TEST_F(PasscodeTest, TheCookieIsForThisLinkAlone) {
  auto opened = give("open+sesame");
  std::string set = opened.header("set-cookie");
  EXPECT_THAT(set, HasSubstr("; HttpOnly"));
  EXPECT_THAT(set, HasSubstr("; SameSite=Lax"));
  EXPECT_THAT(set, HasSubstr("; Max-Age=2635200"));
  EXPECT_THAT(set, Not(HasSubstr("Path=")));  // then it is the form's folder, which is the link
  EXPECT_THAT(set, Not(HasSubstr("Domain=")));
  EXPECT_THAT(set, Not(HasSubstr("Secure"))) << "plain HTTP could not send it back";
  std::string other = make_link({.passcode_hash = must(hash_passcode("open sesame"))});
  EXPECT_THAT(get("/v/" + other, cookie_of(opened)).body, HasSubstr("A passcode opens this page"));
}

TEST_F(PasscodeTest, TheCookieIsSecureBehindAProxyThatSpeaksTls) {
  settings_.trusted_proxies = {"127.0.0.1"};
  RawClient client(port());
  auto opened = client.ask("POST", link("/passcode"),
                           fmt::format("X-Forwarded-Proto: https\r\nContent-Type: {}\r\nContent-Length: 20\r\n", kForm),
                           "passcode=open+sesame");
  EXPECT_THAT(opened.header("set-cookie"), HasSubstr("; Secure"));
}

TEST_F(PasscodeTest, AForgedCookieOpensNothing) {
  std::string cookie = cookie_of(give("open+sesame"));
  std::string value = cookie.substr(cookie.find("candid_passcode="));
  for (size_t at : {std::string_view("candid_passcode=").size(), value.size() - 4}) {
    std::string forged = value;
    forged[at] = forged[at] == '2' ? '3' : '2';
    EXPECT_THAT(get(link(), "Cookie: " + forged).body, HasSubstr("A passcode opens this page")) << at;
  }
  EXPECT_THAT(get(link(), "Cookie: candid_passcode=\r\n").body, HasSubstr("A passcode opens this page"));
}

TEST_F(PasscodeTest, TheCookieEndsAfterTwelveHours) {
  std::string cookie = cookie_of(give("open+sesame"));
  clock_.advance(std::chrono::hours(12) - std::chrono::seconds(1));
  EXPECT_THAT(get(link(), cookie).body, HasSubstr("Hello Ana"));
  clock_.advance(std::chrono::seconds(1));
  EXPECT_THAT(get(link(), cookie).body, Not(HasSubstr("Hello Ana")));
}

TEST_F(PasscodeTest, AnotherPasscodeEndsWhatTheOldOneOpened) {
  std::string cookie = cookie_of(give("open+sesame"));
  std::string html = get(link(), cookie).body;
  set_passcode("closed sesame");
  EXPECT_THAT(get(link(), cookie).body, Not(HasSubstr("Hello Ana")));
  RawClient client(port());
  std::string ticket = ticket_of(html);
  auto renewed = client.ask(
      "POST", link("/media"),
      fmt::format("{}Content-Type: application/json\r\nContent-Length: {}\r\n", cookie, ticket.size()), ticket);
  EXPECT_EQ(renewed.status, 401);
}

TEST_F(PasscodeTest, AWrongOneShowsTheFormAgain) {
  auto refused = give("open+says+me");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.header("set-cookie"), "");
  EXPECT_THAT(refused.body, HasSubstr("That is not the passcode."));
  EXPECT_THAT(refused.body, Not(HasSubstr("says")));
  EXPECT_EQ(RawClient(port()).post(link("/passcode"), "{}").status, 415);
}

TEST_F(PasscodeTest, FiveWrongOnesAMinuteAreAllThatAreLookedAt) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(give("wrong").status, 403) << i;
  auto limited = give("open+sesame");
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.header("retry-after"), "60");
  EXPECT_THAT(limited.body, HasSubstr("Minutes to wait before you try again: 1<"));
  clock_.advance(std::chrono::seconds(60));
  EXPECT_EQ(give("open+sesame").status, 303);
}

TEST_F(PasscodeTest, TheFormSendsToOneAddressWhereverItIsShown) {
  EXPECT_THAT(get(link()).body, HasSubstr("action=\"" + token_ + "/passcode\""));
  EXPECT_THAT(give("wrong").body, HasSubstr("action=\"passcode\""));
  auto restored = get(link("/passcode"));
  EXPECT_EQ(restored.status, 303);
  EXPECT_EQ(restored.header("location"), "../" + token_);
}

TEST_F(PasscodeTest, RightOnesAreHashedNoOftenerThanWrongOnes) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(give("open+sesame").status, 303) << i;
  EXPECT_EQ(give("open+sesame").status, 429);
}

TEST_F(PasscodeTest, StrangersDoNotLockOutWhoGaveTheRightOneBefore) {
  std::string cookie = cookie_of(give("open+sesame"));
  clock_.advance(std::chrono::hours(13));
  for (int i = 0; i < 5; ++i) give("wrong");
  EXPECT_EQ(give("open+sesame").status, 429);
  EXPECT_THAT(get(link(), cookie).body, HasSubstr("A passcode opens this page"));
  RawClient client(port());
  auto again =
      client.ask("POST", link("/passcode"), fmt::format("{}Content-Type: {}\r\nContent-Length: 20\r\n", cookie, kForm),
                 "passcode=open+sesame");
  EXPECT_EQ(again.status, 303);
}

TEST_F(PasscodeTest, NobodyStopsTrackingWithoutIt) {
  EXPECT_EQ(RawClient(port()).post(link("/privacy"), "", kForm).status, 401);
  EXPECT_FALSE(must(ledger_->find_link(sha256(token_)))->do_not_track);
  std::string cookie = cookie_of(give("open+sesame"));
  RawClient client(port());
  EXPECT_EQ(client.ask("POST", link("/privacy"), cookie + "Content-Length: 0\r\n", "").status, 303);
  EXPECT_TRUE(must(ledger_->find_link(sha256(token_)))->do_not_track);
}

TEST_F(PasscodeTest, ManyAtOnceAreNotMoreThanFive) {
  port();
  std::atomic<int> looked_at{0};
  std::vector<std::thread> senders;
  for (int i = 0; i < 12; ++i) {
    senders.emplace_back([&] { looked_at += give("wrong").status == 403; });
  }
  for (std::thread& sender : senders) sender.join();
  EXPECT_EQ(looked_at, 5);
}

TEST_F(PasscodeTest, WhatIsTurnedAwayByALoadedServerIsNoAttempt) {
  settings_.passcode_workers = 1;
  settings_.limits.waiting_passcodes = 0;
  const std::string hash = must(hash_passcode("open sesame"));
  auto give_to = [&](RawClient& client, const std::string& token) {
    return client.post(fmt::format("/v/{}/passcode", token), "passcode=open+sesame", kForm).status;
  };
  // On a busy machine the slow one may come second, or be done before six were turned away: then once more, with other
  // links.
  bool all_turned_away = false;
  std::string token;
  for (int tries = 0; tries < 30 && !all_turned_away; ++tries) {
    const std::string busy = make_link({.passcode_hash = kSlowHash});
    token = make_link({.passcode_hash = hash});
    RawClient slow(port()), client(port());
    slow.get("/healthz");  // the server knows it
    slow.send(
        fmt::format("POST /v/{}/passcode HTTP/1.1\r\nHost: x\r\nContent-Type: {}\r\nContent-Length: 13\r\n\r\n"
                    "passcode=1234",
                    busy, kForm));
    // Until the slow one has the worker; each link once, as right ones count within the minute.
    while (!slow.has_answer() && give_to(client, make_link({.passcode_hash = hash})) != 503) {
    }
    all_turned_away = true;
    for (int i = 0; i < 6 && all_turned_away; ++i) all_turned_away = give_to(client, token) == 503;
    all_turned_away &= slow.receive().status == 403;
  }
  ASSERT_TRUE(all_turned_away);
  RawClient client(port());
  int status = give_to(client, token);
  while (status == 503) status = give_to(client, token);
  EXPECT_EQ(status, 303);
}

TEST_F(PasscodeTest, ALinkWithoutOneHasNoForm) {
  set_terms({});
  EXPECT_EQ(give("open+sesame").status, 404);
}

TEST_F(PasscodeTest, ARevokedLinkDoesNotEvenAsk) {
  must(ledger_->revoke_link(sha256(token_)));
  auto unknown = get("/v/AAAAAAAAAAAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(get(link()).body, unknown.body);
  EXPECT_EQ(give("open+sesame").body, unknown.body);
}

}  // namespace
}  // namespace candid::track
