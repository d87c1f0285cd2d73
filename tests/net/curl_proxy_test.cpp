#include <fmt/format.h>

#include "core/files.h"
#include "net/curl_transport.h"
#include "tests/net/environment.h"
#include "tests/net/loopback_server.h"
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
using testing::StartsWith;

HttpRequest get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  request.headers = {{"Authorization", "Bearer hunter2"}};
  return request;
}

Error proxy_error_of(const Result<HttpResponse>& answer) {
  EXPECT_FALSE(answer);
  return answer ? Error(ErrorKind::Internal, "was answered") : answer.error();
}

TEST(CurlProxy, HttpGoesThroughTheProxyOfTheEnvironment) {
  std::string seen;
  ScriptedServer proxy([&](Connection& connection) {
    seen = connection.read_request().value_or("");
    connection.write(http_answer("from the proxy"));
  });
  ScopedVariable variable("http_proxy", proxy.url());
  EXPECT_EQ(must(make_curl_transport()->send(get("http://server.example/path"))).text(), "from the proxy");
  EXPECT_THAT(seen, StartsWith("GET http://server.example/path HTTP/1.1\r\n"));
}

TEST(CurlProxy, WhatNeedsNoProxyGoesWithoutOne) {
  ScriptedServer proxy([](Connection& connection) { connection.read_request(); });
  ScopedVariable variable("http_proxy", proxy.url());
  // No name server has to be asked for a name that is too long to be one.
  const std::string host = fmt::format("{}.invalid", std::string(70, 'a'));
  ScopedVariable exception("no_proxy", host);
  EXPECT_THAT(proxy_error_of(make_curl_transport()->send(get(fmt::format("http://{}/", host)))).message(),
              Not(HasSubstr("proxy")));
  EXPECT_EQ(proxy.connections(), 0);
}

// It would read the token.
TEST(CurlProxy, NoProxySeesWhatGoesToThisMachineItself) {
  ScriptedServer server([](Connection& connection) {
    connection.read_request();
    connection.write(http_answer("directly"));
  });
  ScriptedServer proxy([](Connection& connection) {
    connection.read_request();
    connection.write(http_answer("from the proxy"));
  });
  for (const char* name : {"http_proxy", "all_proxy"}) {
    ScopedVariable variable(name, proxy.url());
    EXPECT_EQ(must(make_curl_transport()->send(get(server.url()))).text(), "directly") << name;
  }
  EXPECT_EQ(proxy.connections(), 0);
}

class CurlTunnel : public testing::Test {
 protected:
  TemporaryFolder folder_ = must(TemporaryFolder::create());
  TestAuthority authority_;
  Identity identity_ = authority_.issue();
  TransportSettings settings_{.authorities = folder_.path() / "authority.pem"};
  ScriptedServer server_{[](Connection& connection) {
                           while (connection.read_request()) connection.write(http_answer("over the tunnel"));
                         },
                         &identity_};

  void SetUp() override { must(write_file(settings_.authorities, authority_.pem())); }
};

TEST_F(CurlTunnel, TheProxySeesNothingOfAnHttpsRequest) {
  std::string seen;
  ScriptedServer proxy([&](Connection& connection) {
    seen = connection.read_head().value_or("");
    connection.write("HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n");
    connection.tunnel_to(server_.port());
  });
  ScopedVariable variable("https_proxy", proxy.url());
  auto transport = make_curl_transport(settings_);
  HttpResponse response = must(transport->send(get(server_.url())));
  EXPECT_EQ(response.text(), "over the tunnel");
  EXPECT_EQ(response.header("x-proxy"), "") << "the proxy's headers are not the answer's";
  EXPECT_EQ(must(transport->send(get(server_.url()))).text(), "over the tunnel");
  EXPECT_EQ(proxy.connections(), 1);
  EXPECT_THAT(seen, StartsWith(fmt::format("CONNECT 127.0.0.1:{} HTTP/1.1\r\n", server_.port())));
  EXPECT_THAT(seen, Not(HasSubstr("hunter2")));
}

TEST_F(CurlTunnel, AProxyThatLooksIntoTheTunnelIsFoundOut) {
  Identity false_identity = TestAuthority().issue();
  ScriptedServer impostor([](Connection& connection) { connection.read_request(); }, &false_identity);
  ScriptedServer proxy([&](Connection& connection) {
    connection.read_head();
    connection.write("HTTP/1.1 200 Connection established\r\n\r\n");
    connection.tunnel_to(impostor.port());
  });
  ScopedVariable variable("https_proxy", proxy.url());
  EXPECT_THAT(proxy_error_of(make_curl_transport(settings_)->send(get(server_.url()))).message(),
              HasSubstr("cannot be trusted"));
}

TEST_F(CurlTunnel, AProxyThatWantsAPasswordIsNamed) {
  ScriptedServer proxy([](Connection& connection) {
    connection.read_head();
    connection.write(http_answer("", "407 Proxy Authentication Required"));
  });
  ScopedVariable variable("https_proxy", proxy.url());
  Error error = proxy_error_of(make_curl_transport(settings_)->send(get(server_.url())));
  EXPECT_THAT(error.message(), HasSubstr("the proxy wants a user name"));
  EXPECT_FALSE(error.retryable());
}

TEST_F(CurlTunnel, AProxyThatForbidsIsNotAskedAgain) {
  ScriptedServer proxy([](Connection& connection) {
    connection.read_head();
    connection.write(http_answer("", "403 Forbidden"));
  });
  ScopedVariable variable("https_proxy", proxy.url());
  Error error = proxy_error_of(make_curl_transport(settings_)->send(get(server_.url())));
  EXPECT_THAT(error.message(), HasSubstr("proxy did not connect"));
  EXPECT_THAT(error.message(), HasSubstr("403"));
  EXPECT_FALSE(error.retryable());
}

TEST(CurlProxy, AProxyThatDoesNotRunIsNamedWithoutItsPassword) {
  ScopedVariable variable("http_proxy", fmt::format("http://me:hunter2@127.0.0.1:{}", test::unused_port()));
  Error error = proxy_error_of(make_curl_transport()->send(get("http://server.example/?x=hunter2")));
  EXPECT_THAT(error.message(), HasSubstr("the proxy cannot be reached"));
  EXPECT_THAT(error.describe() + error.hint(), Not(HasSubstr("hunter2")));
  EXPECT_TRUE(error.retryable());
}

TEST(CurlProxy, AProxyWithoutAnAddressIsNamed) {
  ScopedVariable variable("http_proxy", fmt::format("http://me:hunter2@{}.invalid:1", std::string(70, 'a')));
  Error error = proxy_error_of(make_curl_transport()->send(get("http://server.example/")));
  EXPECT_THAT(error.message(), HasSubstr("no address for the proxy's name"));
  EXPECT_THAT(error.describe() + error.hint(), Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace candid::net
