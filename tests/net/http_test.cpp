#include "net/http.h"

#include <fmt/format.h>

#include "tests/net/loopback_server.h"
#include "tests/support/results.h"

namespace candid::net {
namespace {

using candid::test::must;
using test::LoopbackServer;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string answer(std::string_view body, std::string_view status = "200 OK", std::string_view headers = "") {
  return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n{}", status, body.size(), headers,
                     body);
}

HttpRequest get(const LoopbackServer& server) {
  HttpRequest request;
  request.url = server.url();
  return request;
}

Error refused(const HttpRequest& request) {
  auto response = send(request);
  EXPECT_FALSE(response) << request.url;
  return response ? Error(ErrorKind::Internal, "was answered") : response.error();
}

TEST(Http, GetsStatusHeadersAndBody) {
  std::string body("zero\0and more\n", 14);
  LoopbackServer server(answer(body, "200 OK", "Content-TYPE: text/plain; charset=utf-8\r\nETag:  \"x\"  \r\n"));
  HttpRequest request;
  request.url = server.url("/a/b?c=d");
  HttpResponse response = must(send(request));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.text(), body);
  EXPECT_EQ(response.headers["content-type"], "text/plain; charset=utf-8");
  EXPECT_EQ(response.headers["etag"], "\"x\"");
  EXPECT_EQ(response.headers.count("ETag"), 0U);
  EXPECT_THAT(server.request(), StartsWith("GET /a/b?c=d HTTP/1.1\r\n"));
}

TEST(Http, AnyStatusIsAnAnswer) {
  for (std::string status : {"204 No Content", "404 Not Found", "412 Precondition Failed", "503 Service Unavailable"}) {
    LoopbackServer server(answer(status.starts_with("204") ? "" : "why", status));
    EXPECT_EQ(must(send(get(server))).status, std::stoi(status)) << status;
  }
}

TEST(Http, OfRepeatedHeadersTheLastCounts) {
  LoopbackServer server(answer("", "200 OK", "X-A: 1\r\nx-a: 2\r\n"));
  EXPECT_EQ(must(send(get(server))).headers["x-a"], "2");
}

TEST(Http, ReadsChunks) {
  LoopbackServer server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
  EXPECT_EQ(must(send(get(server))).text(), "abcdefg");
}

TEST(Http, SendsABodyAndHeaders) {
  LoopbackServer server(answer("", "201 Created"));
  HttpRequest request = get(server);
  request.method = "POST";
  request.headers = {{"Content-Type", "application/json"}, {"X-Name", "José"}};
  request.body = std::string("{\"a\":\0}", 7);
  EXPECT_EQ(must(send(request)).status, 201);
  std::string seen = server.request();
  EXPECT_THAT(seen, StartsWith("POST / HTTP/1.1\r\n"));
  EXPECT_THAT(seen, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(seen, HasSubstr("X-Name: José\r\n"));
  EXPECT_THAT(seen, HasSubstr("Content-Length: 7\r\n"));
  EXPECT_TRUE(seen.ends_with("\r\n\r\n" + request.body));
}

TEST(Http, PutsALargeBody) {
  LoopbackServer server(answer("stored"));
  HttpRequest request = get(server);
  request.method = "PUT";
  request.body = std::string(3 << 20, 'x');
  HttpResponse response = must(send(request));
  EXPECT_EQ(response.text(), "stored");
  EXPECT_EQ(response.headers.count("x-early"), 0U) << "headers of a 100 Continue are not the answer's";
  EXPECT_THAT(server.request(), StartsWith("PUT / HTTP/1.1\r\n"));
  EXPECT_TRUE(server.request().ends_with("\r\n\r\n" + request.body));
}

TEST(Http, HeadHasLengthButNoBody) {
  LoopbackServer server("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\nConnection: close\r\n\r\n");
  HttpRequest request = get(server);
  request.method = "HEAD";
  HttpResponse response = must(send(request));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers["content-length"], "1234");
  EXPECT_TRUE(response.body.empty());
  EXPECT_THAT(server.request(), StartsWith("HEAD / HTTP/1.1\r\n"));
}

