#include "track/web/server.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/log.h"
#include "tests/track/server_fixture.h"
#include "track/evidence/evidence.h"

namespace candid::track {
namespace {

using test::must;
using test::RawClient;
using test::RawResponse;
using test::sample_message;
using testing::HasSubstr;
using testing::Not;

class ServerTest : public test::ServerFixture {};

constexpr std::string_view kInput = R"({"sequence":1,"kind":"input","trusted":true,"keyboard":false,"ms":1500})";

TEST_F(ServerTest, IsHealthy) {
  auto response = get("/healthz");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "ok\n");
}

TEST_F(ServerTest, ShowsThePageWithItsHeaders) {
  auto response = get(link());
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(response.header("cache-control"), "private, no-store");
  EXPECT_THAT(response.body, HasSubstr("<h1>Hello Ana</h1>"));
  std::string nonce = attribute(response.body, "<style nonce");
  EXPECT_GE(nonce.size(), 22u);
  EXPECT_THAT(response.header("content-security-policy"), HasSubstr("script-src 'nonce-" + nonce + "'"));
  EXPECT_NE(attribute(get(link()).body, "<style nonce"), nonce);
}

TEST_F(ServerTest, EveryAnswerHasTheSecurityHeaders) {
  RawClient client(port());
  for (const RawResponse& response : {client.get(link()), client.get("/nothing"), client.get(media("video.mp4")),
                                      client.get("/healthz"), client.post(link("/events"), "{}")}) {
    EXPECT_EQ(response.header("referrer-policy"), "no-referrer");
    EXPECT_THAT(response.header("x-robots-tag"), HasSubstr("noindex"));
    EXPECT_EQ(response.header("x-content-type-options"), "nosniff");
    EXPECT_EQ(response.header("cross-origin-opener-policy"), "same-origin");
    EXPECT_EQ(response.header("set-cookie"), "");
  }
  EXPECT_THAT(client.get(link()).header("content-security-policy"), HasSubstr("frame-ancestors 'none'"));
}

TEST_F(ServerTest, EscapesWhatTheMessageSays) {
  MessageRecord message = sample_message();
  message.page.headline = "<script>alert(1)</script> 100%";
  must(ledger_->upsert_messages({message}));
  auto response = get(link());
  EXPECT_THAT(response.body, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt; 100%"));
  EXPECT_THAT(response.body, Not(HasSubstr("<script>alert")));
}

TEST_F(ServerTest, UnknownRevokedAndExpiredLinksAreTheSameNothing) {
  std::string revoked = make_link();
  std::string expired = make_link({.expires_at = test::kNoon});
  must(ledger_->revoke_link(sha256(revoked)));
  RawClient client(port());
  auto unknown = client.get("/v/AAAAAAAAAAAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_THAT(unknown.body, HasSubstr("There is nothing here"));
  for (const std::string& path :
       {"/v/" + revoked, "/v/" + expired, std::string("/"), std::string("/v/"), link("/"), link("/../../etc/passwd"),
        link("/nothing"), link("/captions.vtt"), "/v/" + revoked + "/video.mp4", "/v/" + revoked + "/events",
        link("/contents/x"), std::string("/v/%2e%2e/%2e%2e/etc/passwd")}) {
    auto response = client.get(path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(response.headers, unknown.headers) << path;
    EXPECT_EQ(response.body, unknown.body) << path;
  }
  EXPECT_EQ(client.post("/v/" + revoked + "/events", "{}").body, unknown.body);
}

TEST_F(ServerTest, ChangesStateByPostAlone) {
  RawClient client(port());
  EXPECT_EQ(client.get(link("/privacy")).status, 404);
  EXPECT_FALSE(must(ledger_->find_link(sha256(token_)))->do_not_track);
  EXPECT_EQ(client.post(link(), "{}").status, 404);
  EXPECT_EQ(client.ask("DELETE", link(), "", "").status, 404);
}

TEST_F(ServerTest, ServesTheVideoByteForByte) {
  auto response = get(media("video.mp4"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("content-type"), "video/mp4");
  EXPECT_EQ(response.header("accept-ranges"), "bytes");
  EXPECT_EQ(response.header("etag"), "\"v1\"");
  EXPECT_TRUE(response.body == library_.video());
}

TEST_F(ServerTest, ServesRangesAcrossExtentsByteForByte) {
  RawClient client(port());
  const std::string& video = library_.video();
  struct {
    std::string range;
    size_t first, length;
  } cases[] = {{"0-1", 0, 2},
               {"199990-200010", 199'990, 21},
               {"2699990-", 2'699'990, video.size() - 2'699'990},
               {"-1500", video.size() - 1500, 1500},
               {"150000-2700100", 150'000, 2'550'101},
               {"2700998-", 2'700'998, 1}};
  for (const auto& [range, first, length] : cases) {
    auto response = client.get(media("video.mp4"), "Range: bytes=" + range + "\r\n");
    EXPECT_EQ(response.status, 206) << range;
    EXPECT_TRUE(response.body == video.substr(first, length)) << range;
    EXPECT_EQ(response.header("content-range"), "bytes " + std::to_string(first) + "-" +
                                                    std::to_string(first + length - 1) + "/" +
                                                    std::to_string(video.size()));
  }
}

TEST_F(ServerTest, AnswersOtherRangesAsTheRfcAllows) {
  RawClient client(port());
  const std::string size = std::to_string(library_.video().size());
  auto beyond = client.get(media("video.mp4"), "Range: bytes=" + size + "-\r\n");
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(beyond.header("content-range"), "bytes */" + size);
  auto several = client.get(media("video.mp4"), "Range: bytes=0-1,5-9\r\n");
  EXPECT_EQ(several.status, 206);
  EXPECT_EQ(several.header("content-range"), "");
  const std::string boundary = several.header("content-type").substr(sizeof "multipart/byteranges; boundary=" - 1);
  auto part = [&](std::string_view range, const std::string& bytes) {
    return fmt::format("--{}\r\nContent-Type: video/mp4\r\nContent-Range: bytes {}/{}\r\n\r\n{}\r\n", boundary, range,
                       size, bytes);
  };
  const std::string& video = library_.video();
  EXPECT_EQ(several.body,
            part("0-1", video.substr(0, 2)) + part("5-9", video.substr(5, 5)) + "--" + boundary + "--\r\n");
  EXPECT_EQ(client.get(media("video.mp4"), "Range: bytes=0-1\r\nIf-Range: \"v1\"\r\n").status, 206);
  EXPECT_EQ(client.get(media("video.mp4"), "Range: bytes=0-1\r\nIf-Range: \"v0\"\r\n").status, 200);
  EXPECT_EQ(client.get(media("video.mp4"), "Range: bytes=0-1\r\nIf-Range: W/\"v1\"\r\n").status, 200);
  auto unchanged = client.get(media("video.mp4"), "If-None-Match: \"v1\"\r\n");
  EXPECT_EQ(unchanged.status, 304);
}

TEST_F(ServerTest, HeadHasTheLengthAndNoBody) {
  RawClient client(port());
  auto video = client.head(media("video.mp4"));
  EXPECT_EQ(video.status, 200);
  EXPECT_EQ(video.header("content-length"), std::to_string(library_.video().size()));
  auto page = client.head(link());
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.header("content-length"), "0");
  EXPECT_EQ(client.get("/healthz").body, "ok\n");  // nothing was left on the connection
}

TEST_F(ServerTest, ServesThePosterWithoutRecordingIt) {
  EXPECT_EQ(get(media("poster.jpg")).body.size(), 999u);
  EXPECT_TRUE(events_after_stop().empty());
}

TEST_F(ServerTest, RecordsRequestsWithTruncatedAddress) {
  RawClient client(port());
  client.get(link());
  client.get(media("video.mp4"), "Range: bytes=0-99\r\n");
  client.head(link());
  auto events = events_after_stop();
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].kind, EventKind::Page);
  EXPECT_EQ(events[1].kind, EventKind::Media);
  EXPECT_EQ(events[1].body, fmt::format(R"({{"first":0,"length":100,"size":{},"sent":100}})", library_.video().size()));
  EXPECT_EQ(events[2].kind, EventKind::Head);
  for (const Event& event : events) {
    EXPECT_EQ(event.network, "127.0.0.0/24");
    EXPECT_EQ(event.agent, test::kPhone);
    EXPECT_EQ(event.received_at, test::kNoon);
  }
}

TEST_F(ServerTest, TakesTheAddressFromItsProxyWhenToldSo) {
  settings_.trusted_proxies = {"127.0.0.1"};
  get(link(), "X-Forwarded-For: 10.0.0.1, 198.51.100.7\r\nSec-Purpose: prefetch;prerender\r\n");
  auto events = events_after_stop();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].network, "198.51.100.0/24");
  auto body = nlohmann::json::parse(events[0].body);
  EXPECT_EQ(body["prefetch"], true);
  EXPECT_EQ(body["from"], "");
  EXPECT_EQ(body["source"].size(), 2u);
}

TEST_F(ServerTest, NotesWhoseNetworkItWasAsAddressesGo) {
  settings_.trusted_proxies = {"127.0.0.1"};
  RawClient client(port());
  const char* amazon = "X-Forwarded-For: 3.90.10.9\r\n";
  client.get(link(), amazon);
  client.ask("HEAD", link(), "X-Forwarded-For: 172.225.46.9\r\n", "");
  client.ask("HEAD", link(), amazon, "");
  auto events = events_after_stop();
  ASSERT_EQ(events.size(), 3u);
  auto body_of = [&](size_t i) { return nlohmann::json::parse(events[i].body); };
  EXPECT_EQ(body_of(0)["from"], "Amazon's data centres");
  EXPECT_EQ(body_of(0)["source"], body_of(2)["source"]);
  EXPECT_EQ(body_of(1)["from"], "");
  EXPECT_TRUE(body_of(1)["source"].empty()) << "many people share it";
  for (const Event& event : events) EXPECT_EQ(event.body.find("3.90"), std::string::npos);
}

TEST_F(ServerTest, AReportIsDurableWhenItsAnswerComes) {
  RawClient client(port());
  std::string html = client.get(link()).body;
  auto response = client.post(link("/events"), report(html, kInput));
  EXPECT_EQ(response.status, 204);
  auto events = stored_events();
  auto stored = std::find_if(events.begin(), events.end(), [](const Event& event) { return event.sequence == 1; });
  ASSERT_NE(stored, events.end());
  EXPECT_EQ(stored->session, attribute(html, "data-session"));
  EXPECT_EQ(stored->kind, EventKind::Input);
  EXPECT_EQ(client.post(link("/events"), report(html, kInput)).status, 204);  // again: the same, once
  EXPECT_EQ(events_after_stop().size(), 2u);                                  // the page and the input
}

TEST_F(ServerTest, RefusesReportsThatAreNotThePages) {
  RawClient client(port());
  std::string other = make_link();
  std::string html = client.get(link()).body;
  EXPECT_EQ(client.post("/v/" + other + "/events", report(html, kInput)).status, 403);
  EXPECT_EQ(client.post(link("/events"), "{\"events\":[]}").status, 400);
  EXPECT_EQ(client.post(link("/events"), report(html, kInput), "text/plain").status, 415);
  EXPECT_EQ(events_after_stop().size(), 1u);  // the page
}

TEST_F(ServerTest, AVisitFromPageToEndIsWatched) {
  RawClient client(port());
  std::string html = client.get(link()).body;
  auto send = [&](std::string_view event) { EXPECT_EQ(client.post(link("/events"), report(html, event)).status, 204); };
  send(
      R"({"sequence":0,"kind":"load","webdriver":false,"visible":true,"prerendered":false,"outer":[390,844],"inner":[390,700]})");
  clock_.advance(std::chrono::seconds(3));
  send(R"({"sequence":1,"kind":"play","trusted":true,"ms":3000,"at":0})");
  client.get(media("video.mp4", attribute(html, "data-session")), "Range: bytes=0-\r\n");
  clock_.advance(std::chrono::seconds(60));
  send(R"({"sequence":2,"kind":"ended","ranges":[[0,60]],"visible":true,"muted":false,"rate":1})");
  server().stop();
  ViewContext context;
  context.duration = std::chrono::seconds(60);
  auto view = judge(must(ledger_->history("m-1")), context);
  EXPECT_EQ(to_string(view.state), "watched_95") << view.reason;
  EXPECT_EQ(view.sessions.size(), 1u);
}

TEST_F(ServerTest, RecordsTheLinkThatPeopleCannotSee) {
  RawClient client(port());
  std::string html = client.get(link()).body;
  EXPECT_EQ(client.get("/v/" + attribute(html, "class=\"contents\" href")).status, 404);
  auto events = events_after_stop();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].kind, EventKind::Trap);
  EXPECT_EQ(events[1].session, attribute(html, "data-session"));
}

