// Who gets into the dashboard, and for how long.

#include <gmock/gmock.h>

#include "tests/track/dashboard_fixture.h"

namespace candid::track::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class DashboardSessionTest : public DashboardFixture {};

TEST_F(DashboardSessionTest, WithoutOneEveryAddressIsTheFormAndNothingElse) {
  EXPECT_EQ(get("/r", "").status, 200);
  for (const char* path : {"/r", "/r/c/backend", "/r/c/backend.csv", "/r/c/backend/m/m-1", "/r/c/nothing", "/r/events",
                           "/r/c/backend/m/m-1/reply/0123456789abcdef0123456789abcdef.mp4", "/r/elsewhere"}) {
    HttpResponse response = get(path, "");
    EXPECT_TRUE(is_form(response)) << path;
    EXPECT_EQ(response.live, nullptr) << path;
    EXPECT_THAT(text(response), Not(HasSubstr("Ana"))) << path;
    EXPECT_THAT(text(response), Not(HasSubstr("Backend"))) << path;
    if (std::string_view(path) != "/r") {
      EXPECT_EQ(response.status, 403) << path;
    }
  }
}

TEST_F(DashboardSessionTest, ATokenOfWhateverScopeOpensIt) {
  for (ApiScope scope : {ApiScope::Read, ApiScope::Publish, ApiScope::Admin}) {
    HttpResponse response = sign_in(add_token(std::string(to_string(scope)), scope));
    EXPECT_EQ(response.status, 303);
    EXPECT_EQ(header(response, "Location"), "../r");
    EXPECT_FALSE(response.miss);
    HttpResponse overview = get("/r", cookie_of(response));
    EXPECT_THAT(text(overview), HasSubstr("Backend Engineer"));
    EXPECT_EQ(header(overview, "Cache-Control"), "private, no-store");
  }
}

TEST_F(DashboardSessionTest, TheCookieIsForThisHostAndForNoScript) {
  std::string cookie = header(sign_in(token_), "Set-Cookie");
  EXPECT_THAT(cookie, StartsWith("__Host-candid="));
  for (const char* part : {"; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict", "; Max-Age=43200"}) {
    EXPECT_THAT(cookie, HasSubstr(part));
  }
  EXPECT_THAT(cookie, Not(HasSubstr("Domain")));
  EXPECT_THAT(cookie, Not(HasSubstr(token_)));
}

TEST_F(DashboardSessionTest, UnknownAndExpiredTokensAreAnsweredAlikeAndCountAsMisses) {
  std::string expired = add_token("old", ApiScope::Admin, clock_.now() + std::chrono::hours(1));
  std::string removed = add_token("gone");
  must(ledger_->remove_api_token("gone"));
  clock_.advance(std::chrono::hours(2));
  auto without_nonces = [](std::string html) {
    for (const char* mark : {"nonce=\"", "name=\"form\" value=\""}) {
      for (size_t at = html.find(mark); at != std::string::npos; at = html.find(mark, at + 1)) {
        size_t begin = at + std::string_view(mark).size();
        html.erase(begin, html.find('"', begin) - begin);
      }
    }
    return html;
  };
  std::string first;
  for (const std::string& token :
       {expired, removed, make_api_token(), std::string("cnd_"), std::string(), token_ + "x"}) {
    HttpResponse response = sign_in(token);
    EXPECT_EQ(response.status, 403);
    EXPECT_TRUE(response.miss);
    EXPECT_EQ(header(response, "Set-Cookie"), "");
    EXPECT_THAT(text(response), HasSubstr("opens nothing here"));
    if (!token.empty() && token != "cnd_") {
      EXPECT_THAT(text(response), Not(HasSubstr(token)));
    }
    if (first.empty()) first = without_nonces(text(response));
    EXPECT_EQ(without_nonces(text(response)), first);
  }
}