TEST(Http, DoesNotFollowRedirects) {
  LoopbackServer server(answer("", "302 Found", "Location: /elsewhere\r\n"));
  HttpResponse response = must(send(get(server)));
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(response.headers["location"], "/elsewhere");
  EXPECT_EQ(server.connections(), 1);
}

TEST(Http, ARefusedConnectionMayBeRetried) {
  HttpRequest request;
  request.url = fmt::format("http://127.0.0.1:{}/", test::unused_port());
  Error error = refused(request);
  EXPECT_EQ(error.kind(), ErrorKind::Network);
  EXPECT_TRUE(error.retryable());
  EXPECT_THAT(error.message(), HasSubstr("GET"));
  EXPECT_FALSE(error.hint().empty());
}

TEST(Http, AnAnswerThatIsCutIsNone) {
  LoopbackServer server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
  Error error = refused(get(server));
  EXPECT_EQ(error.kind(), ErrorKind::Network);
  EXPECT_TRUE(error.retryable());
}

TEST(Http, AServerThatStallsIsGivenUp) {
  LoopbackServer server("");
  HttpRequest request = get(server);
  request.stall_timeout = std::chrono::milliseconds(1000);
  Error error = refused(request);
  EXPECT_EQ(error.kind(), ErrorKind::Network);
  EXPECT_TRUE(error.retryable());
}

TEST(Http, TakesABodyUpToTheLimit) {
  LoopbackServer server(answer(std::string(1000, 'x')));
  HttpRequest request = get(server);
  request.max_body = 1000;
  EXPECT_EQ(must(send(request)).body.size(), 1000U);
}

TEST(Http, ABodyBeyondTheLimitFails) {
  LoopbackServer server(answer(std::string(1001, 'x')));
  HttpRequest request = get(server);
  request.max_body = 1000;
  EXPECT_EQ(refused(request).kind(), ErrorKind::Network);
}

TEST(Http, ABodyBeyondTheLimitWouldBeSoAgain) {
  LoopbackServer server(answer(std::string(1001, 'x')));
  HttpRequest request = get(server);
  request.max_body = 1000;
  EXPECT_FALSE(refused(request).retryable());
}

TEST(Http, RefusesOtherSchemes) {
  HttpRequest request;
  for (std::string url : {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "dict://127.0.0.1/x"}) {
    request.url = url;
    refused(request);
  }
}

TEST(Http, WhatIsNoAddressIsNotRetried) {
  HttpRequest request;
  for (std::string url : {"", "http://", "file:///etc/passwd", "http://127.0.0.1:99999/"}) {
    request.url = url;
    EXPECT_FALSE(refused(request).retryable()) << url;
  }
}

TEST(Http, ALineBreakInAHeaderAddsNoHeader) {
  LoopbackServer server(answer("ok"));
  HttpRequest request = get(server);
  request.headers = {{"X-Name", "Ada\r\nX-Evil: 1\r\n\r\nGET /second HTTP/1.1"}, {"X-B\nX-Evil", "2"}};
  must(send(request));
  EXPECT_THAT(server.request(), HasSubstr("X-Name: Ada"));
  EXPECT_THAT(server.request(), Not(HasSubstr("\nX-Evil")));
  EXPECT_THAT(server.request(), Not(HasSubstr("\nGET /second")));
}

TEST(Http, ALineBreakInAnAddressIsRefused) {
  LoopbackServer server(answer("ok"));
  HttpRequest request;
  request.url = server.url("/a\r\nX-Evil: 1");
  refused(request);
  EXPECT_EQ(server.connections(), 0);
}

TEST(Http, ManyMaySendAtOnce) {
  LoopbackServer server(answer("ok"));
  std::atomic<int> answered = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] { answered += send(get(server)) ? 1 : 0; });
    }
  }
  EXPECT_EQ(answered, 8);
}

}  // namespace
}  // namespace candid::net