TEST_F(ServerTest, StopsTrackingAtOnceWhenAsked) {
  RawClient client(port());
  std::string html = client.get(link()).body;
  auto asked = client.post(link("/privacy"), "", "application/x-www-form-urlencoded");
  EXPECT_EQ(asked.status, 303);
  EXPECT_EQ(asked.header("location"), "../" + token_);
  EXPECT_EQ(client.post(link("/events"), report(html, kInput)).status, 204);
  EXPECT_THAT(client.get(link()).body, HasSubstr("Your viewing is not recorded."));
  EXPECT_EQ(client.get(media("video.mp4"), "Range: bytes=0-1\r\n").status, 206);
  EXPECT_LE(events_after_stop().size(), 1u);  // the page load before
}

TEST_F(ServerTest, KeepsTheConnectionAndTakesRequestsInOneGo) {
  RawClient client(port());
  client.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.receive().body, "ok\n");
  EXPECT_EQ(client.receive().body, "ok\n");
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(ServerTest, RefusesALongHeader) {
  auto response = get("/healthz", "X-Long: " + std::string(17 * 1024, 'x') + "\r\n");
  EXPECT_EQ(response.status, 431);
}

TEST_F(ServerTest, RefusesAHeaderOfManyFields) {
  std::string fields;  // beside Host and User-Agent
  for (int i = 0; i < 98; ++i) fields += fmt::format("X-{}: 1\r\n", i);
  EXPECT_EQ(RawClient(port()).get("/healthz", fields).status, 200);
  EXPECT_EQ(RawClient(port()).get("/healthz", fields + "X-More: 1\r\n").status, 431);
}