TEST_F(DashboardSessionTest, EndsWithItsToken) {
  std::string expiring = add_token("short", ApiScope::Read, clock_.now() + std::chrono::hours(1));
  std::string cookie = cookie_of(sign_in(expiring));
  EXPECT_FALSE(is_form(get("/r", cookie)));
  EXPECT_FALSE(is_form(get("/r")));
  must(ledger_->remove_api_token("talent team"));
  EXPECT_TRUE(is_form(get("/r", cookie_)));
  clock_.advance(std::chrono::hours(1));
  EXPECT_TRUE(is_form(get("/r", cookie)));
}

TEST_F(DashboardSessionTest, EndsAfterTwelveHours) {
  std::string cookie = signed_in();
  clock_.advance(std::chrono::hours(12) - std::chrono::milliseconds(1));
  EXPECT_FALSE(is_form(get("/r", cookie)));
  clock_.advance(std::chrono::milliseconds(1));
  EXPECT_TRUE(is_form(get("/r", cookie)));
}

TEST_F(DashboardSessionTest, IsKnownToAnotherServerWithTheSameLedger) {
  std::string cookie = signed_in();
  dashboard_.reset();
  EXPECT_FALSE(is_form(get("/r", cookie)));
}

TEST_F(DashboardSessionTest, ADifferentCookieIsNone) {
  const std::string cookie = signed_in();
  for (size_t at = cookie.find('=') + 1; at < cookie.size(); ++at) {
    for (char other : {'A', 'B', '.', '0'}) {
      if (cookie[at] == other) continue;
      std::string changed = cookie;
      changed[at] = other;
      ASSERT_TRUE(is_form(get("/r", changed))) << changed;
    }
    ASSERT_TRUE(is_form(get("/r", cookie.substr(0, at))));
  }
  for (const char* more : {"A", ".", "=", "%00"}) EXPECT_TRUE(is_form(get("/r", cookie + more)));
  EXPECT_TRUE(is_form(get("/r", "__Host-candid=....; __Host-candid=" + std::string(5000, 'A'))));
  EXPECT_TRUE(is_form(get("/r", "candid=" + cookie.substr(cookie.find('=') + 1)))) << "the name without its promises";
  EXPECT_FALSE(is_form(get("/r", "other=1; " + cookie + "; more=2")));
}

TEST_F(DashboardSessionTest, SigningOutEndsItAlsoForWhoKeptTheCookie) {
  const std::string cookie = signed_in();
  std::string ours = field(page("/r"), "form");
  HttpResponse response = dashboard().answer(form("/r/logout", "form=" + ours, cookie));
  EXPECT_EQ(response.status, 303);
  EXPECT_THAT(header(response, "Set-Cookie"), HasSubstr("__Host-candid=; Path=/; Max-Age=0"));
  EXPECT_TRUE(is_form(get("/r", cookie)));
  EXPECT_FALSE(is_form(get("/r", cookie_of(sign_in(token_)))));
}

TEST_F(DashboardSessionTest, NothingChangesWithoutTheFormsTokenOrFromAnotherSite) {
  const std::string cookie = signed_in();
  const std::string ours = field(page("/r"), "form");
  const std::string others = field(text(get("/r", cookie_of(sign_in(token_)))), "form");
  EXPECT_NE(ours, others);
  for (const std::string& body : {std::string(), std::string("form="), "form=" + others, "form=" + ours + "x"}) {
    EXPECT_EQ(dashboard().answer(form("/r/logout", body, cookie)).status, 403) << body;
  }
  for (const auto& [name, value] : {std::pair("sec-fetch-site", "cross-site"), std::pair("sec-fetch-site", "same-site"),
                                    std::pair("origin", "https://evil.example")}) {
    HttpRequest sent = form("/r/logout", "form=" + ours, cookie);
    sent.headers.erase("sec-fetch-site");
    sent.headers[name] = value;
    EXPECT_EQ(dashboard().answer(sent).status, 403) << value;
    sent.path = "/r/login";
    sent.body = fmt::format("form={}&token={}", field(text(get("/r", "")), "form"), token_);
    HttpResponse response = dashboard().answer(sent);
    EXPECT_EQ(response.status, 403) << value;
    EXPECT_EQ(header(response, "Set-Cookie"), "");
  }
  HttpRequest json = form("/r/logout", "form=" + ours, cookie);
  json.headers["content-type"] = "text/plain";
  EXPECT_EQ(dashboard().answer(json).status, 415);
  for (const char* path : {"/r/logout", "/r/login"}) EXPECT_EQ(get(path, cookie).status, 303);
  EXPECT_FALSE(is_form(get("/r", cookie))) << "nothing of that has ended the session";
}

