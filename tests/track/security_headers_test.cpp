// Every kind of answer carries the whole set of security headers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/track/server_fixture.h"
#include "track/api/api_error.h"
#include "track/pages/passcode.h"

namespace candid::track {
namespace {

using test::must;
using test::RawClient;
using test::RawResponse;
using testing::HasSubstr;
using testing::Not;

class SomeApi final : public Api {
 public:
  HttpResponse answer(const HttpRequest& request) override {
    if (request.path == "/api/throws") throw std::runtime_error("a test's");
    if (request.path == "/api/ledger/ok") return {200, {{"Content-Type", "application/json"}}, "{}"};
    return error_answer(401, Error(ErrorKind::PermissionDenied, "who are you"));
  }
  std::optional<HttpResponse> refuse_body(const HttpRequest&) override { return std::nullopt; }
};

// "script-src" of "…; script-src 'nonce-x'; …".
std::string directive(const std::string& policy, const std::string& name) {
  size_t at = ("; " + policy).find("; " + name + " ");
  if (at == std::string::npos) return "";
  at += name.size() + 1;
  return policy.substr(at, policy.find(';', at) - at);
}

class SecurityHeadersTest : public test::ServerFixture {
 protected:
  SecurityHeadersTest() {
    api_ = &some_api_;
    settings_.limits.long_body_bytes = 0;  // so that one answer is 503
  }

  static void expect_all(const RawResponse& response, int status, const std::string& what) {
    SCOPED_TRACE(what);
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.header("referrer-policy"), "no-referrer");
    EXPECT_EQ(response.header("x-robots-tag"), "noindex, nofollow, noarchive");
    EXPECT_EQ(response.header("x-content-type-options"), "nosniff");
    EXPECT_EQ(response.header("x-frame-options"), "DENY");
    EXPECT_EQ(response.header("cross-origin-opener-policy"), "same-origin");
    EXPECT_EQ(response.header("cross-origin-resource-policy"), "same-origin");
    EXPECT_THAT(response.header("permissions-policy"), HasSubstr("geolocation=()"));
    EXPECT_THAT(response.header("permissions-policy"), testing::ContainsRegex("camera=\\((self)?\\)"));
    EXPECT_EQ(response.header("server"), "") << "nobody needs to know what this is";
    EXPECT_NE(response.date, "");
    const std::string policy = response.header("content-security-policy");
    EXPECT_EQ(directive(policy, "default-src"), "'none'");
    EXPECT_EQ(directive(policy, "frame-ancestors"), "'none'");
    EXPECT_EQ(directive(policy, "base-uri"), "'none'");
    EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
    EXPECT_THAT(policy, Not(HasSubstr("*")));
    const std::string scripts = directive(policy, "script-src");
    EXPECT_TRUE(scripts.empty() || scripts == "'none'" || scripts.starts_with("'nonce-")) << scripts;
  }