TEST_F(ServerTest, RefusesALongBody) {
  RawClient client(port());
  client.send("POST " + link("/events") + " HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n");
  EXPECT_EQ(client.receive().status, 413);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(ServerTest, RefusesWhatIsNotHttp) {
  RawClient client(port());
  client.send("\x16\x03\x01 hello\r\n\r\n");
  EXPECT_EQ(client.receive().status, 400);
}

TEST_F(ServerTest, ARequestNamesOneHost) {
  for (const char* hosts : {"", "Host: a.example\r\nHost: b.example\r\n"}) {
    RawClient client(port());
    client.send(fmt::format("GET /healthz HTTP/1.1\r\n{}\r\n", hosts));
    EXPECT_EQ(client.receive().status, 400) << hosts;
  }
  RawClient old(port());
  old.send("GET /healthz HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.receive().status, 200);
}

TEST_F(ServerTest, TakesTheAddressThatIsMeantForProxies) {
  RawClient client(port());
  EXPECT_EQ(client.get("http://talk.example.com/healthz").status, 200);
  EXPECT_EQ(client.get("HTTPS://talk.example.com" + link()).status, 200);
  EXPECT_EQ(client.get("http://talk.example.com").status, 404);
  EXPECT_EQ(client.get("ftp://talk.example.com/healthz").status, 404);
}

TEST_F(ServerTest, ClosesOnASenderThatIsTooSlow) {
  settings_.limits.read_timeout = std::chrono::milliseconds(150);
  RawClient client(port());
  client.send("GET /healthz HTTP/1.1\r\nHost: ");
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(ServerTest, ClosesOnAReceiverThatStalls) {
  settings_.limits.write_timeout = std::chrono::milliseconds(150);
  RawClient client(port(), {.receive_buffer = 4096});
  std::string many;
  for (int i = 0; i < 8; ++i) many += "GET " + media("video.mp4") + " HTTP/1.1\r\nHost: x\r\n\r\n";
  client.send(many);
  // Nothing is read: the server gives up on its own, and says in the ledger how far it came.
  while (true) {
    auto events = stored_events();
    auto fetched =
        std::find_if(events.rbegin(), events.rend(), [](const Event& e) { return e.kind == EventKind::Media; });
    if (fetched != events.rend() && !fetched->body.ends_with(fmt::format(R"("sent":{}}})", library_.video().size())))
      break;
    std::this_thread::yield();
  }
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(ServerTest, AStalledReceiverHarmsNobodyElse) {
  settings_.threads = 1;
  settings_.limits.drain_timeout = std::chrono::milliseconds(10);
  RawClient stalled(port(), {.receive_buffer = 4096});
  stalled.send("GET " + media("video.mp4") + " HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(get(media("video.mp4")).body == library_.video());
}

TEST_F(ServerTest, HasNoMoreConnectionsThanItsLimit) {
  settings_.threads = 1;  // so that one is idle in the order of its answers
  settings_.limits.connections = 2;
  RawClient one(port());
  RawClient two(port());
  EXPECT_EQ(one.get("/healthz").status, 200);
  EXPECT_EQ(two.get("/healthz").status, 200);
  RawClient three(port());
  EXPECT_EQ(three.get("/healthz").status, 200) << "the one that is idle for the longest makes room";
  EXPECT_TRUE(one.is_closed_by_server());
  EXPECT_EQ(two.get("/healthz").status, 200);
}

TEST_F(ServerTest, StopsWithIdleConnectionsOpen) {
  RawClient client(port());
  EXPECT_EQ(client.get("/healthz").status, 200);
  server().stop();
  EXPECT_TRUE(client.is_closed_by_server());
  EXPECT_THROW(RawClient{server().port()}, std::runtime_error);
}

TEST_F(ServerTest, SaysWhyItCannotListen) {
  ServerSettings taken = settings_;
  taken.port = port();
  auto second = Server::start(taken, *ledger_, library_, nullptr, clock_);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message(), HasSubstr(std::to_string(port())));
  taken.address = "here";
  EXPECT_EQ(Server::start(taken, *ledger_, library_, nullptr, clock_).error().kind(), ErrorKind::InvalidInput);
}

TEST_F(ServerTest, LogsRequestsWithoutWhoAndWhat) {
  log::set_level(log::Level::Info);
  testing::internal::CaptureStderr();
  RawClient client(port());
  std::string html = client.get(link()).body;
  std::string video = video_of(html);
  client.get(video + "?QUERY",
             "Range: bytes=0-99\r\nAuthorization: Bearer SECRET\r\nCookie: candid_passcode=SECRET\r\n");
  client.post(link("/passcode"), "passcode=SECRET", "application/x-www-form-urlencoded");
  client.get("/v/SECRET/SECRET");
  server().stop();
  std::string logged = testing::internal::GetCapturedStderr();
  log::set_level(log::Level::Warning);
  EXPECT_THAT(logged, HasSubstr("method=GET path=/v/* status=200"));
  EXPECT_THAT(logged, HasSubstr("method=GET path=/m/*/video.mp4 status=206 bytes=100"));
  EXPECT_THAT(logged, HasSubstr("method=POST path=/v/*/passcode status=404"));
  std::string grant = video.substr(3, video.rfind('/') - 3);
  for (const std::string& secret :
       {token_, grant, std::string("SECRET"), std::string("QUERY"), attribute(html, "data-session"),
        attribute(html, "data-nonce"), std::string("Ana"), std::string("ana@example.com")}) {
    EXPECT_THAT(logged, Not(HasSubstr(secret)));
  }
  size_t listening = logged.find("listening on");  // the server's own address, once
  EXPECT_THAT(logged.substr(logged.find('\n', listening)), Not(HasSubstr("127.0.0.1")));
}

}  // namespace
}  // namespace candid::track