TEST_F(DashboardSessionTest, AFormThatIsNotOursOrTooOldTakesNoToken) {
  std::string ours = field(text(get("/r", "")), "form");
  auto post = [&](const std::string& with) {
    return dashboard().answer(form("/r/login", fmt::format("form={}&token={}", with, token_)));
  };
  for (const std::string& with : {std::string(), std::string("1.x"), ours + "A", ours.substr(1)}) {
    EXPECT_EQ(post(with).status, 403) << with;
    EXPECT_FALSE(post(with).miss) << "the token was not looked at";
  }
  EXPECT_EQ(post(ours).status, 303);
  clock_.advance(std::chrono::minutes(61));
  EXPECT_THAT(text(post(ours)), HasSubstr("open for too long"));
}

TEST_F(DashboardSessionTest, LeadsBackToOurOwnAddressesAlone) {
  EXPECT_EQ(header(sign_in(token_, "/r/c/backend/m/m-1"), "Location"), "../r/c/backend/m/m-1");
  EXPECT_EQ(field(text(get("/r/c/backend", "")), "to"), "/r/c/backend");
  for (const char* to : {"https://evil.example/", "//evil.example", "/v/x", "/rx", "/r/../v/x", "/r/%0d%0aSet-Cookie:x",
                         "/r//evil.example", "/r\\evil.example", "/r/c/x?y", "%2Fr%0A"}) {
    EXPECT_EQ(header(sign_in(token_, to), "Location"), "../r") << to;
  }
}

TEST_F(DashboardSessionTest, NobodySignsInWithoutTlsButOnThisMachine) {
  auto post = [&](const std::string& network, const std::string& host) {
    HttpRequest ask = request(Method::Get, "/r");
    ask.secure = false;
    ask.network = network;
    ask.headers["host"] = host;
    HttpRequest sent = form("/r/login", fmt::format("form={}&token={}", field(text(get("/r", "")), "form"), token_));
    sent.secure = false;
    sent.network = network;
    sent.headers["host"] = host;
    HttpResponse shown = dashboard().answer(ask);
    HttpResponse response = dashboard().answer(sent);
    bool is_refused = text(shown).find("not encrypted") != std::string::npos;
    EXPECT_EQ(is_refused, header(response, "Set-Cookie").empty()) << network << " " << host;
    return header(response, "Set-Cookie");
  };
  EXPECT_EQ(post("203.0.113.0/24", "talk.example.com"), "");
  EXPECT_EQ(post("203.0.113.0/24", "localhost:8080"), "");
  EXPECT_EQ(post("127.0.0.0/24", "evil.example:8080"), "") << "any name may lead to 127.0.0.1";
  for (const auto& [network, host] : {std::pair("127.0.0.0/24", "127.0.0.1:8080"),
                                      std::pair("127.0.0.0/24", "localhost"), std::pair("::/48", "[::1]:8080")}) {
    std::string cookie = post(network, host);
    EXPECT_THAT(cookie, StartsWith("candid=")) << host;
    EXPECT_THAT(cookie, Not(HasSubstr("Secure")));
    EXPECT_THAT(cookie, HasSubstr("; HttpOnly; SameSite=Strict"));
  }
}

}  // namespace
}  // namespace candid::track::test
