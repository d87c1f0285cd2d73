#include <fmt/format.h>

#include "core/files.h"
#include "net/curl_transport.h"
#include "tests/net/environment.h"
#include "tests/net/scripted_server.h"
#include "tests/support/results.h"

namespace candid::net {
namespace {

using candid::test::must;
using test::Connection;
using test::http_answer;
using test::Identity;
using test::ScopedVariable;
using test::ScriptedServer;
using test::TestAuthority;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

class CurlTls : public testing::Test {
 protected:
  TemporaryFolder folder_ = must(TemporaryFolder::create());
  TestAuthority authority_;
  std::filesystem::path pem_ = folder_.path() / "authority.pem";
  std::atomic<int> requests_ = 0;
  ScriptedServer::Script answers_ = [this](Connection& connection) {
    while (connection.read_request()) {
      ++requests_;
      connection.write(http_answer("over TLS"));
    }
  };

  void SetUp() override { must(write_file(pem_, authority_.pem())); }

  Result<HttpResponse> get(const std::string& url, const TransportSettings& settings) {
    HttpRequest request;
    request.url = url;
    return make_curl_transport(settings)->send(request);
  }
  Error refused(const Identity& identity, const TransportSettings& settings) {
    ScriptedServer server(answers_, &identity);
    auto answer = get(server.url("/?token=hunter2"), settings);
    EXPECT_FALSE(answer);
    if (answer) return Error(ErrorKind::Internal, "was answered");
    EXPECT_EQ(answer.error().kind(), ErrorKind::Network);
    EXPECT_FALSE(answer.error().hint().empty());
    EXPECT_THAT(answer.error().message(), Not(HasSubstr("hunter2")));
    EXPECT_EQ(requests_, 0) << "the server saw a request";
    return answer.error();
  }
};

TEST_F(CurlTls, TrustsTheNamedAuthority) {
  Identity identity = authority_.issue();
  ScriptedServer server(answers_, &identity);
  EXPECT_EQ(must(get(server.url(), {.authorities = pem_})).text(), "over TLS");
  EXPECT_EQ(must(get(fmt::format("https://localhost:{}/", server.port()), {.authorities = pem_})).text(), "over TLS");
}

TEST_F(CurlTls, TrustsTheAuthorityOfTheEnvironment) {
  Identity identity = authority_.issue();
  ScriptedServer server(answers_, &identity);
  for (std::string name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
    ScopedVariable variable(name, pem_.string());
    EXPECT_TRUE(get(server.url(), {})) << name;
  }
  EXPECT_FALSE(get(server.url(), {}));
}

TEST_F(CurlTls, TheNamedAuthorityBeatsTheEnvironment) {
  std::filesystem::path other = folder_.path() / "other.pem";
  must(write_file(other, TestAuthority().pem()));
  Identity identity = authority_.issue();
  ScriptedServer server(answers_, &identity);
  ScopedVariable variable("CURL_CA_BUNDLE", other.string());
  EXPECT_TRUE(get(server.url(), {.authorities = pem_}));
  EXPECT_FALSE(get(server.url(), {}));
}

TEST_F(CurlTls, ACertificateOfNobodyIsNotTrusted) {
  Error error = refused(authority_.issue(), {});
  EXPECT_THAT(error.message(), HasSubstr("cannot be trusted"));
  EXPECT_THAT(error.hint(), HasSubstr("CURL_CA_BUNDLE"));
  EXPECT_FALSE(error.retryable());
}

TEST_F(CurlTls, ACertificateOfAnotherAuthorityIsNotTrusted) {
  Error error = refused(TestAuthority().issue(), {.authorities = pem_});
  EXPECT_THAT(error.message(), HasSubstr("cannot be trusted"));
  EXPECT_FALSE(error.retryable());
}

TEST_F(CurlTls, AnExpiredCertificateIsNamed) {
  Error error = refused(authority_.issue({.names = "IP:127.0.0.1", .valid_from = -48h, .valid_until = -24h}),
                        {.authorities = pem_});
  EXPECT_THAT(error.message(), HasSubstr("has expired"));
  EXPECT_THAT(error.hint(), HasSubstr("date and time"));
  EXPECT_FALSE(error.retryable());
}

TEST_F(CurlTls, ACertificateOfTheFutureIsNamed) {
  Error error = refused(authority_.issue({.names = "IP:127.0.0.1", .valid_from = 24h, .valid_until = 48h}),
                        {.authorities = pem_});
  EXPECT_THAT(error.message(), HasSubstr("not valid yet"));
  EXPECT_FALSE(error.retryable());
}

TEST_F(CurlTls, ACertificateOfAnotherHostIsNamed) {
  Error error = refused(authority_.issue({.names = "DNS:elsewhere.example"}), {.authorities = pem_});
  EXPECT_THAT(error.message(), HasSubstr("another host than 127.0.0.1"));
  EXPECT_FALSE(error.retryable());
}

TEST_F(CurlTls, AuthoritiesThatCannotBeReadAreNamed) {
  std::filesystem::path none = folder_.path() / "none.pem";
  Error error = refused(authority_.issue(), {.authorities = none});
  EXPECT_THAT(error.message(), HasSubstr(none.string()));
  EXPECT_FALSE(error.retryable());
}

TEST_F(CurlTls, AServerWithoutTlsIsNamed) {
  ScriptedServer server([](Connection& connection) {
    connection.read();
    connection.write(http_answer("", "400 Bad Request"));
  });
  HttpRequest request;
  request.url = "https" + server.url().substr(4);
  auto answer = make_curl_transport()->send(request);
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message(), HasSubstr("does not speak TLS"));
}

TEST_F(CurlTls, KeepsConnections) {
  Identity identity = authority_.issue();
  ScriptedServer server(answers_, &identity);
  auto transport = make_curl_transport({.authorities = pem_});
  HttpRequest request;
  request.url = server.url();
  for (int i = 0; i < 5; ++i) must(transport->send(request));
  EXPECT_EQ(server.connections(), 1);
}

// Nothing here ignores SIGPIPE: a broken TLS connection must be an error, and not the end of the program.
TEST_F(CurlTls, AResetWhileSendingIsAnErrorThatMayPass) {
  Identity identity = authority_.issue();
  ScriptedServer server(
      [](Connection& connection) {
        connection.read_head();
        connection.write("HTTP/1.1 100 Continue\r\n\r\n");
        for (size_t got = 0; got < 1'000'000;) got += connection.read().size();
        connection.reset();
      },
      &identity);
  auto transport = make_curl_transport({.authorities = pem_});
  for (int i = 0; i < 5; ++i) {
    HttpRequest request;
    request.method = "PUT";
    request.url = server.url();
    request.body = std::string(16 << 20, 'x');
    auto answer = transport->send(request);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind(), ErrorKind::Network);
    EXPECT_TRUE(answer.error().retryable());
    EXPECT_THAT(answer.error().message(), HasSubstr("broke"));
  }
}

}  // namespace
}  // namespace candid::net
