#include "upload/http/http_login.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "core/files.h"
#include "tests/support/results.h"

namespace candid::upload::test {
namespace {

using candid::test::must;

constexpr const char* kFar = "https://store.example.org/a";
constexpr const char* kFarInTheClear = "http://store.example.org/a";
constexpr const char* kLoopback = "http://127.0.0.1:8080/a";

// No secrets but those that a test sets.
class HttpLoginTest : public testing::Test {
 protected:
  HttpLoginTest() {
    ::setenv("XDG_CONFIG_HOME", home_.path().c_str(), 1);
    for (const char* name : kNames) ::unsetenv(name);
  }
  ~HttpLoginTest() override {
    for (const char* name : kNames) ::unsetenv(name);
    ::unsetenv("XDG_CONFIG_HOME");
  }
  static void set(const char* name, const char* value) { ::setenv(name, value, 1); }

 private:
  static constexpr const char* kNames[] = {"CANDID_STORE_USER", "CANDID_STORE_PASSWORD", "CANDID_STORE_TOKEN",
                                           "CANDID_API_TOKEN"};
  TemporaryFolder home_ = must(TemporaryFolder::create());
};

void expect_failure(const Result<HttpLogin>& login, ErrorKind kind) {
  ASSERT_FALSE(login);
  EXPECT_EQ(login.error().kind(), kind);
  EXPECT_FALSE(login.error().hint().empty());
  for (const char* secret : {"open sesame", "cnd_abc"}) {
    EXPECT_EQ(login.error().describe().find(secret), std::string::npos);
  }
}

TEST_F(HttpLoginTest, WithoutAnySecretWeAreNobody) {
  EXPECT_TRUE(must(find_store_login(kFarInTheClear)).authorization.empty());
}

TEST_F(HttpLoginTest, AUserAndAPasswordAreBasicAuthentication) {
  set("CANDID_STORE_USER", "Aladdin");
  set("CANDID_STORE_PASSWORD", "open sesame");
  // The example of RFC 7617.
  EXPECT_EQ(must(find_store_login(kFar)).authorization.reveal(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

TEST_F(HttpLoginTest, ATokenIsABearers) {
  set("CANDID_STORE_TOKEN", "cnd_abc");
  set("CANDID_API_TOKEN", "cnd_abcd");
  EXPECT_EQ(must(find_store_login(kFar)).authorization.reveal(), "Bearer cnd_abc");
  EXPECT_EQ(must(find_api_login(kFar)).authorization.reveal(), "Bearer cnd_abcd");
}

TEST_F(HttpLoginTest, WhatGoesTogetherIsMissedAndWhatDoesNotIsRefused) {
  set("CANDID_STORE_PASSWORD", "open sesame");
  expect_failure(find_store_login(kFar), ErrorKind::NotFound);
  set("CANDID_STORE_USER", "a:b");
  expect_failure(find_store_login(kFar), ErrorKind::InvalidInput);
  set("CANDID_STORE_USER", "ab");
  set("CANDID_STORE_TOKEN", "cnd_abc");
  expect_failure(find_store_login(kFar), ErrorKind::InvalidInput);
}

TEST_F(HttpLoginTest, AServersApiNeedsAToken) {
  expect_failure(find_api_login(kFar), ErrorKind::NotFound);
}

TEST_F(HttpLoginTest, SecretsCrossNoNetworkInTheClear) {
  set("CANDID_API_TOKEN", "cnd_abc");
  expect_failure(find_api_login(kFarInTheClear), ErrorKind::InvalidInput);
  EXPECT_TRUE(find_api_login(kLoopback));
  set("CANDID_STORE_TOKEN", "cnd_abc");
  expect_failure(find_store_login(kFarInTheClear), ErrorKind::InvalidInput);
  EXPECT_TRUE(find_store_login(kLoopback));
  ::unsetenv("CANDID_STORE_TOKEN");
  set("CANDID_STORE_USER", "Aladdin");
  set("CANDID_STORE_PASSWORD", "open sesame");
  expect_failure(find_store_login(kFarInTheClear), ErrorKind::InvalidInput);
}

TEST_F(HttpLoginTest, ASecretBringsNoHeaderOfItsOwn) {
  set("CANDID_API_TOKEN", "cnd_abc\r\nX-Other: 1");
  expect_failure(find_api_login(kFar), ErrorKind::InvalidInput);
}

}  // namespace
}  // namespace candid::upload::test
