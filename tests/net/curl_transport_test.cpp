#include "net/curl_transport.h"

#include <barrier>

#include <fmt/format.h>

#include "tests/net/loopback_server.h"
#include "tests/net/scripted_server.h"
#include "tests/support/results.h"

namespace candid::net {
namespace {

using candid::test::must;
using test::Connection;
using test::http_answer;
using test::LoopbackServer;
using test::ScriptedServer;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string answer(std::string_view body, std::string_view status = "200 OK", std::string_view headers = "") {
  return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n{}", status, body.size(), headers,
                     body);
}

Result<HttpResponse> send(const HttpRequest& request) {
  return make_curl_transport()->send(request);
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

TEST(CurlTransport, GetsStatusHeadersAndBody) {
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

TEST(CurlTransport, AnyStatusIsAnAnswer) {
  for (std::string status : {"204 No Content", "404 Not Found", "412 Precondition Failed", "503 Service Unavailable"}) {
    LoopbackServer server(answer(status.starts_with("204") ? "" : "why", status));
    EXPECT_EQ(must(send(get(server))).status, std::stoi(status)) << status;
  }
}

TEST(CurlTransport, OfRepeatedHeadersTheLastCounts) {
  LoopbackServer server(answer("", "200 OK", "X-A: 1\r\nx-a: 2\r\n"));
  EXPECT_EQ(must(send(get(server))).headers["x-a"], "2");
}

TEST(CurlTransport, ReadsChunks) {
  LoopbackServer server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
  EXPECT_EQ(must(send(get(server))).text(), "abcdefg");
}

TEST(CurlTransport, SendsABodyAndHeaders) {
  LoopbackServer server(answer("", "201 Created"));
  HttpRequest request = get(server);
  request.method = "POST";
  request.headers = {{"Content-Type", "application/json"}, {"X-Name", "José"}};
  std::string body("{\"a\":\0}", 7);
  request.body = body;
  EXPECT_EQ(must(send(request)).status, 201);
  std::string seen = server.request();
  EXPECT_THAT(seen, StartsWith("POST / HTTP/1.1\r\n"));
  EXPECT_THAT(seen, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(seen, HasSubstr("X-Name: José\r\n"));
  EXPECT_THAT(seen, HasSubstr("Content-Length: 7\r\n"));
  EXPECT_TRUE(seen.ends_with("\r\n\r\n" + body));
}

TEST(CurlTransport, PutsALargeBody) {
  LoopbackServer server(answer("stored"));
  HttpRequest request = get(server);
  request.method = "PUT";
  std::string body(3 << 20, 'x');
  request.body = body;
  HttpResponse response = must(send(request));
  EXPECT_EQ(response.text(), "stored");
  EXPECT_EQ(response.headers.count("x-early"), 0U) << "headers of a 100 Continue are not the answer's";
  EXPECT_THAT(server.request(), StartsWith("PUT / HTTP/1.1\r\n"));
  EXPECT_TRUE(server.request().ends_with("\r\n\r\n" + body));
}

TEST(CurlTransport, HeadHasLengthButNoBody) {
  LoopbackServer server("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\nConnection: close\r\n\r\n");
  HttpRequest request = get(server);
  request.method = "HEAD";
  HttpResponse response = must(send(request));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers["content-length"], "1234");
  EXPECT_TRUE(response.body.empty());
  EXPECT_THAT(server.request(), StartsWith("HEAD / HTTP/1.1\r\n"));
}

TEST(CurlTransport, DoesNotFollowRedirects) {
  LoopbackServer server(answer("", "302 Found", "Location: /elsewhere\r\n"));
  HttpResponse response = must(send(get(server)));
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(response.headers["location"], "/elsewhere");
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlTransport, ARefusedConnectionMayBeRetried) {
  HttpRequest request;
  request.url = fmt::format("http://127.0.0.1:{}/", test::unused_port());
  Error error = refused(request);
  EXPECT_EQ(error.kind(), ErrorKind::Network);
  EXPECT_TRUE(error.retryable());
  EXPECT_THAT(error.message(), HasSubstr("GET"));
  EXPECT_THAT(error.message(), HasSubstr("refused the connection"));
  EXPECT_FALSE(error.hint().empty());
}

TEST(CurlTransport, AnAnswerThatIsCutIsNone) {
  LoopbackServer server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
  Error error = refused(get(server));
  EXPECT_EQ(error.kind(), ErrorKind::Network);
  EXPECT_TRUE(error.retryable());
}

TEST(CurlTransport, AServerThatStallsIsGivenUp) {
  LoopbackServer server("");
  HttpRequest request = get(server);
  request.stall_timeout = std::chrono::milliseconds(50);
  Error error = refused(request);
  EXPECT_EQ(error.kind(), ErrorKind::Network);
  EXPECT_TRUE(error.retryable());
  EXPECT_THAT(error.message(), HasSubstr("stalled"));
}

TEST(CurlTransport, TakesABodyUpToTheLimit) {
  LoopbackServer server(answer(std::string(1000, 'x')));
  HttpRequest request = get(server);
  request.max_body = 1000;
  EXPECT_EQ(must(send(request)).body.size(), 1000U);
}

TEST(CurlTransport, ABodyBeyondTheLimitFails) {
  LoopbackServer server(answer(std::string(1001, 'x')));
  HttpRequest request = get(server);
  request.max_body = 1000;
  EXPECT_EQ(refused(request).kind(), ErrorKind::Network);
}

TEST(CurlTransport, ABodyBeyondTheLimitWouldBeSoAgain) {
  LoopbackServer server(answer(std::string(1001, 'x')));
  HttpRequest request = get(server);
  request.max_body = 1000;
  EXPECT_FALSE(refused(request).retryable());
}

TEST(CurlTransport, RefusesOtherSchemes) {
  HttpRequest request;
  for (std::string url : {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "dict://127.0.0.1/x"}) {
    request.url = url;
    refused(request);
  }
}

TEST(CurlTransport, WhatIsNoAddressIsNotRetried) {
  HttpRequest request;
  for (std::string url : {"", "http://", "file:///etc/passwd", "http://127.0.0.1:99999/"}) {
    request.url = url;
    EXPECT_FALSE(refused(request).retryable()) << url;
  }
}

TEST(CurlTransport, ALineBreakInAHeaderAddsNoHeader) {
  LoopbackServer server(answer("ok"));
  HttpRequest request = get(server);
  request.headers = {{"X-Name", "Ada\r\nX-Evil: 1\r\n\r\nGET /second HTTP/1.1"}, {"X-B\nX-Evil", "2"}};
  must(send(request));
  EXPECT_THAT(server.request(), HasSubstr("X-Name: Ada"));
  EXPECT_THAT(server.request(), Not(HasSubstr("\nX-Evil")));
  EXPECT_THAT(server.request(), Not(HasSubstr("\nGET /second")));
}

TEST(CurlTransport, ALineBreakInAnAddressIsRefused) {
  LoopbackServer server(answer("ok"));
  HttpRequest request;
  request.url = server.url("/a\r\nX-Evil: 1");
  refused(request);
  EXPECT_EQ(server.connections(), 0);
}

TEST(CurlTransport, ManyMaySendAtOnce) {
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

// Answers every request on a connection until the client leaves.
void answer_all(Connection& connection) {
  while (connection.read_request()) connection.write(http_answer("ok"));
}

TEST(CurlTransport, KeepsConnections) {
  ScriptedServer server(answer_all);
  auto transport = make_curl_transport();
  HttpRequest request;
  request.url = server.url();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(must(transport->send(request)).text(), "ok");
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlTransport, KeepsAConnectionForEachServer) {
  ScriptedServer one(answer_all);
  ScriptedServer other(answer_all);
  auto transport = make_curl_transport();
  for (int i = 0; i < 10; ++i) {
    HttpRequest request;
    request.url = i % 2 == 0 ? one.url() : other.url();
    must(transport->send(request));
  }
  EXPECT_EQ(one.connections(), 1);
  EXPECT_EQ(other.connections(), 1);
}

TEST(CurlTransport, KeepsThirtyTwoIdleConnectionsAndNoMore) {
  constexpr int kThreads = 40;
  std::barrier together(kThreads);
  ScriptedServer server([&](Connection& connection) {
    while (connection.read_request()) {
      together.arrive_and_wait();
      connection.write(http_answer("ok"));
    }
  });
  auto transport = make_curl_transport();
  for (int round = 0; round < 2; ++round) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        HttpRequest request;
        request.url = server.url();
        EXPECT_TRUE(transport->send(request));
      });
    }
  }
  EXPECT_EQ(server.connections(), kThreads + (kThreads - 32));
}