  SomeApi some_api_;
};

TEST_F(SecurityHeadersTest, AreOnPagesAndForms) {
  std::string locked = make_link({.passcode_hash = must(hash_passcode("open sesame"))});
  RawClient client(port());
  auto page = client.get(link());
  expect_all(page, 200, "page");
  expect_all(client.head(link()), 200, "page, HEAD");
  expect_all(client.get("/v/" + locked), 200, "form");
  expect_all(client.post("/v/" + locked + "/passcode", "passcode=wrong", "application/x-www-form-urlencoded"), 403,
             "wrong passcode");
  expect_all(client.post("/v/" + locked + "/passcode", "passcode=open+sesame", "application/x-www-form-urlencoded"),
             303, "right passcode");
  expect_all(client.post(link("/events"), "{}"), 400, "report that is none");
  expect_all(client.post(link("/events"), report(page.body, R"({"sequence":1,"kind":"input","trusted":true,)"
                                                            R"("keyboard":false,"ms":1})")),
             204, "report");
  expect_all(client.get("/nothing"), 404, "nothing");
  for (const char* path : {"/r", "/r/c/x", "/r/login", "/r/events"}) {
    auto dashboard = client.get(path);
    EXPECT_LT(dashboard.status, 500) << path;
    expect_all(dashboard, dashboard.status, path);
  }
  expect_all(client.get("/healthz"), 200, "health");
}

TEST_F(SecurityHeadersTest, AreOnMedia) {
  RawClient client(port());
  const std::string video = media("video.mp4");
  clock_.advance(std::chrono::seconds(2));
  expect_all(client.get(video), 200, "video");
  expect_all(client.head(video), 200, "video, HEAD");
  expect_all(client.get(video, "Range: bytes=0-9\r\n"), 206, "range");
  expect_all(client.get(video, "Range: bytes=0-9,20-29\r\n"), 206, "ranges");
  expect_all(client.get(video, "Range: bytes=99999999-\r\n"), 416, "no range");
  expect_all(client.get(video, "If-None-Match: \"v1\"\r\n"), 304, "unchanged");
  expect_all(client.get(video, "If-Match: \"v0\"\r\n"), 412, "another");
  expect_all(client.get(media("poster.jpg")), 200, "poster");
  expect_all(client.get(media("captions.vtt")), 200, "captions");
  expect_all(client.get("/m/AAAA/video.mp4"), 404, "no grant");
}

// Sites that show a preview of the link show its poster on their own pages.
TEST_F(SecurityHeadersTest, AllowOtherSitesNothingButThePreviewsPoster) {
  RawClient client(port());
  EXPECT_EQ(client.get(media("poster.jpg", "")).header("cross-origin-resource-policy"), "cross-origin");
  EXPECT_EQ(client.get(media("poster.jpg")).header("cross-origin-resource-policy"), "same-origin");
}

TEST_F(SecurityHeadersTest, AreOnTheApi) {
  RawClient client(port());
  expect_all(client.get("/api/ledger/ok"), 200, "call");
  expect_all(client.get("/api/unknown"), 401, "no token");
  expect_all(client.get("/api/throws"), 500, "failure");
  expect_all(RawClient(port()).post("/api/ledger/append", std::string(100'000, 'x')), 503, "too much at once");
}

TEST_F(SecurityHeadersTest, AreOnWhatTheServerItselfRefuses) {
  expect_all(get("/healthz", "X-Long: " + std::string(17 * 1024, 'x') + "\r\n"), 431, "long header");
  RawClient broken(port());
  broken.send("\x16\x03\x01 hello\r\n\r\n");
  expect_all(broken.receive(), 400, "no HTTP");
  RawClient chunked(port());
  chunked.send("POST /v/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  expect_all(chunked.receive(), 501, "chunks");
  RawClient large(port());
  large.send("POST " + link("/events") + " HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n");
  expect_all(large.receive(), 413, "long body");
  RawClient guesser(port());
  for (int i = 0; i < 20; ++i) guesser.get("/v/AAAAAAAAAAAAAAAAAAAAAAAAAAA");
  expect_all(guesser.get("/v/AAAAAAAAAAAAAAAAAAAAAAAAAAA"), 429, "too many guesses");
}

TEST_F(SecurityHeadersTest, APageHasANonceOfItsOwnEachTime) {
  RawClient client(port());
  auto scripts = [&] { return directive(client.get(link()).header("content-security-policy"), "script-src"); };
  const std::string first = scripts();
  EXPECT_TRUE(first.starts_with("'nonce-")) << first;
  EXPECT_NE(scripts(), first);
}

TEST_F(SecurityHeadersTest, TlsIsSaidToStayWhereItIsSpoken) {
  settings_.trusted_proxies = {"127.0.0.1"};
  RawClient client(port());
  EXPECT_EQ(client.get(link()).header("strict-transport-security"), "");
  EXPECT_EQ(client.get(link(), "X-Forwarded-Proto: https\r\n").header("strict-transport-security"), "max-age=31536000");
  EXPECT_EQ(client.get("/nothing", "X-Forwarded-Proto: https\r\n").header("strict-transport-security"),
            "max-age=31536000");
}

}  // namespace
}  // namespace candid::track
