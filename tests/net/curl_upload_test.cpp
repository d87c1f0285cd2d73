#include <fmt/format.h>

#include "core/digest.h"
#include "core/files.h"
#include "core/random.h"
#include "net/curl_transport.h"
#include "tests/net/fakes.h"
#include "tests/net/scripted_server.h"
#include "tests/support/results.h"

namespace candid::net {
namespace {

using candid::test::must;
using test::body_of;
using test::Connection;
using test::FakePause;
using test::http_answer;
using test::ScriptedServer;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

class CurlUpload : public testing::Test {
 protected:
  TemporaryFolder folder_ = must(TemporaryFolder::create());
  std::filesystem::path file_ = folder_.path() / "body";
  std::vector<uint8_t> bytes_;

  void write(size_t size) {
    bytes_ = random_bytes(size);
    must(write_file(file_, bytes_));
  }
  HttpRequest put(const ScriptedServer& server, uint64_t offset, uint64_t length) const {
    HttpRequest request;
    request.method = "PUT";
    request.url = server.url("/object");
    request.body = FileRange{file_, offset, length};
    return request;
  }
  std::string part(uint64_t offset, uint64_t length) const {
    return {bytes_.begin() + static_cast<ptrdiff_t>(offset), bytes_.begin() + static_cast<ptrdiff_t>(offset + length)};
  }
};

TEST_F(CurlUpload, AStretchOfAFileArrivesBitIdentical) {
  write(24 << 20);
  std::string got;
  ScriptedServer server([&](Connection& connection) {
    got = body_of(connection.read_request().value_or(""));
    connection.write(http_answer("stored"));
  });
  constexpr uint64_t kOffset = 1'234'567;
  constexpr uint64_t kLength = 20'000'003;
  HttpRequest request = put(server, kOffset, kLength);
  std::vector<uint64_t> sent;
  request.on_sent = [&](uint64_t so_far) { sent.push_back(so_far); };
  EXPECT_EQ(must(make_curl_transport()->send(request)).text(), "stored");
  EXPECT_EQ(body_size(request), kLength);
  EXPECT_TRUE(got == part(kOffset, kLength));
  ASSERT_FALSE(sent.empty());
  EXPECT_TRUE(std::is_sorted(sent.begin(), sent.end()));
  EXPECT_GT(sent.size(), 10U);
  EXPECT_EQ(sent.back(), kLength);
}

TEST_F(CurlUpload, AnEmptyStretchIsAnEmptyBody) {
  write(10);
  std::string got = "?";
  ScriptedServer server([&](Connection& connection) {
    got = connection.read_request().value_or("");
    connection.write(http_answer("stored"));
  });
  must(make_curl_transport()->send(put(server, 10, 0)));
  EXPECT_THAT(got, HasSubstr("Content-Length: 0\r\n"));
}

TEST_F(CurlUpload, AFileThatBecameShorterIsAnErrorAndNotAHang) {
  write(3 << 20);
  ScriptedServer server([](Connection& connection) { connection.read_request(); });
  auto answer = make_curl_transport()->send(put(server, 1 << 20, 4 << 20));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), ErrorKind::Corrupt);
  EXPECT_FALSE(answer.error().retryable());
  EXPECT_THAT(answer.error().message(), HasSubstr(file_.string()));
}

TEST_F(CurlUpload, AFileThatIsGoneIsAnError) {
  ScriptedServer server([](Connection& connection) { connection.read_request(); });
  auto answer = make_curl_transport()->send(put(server, 0, 100));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), ErrorKind::NotFound);
}

TEST_F(CurlUpload, ALargeBodyThatIsRefusedIsNotSent) {
  write(2 << 20);
  std::string head;
  std::string rest;
  ScriptedServer server([&](Connection& connection) {
    head = connection.read_head().value_or("");
    connection.write(http_answer("<Code>AccessDenied</Code>", "403 Forbidden"));
    for (std::string more; !(more = connection.read()).empty();) rest += more;
  });
  HttpRequest request = put(server, 0, 2 << 20);
  uint64_t sent = 0;
  request.on_sent = [&](uint64_t so_far) { sent = so_far; };
  {
    auto transport = make_curl_transport();
    EXPECT_EQ(must(transport->send(request)).status, 403);
  }
  EXPECT_THAT(head, HasSubstr("Expect: 100-continue\r\n"));
  EXPECT_EQ(sent, 0U);
  EXPECT_EQ(rest.size(), 0U);
}

TEST_F(CurlUpload, ASmallBodyIsSentWithoutAsking) {
  write(1 << 20);
  std::string got;
  ScriptedServer server([&](Connection& connection) {
    got = connection.read_request().value_or("");
    connection.write(http_answer("stored"));
  });
  must(make_curl_transport()->send(put(server, 0, 1 << 20)));
  EXPECT_THAT(got, Not(HasSubstr("Expect")));
}

TEST_F(CurlUpload, AServerThatExpectsNothingGetsTheBodyAnyway) {
  write(2 << 20);
  std::string got;
  ScriptedServer server([&](Connection& connection) {
    connection.read_head();
    connection.write(http_answer("", "417 Expectation Failed"));
    got = body_of(connection.read_request().value_or(""));
    connection.write(http_answer("stored"));
  });
  EXPECT_EQ(must(make_curl_transport()->send(put(server, 0, 2 << 20))).text(), "stored");
  EXPECT_TRUE(got == part(0, 2 << 20));
}

// The kept connection dies after the request went out: the body is read again from its start.
TEST_F(CurlUpload, ABodyIsRewoundForAFreshConnection) {
  write(300'000);
  std::atomic<int> round = 0;
  std::string got;
  ScriptedServer server([&](Connection& connection) {
    if (++round == 1) {
      connection.read_request();
      connection.write(http_answer("first"));
      connection.read_request();
      return;
    }
    got = body_of(connection.read_request().value_or(""));
    connection.write(http_answer("second"));
  });
  auto transport = make_curl_transport();
  EXPECT_EQ(must(transport->send(put(server, 0, 100))).text(), "first");
  EXPECT_EQ(must(transport->send(put(server, 0, 300'000))).text(), "second");
  EXPECT_TRUE(got == part(0, 300'000));
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(CurlUpload, KeepsToTheRateLimit) {
  write(1'000'000);
  std::string got;
  ScriptedServer server([&](Connection& connection) {
    while (auto request = connection.read_request()) {
      got = body_of(*request);
      connection.write(http_answer("stored"));
    }
  });
  FakePause pause;
  RateLimiter limit(100'000, pause);
  auto transport = make_curl_transport({.authorities = {}, .upload_limit = &limit});
  must(transport->send(put(server, 0, 1'000'000)));
  EXPECT_TRUE(got == part(0, 1'000'000));
  // Ten seconds, but for the quarter that may go at once; waits are whole milliseconds.
  EXPECT_GE(pause.waited(), 9'750ms);
  EXPECT_LE(pause.waited(), 9'950ms);
  for (auto wait : pause.waits()) EXPECT_LE(wait, 130ms) << "answers and stops are looked for in between";
}

}  // namespace
}  // namespace candid::net