TEST(CurlTransport, AConnectionThatWasClosedMeanwhileIsReplaced) {
  ScriptedServer server([](Connection& connection) {
    if (connection.read_request()) connection.write(http_answer("ok"));
  });
  auto transport = make_curl_transport();
  HttpRequest request;
  request.url = server.url();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(must(transport->send(request)).text(), "ok");
  EXPECT_EQ(server.connections(), 5);
}

TEST(CurlTransport, OptionsOfOneRequestDoNotReachTheNext) {
  std::vector<std::string> seen;
  ScriptedServer server([&](Connection& connection) {
    while (auto request_text = connection.read_request()) {
      seen.push_back(*request_text);
      connection.write(http_answer(request_text->starts_with("HEAD") ? "" : "ok"));
    }
  });
  auto transport = make_curl_transport();
  HttpRequest head;
  head.url = server.url("/first");
  head.method = "HEAD";
  head.headers = {{"Authorization", "Bearer secret"}};
  must(transport->send(head));
  HttpRequest put;
  put.url = server.url("/second");
  put.method = "PUT";
  put.body = "content";
  must(transport->send(put));
  HttpRequest get_after;
  get_after.url = server.url("/third");
  EXPECT_EQ(must(transport->send(get_after)).text(), "ok");
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_THAT(seen[1], StartsWith("PUT /second"));
  EXPECT_THAT(seen[1], Not(HasSubstr("Authorization")));
  EXPECT_THAT(seen[2], StartsWith("GET /third"));
  EXPECT_THAT(seen[2], Not(HasSubstr("Content-Length")));
}

TEST(CurlTransport, GivesTheBodyOfASuccessPieceByPiece) {
  std::string body(3 << 20, 'x');
  ScriptedServer server([&](Connection& connection) {
    connection.read_request();
    connection.write(http_answer(body));
  });
  HttpRequest request;
  request.url = server.url();
  request.max_body = 10;  // what is not held in memory has no limit
  std::string got;
  int pieces = 0;
  request.on_body = [&](std::span<const uint8_t> piece) {
    got.append(piece.begin(), piece.end());
    ++pieces;
    return true;
  };
  HttpResponse response = must(send(request));
  EXPECT_EQ(got, body);
  EXPECT_GT(pieces, 1);
  EXPECT_TRUE(response.body.empty());
}

TEST(CurlTransport, TheBodyOfARefusalIsNeverTakenForTheObject) {
  LoopbackServer server(answer("<Error/>", "404 Not Found"));
  HttpRequest request = get(server);
  request.on_body = [](std::span<const uint8_t>) {
    ADD_FAILURE() << "a refusal's body was given away";
    return true;
  };
  HttpResponse response = must(send(request));
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.text(), "<Error/>");
}

TEST(CurlTransport, TellsThatBytesCameAlsoOfAnAnswerThatIsHeld) {
  for (const char* status : {"200 OK", "503 Service Unavailable"}) {
    LoopbackServer server(answer(std::string(1000, 'x'), status));
    HttpRequest request = get(server);
    int told = 0;
    request.on_received = [&] { ++told; };
    EXPECT_EQ(must(send(request)).body.size(), 1000U);
    EXPECT_EQ(told > 0, std::string(status) == "200 OK") << "the words of a refusal are no progress";
  }
}

TEST(CurlTransport, AReceiverMayEndTheTransfer) {
  LoopbackServer server(answer(std::string(1000, 'x')));
  HttpRequest request = get(server);
  request.on_body = [](std::span<const uint8_t>) { return false; };
  Error error = refused(request);
  EXPECT_EQ(error.kind(), ErrorKind::Cancelled);
  EXPECT_FALSE(error.retryable());
}

TEST(CurlTransport, APathIsSentAsItIs) {
  LoopbackServer server(answer("ok"));
  HttpRequest request;
  request.url = server.url("/a/../b//c/./%24d?x=%2F&y");
  must(send(request));
  EXPECT_THAT(server.request(), StartsWith("GET /a/../b//c/./%24d?x=%2F&y HTTP/1.1\r\n"));
}

TEST(CurlTransport, APostWithoutABodySaysSo) {
  LoopbackServer server(answer("ok"));
  HttpRequest request = get(server);
  request.method = "POST";
  must(send(request));
  EXPECT_THAT(server.request(), HasSubstr("Content-Length: 0\r\n"));
}

TEST(CurlTransport, AHeaderWithoutAValueIsSent) {
  LoopbackServer server(answer("ok"));
  HttpRequest request = get(server);
  request.headers = {{"X-Empty", ""}};
  must(send(request));
  EXPECT_THAT(server.request(), HasSubstr("X-Empty:\r\n"));
}

TEST(CurlTransport, WhatDoesNotSpeakHttpIsNamed) {
  LoopbackServer server("SSH-2.0-OpenSSH_9.2\r\n");
  EXPECT_THAT(refused(get(server)).message(), HasSubstr("not in HTTP"));
}

TEST(CurlTransport, ANameWithoutAnAddressIsNamed) {
  HttpRequest request;
  // A label of more than 63 letters is refused before any name server is asked.
  request.url = fmt::format("http://{}.invalid/", std::string(70, 'a'));
  Error error = refused(request);
  EXPECT_THAT(error.message(), HasSubstr("no address for the name"));
  EXPECT_TRUE(error.retryable());
}

TEST(CurlTransport, NoErrorTellsASecret) {
  LoopbackServer cut("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
  LoopbackServer foreign("SSH-2.0\r\n");
  LoopbackServer long_answer(answer(std::string(1000, 'x')));
  std::vector<std::string> places{fmt::format("127.0.0.1:{}", test::unused_port()),
                                  cut.url("").substr(7),
                                  foreign.url("").substr(7),
                                  long_answer.url("").substr(7),
                                  std::string(70, 'a') + ".invalid",
                                  "127.0.0.1:99999",
                                  ""};
  for (const std::string& place : places) {
    HttpRequest request;
    request.url = fmt::format("http://user:hunter2@{}/path?X-Amz-Signature=hunter2#hunter2", place);
    request.headers = {{"Authorization", "Bearer hunter2"}};
    request.max_body = 10;
    Error error = refused(request);
    EXPECT_THAT(error.describe() + error.hint(), Not(HasSubstr("hunter2"))) << place;
  }
}

}  // namespace
}  // namespace candid::net
