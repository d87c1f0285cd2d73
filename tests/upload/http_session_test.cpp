#include "upload/http/http_session.h"

#include <set>

#include <gtest/gtest.h>

#include "core/files.h"
#include "tests/support/results.h"
#include "tests/upload/fake_web.h"

namespace candid::upload::test {
namespace {

using candid::test::must;

class Echo final : public FakeWeb {
  net::HttpResponse handle(const WebRequest& request) override { return answer(200, {}, request.path); }
};

class HttpSessionTest : public testing::Test {
 protected:
  HttpSessionTest() { settings_.pause = &pause_; }
  HttpLogin login_{.authorization = Secret("Bearer cnd_abc"),
                   .unknown = "the token is unknown",
                   .unknown_hint = "check the token",
                   .forbidden_hint = "ask for the right to write"};
  Echo web_;
  FakePause pause_;
  StoreSettings settings_{};
  HttpSession session(const std::string& url = "https://h.example.org:8443/a/b") {
    return {web_.transport(), {"sample server", url, login_}, settings_};
  }
};

TEST_F(HttpSessionTest, EveryRequestSaysWhoWeAre) {
  HttpSession opened = session();
  must(opened.send({.method = "HEAD", .url = opened.url(), .headers = {}}));
  must(opened.send_once({.method = "PUT", .url = opened.url(), .headers = {}}));
  opened.remove_best_effort(opened.url());
  for (const WebRequest& request : web_.requests()) EXPECT_EQ(request.header("Authorization"), "Bearer cnd_abc");
}

TEST_F(HttpSessionTest, AStopOfTheSessionStopsWhateverIsAskedButTidyingUp) {
  std::stop_source source;
  settings_.stop = source.get_token();
  HttpSession opened = session();
  must(opened.fetch(opened.url()));
  source.request_stop();
  auto folder = must(TemporaryFolder::create());
  for (const auto& answered :
       {opened.send({.url = opened.url(), .headers = {}}), opened.send_once({.url = opened.url(), .headers = {}}),
        opened.fetch(opened.url()), opened.fetch_to_file(opened.url(), folder.path() / "file")}) {
    ASSERT_FALSE(answered);
    EXPECT_EQ(answered.error().kind(), ErrorKind::Cancelled);
  }
  EXPECT_EQ(web_.requests().size(), 1U);
  opened.remove_best_effort(opened.url());
  EXPECT_EQ(web_.count("DELETE"), 1);
}

// A store that sends without end would fill the disk before anything could be compared.
TEST_F(HttpSessionTest, AFileIsOnlyTakenWhereThereIsRoomForIt) {
  HttpSession opened = session();
  auto folder = must(TemporaryFolder::create());
  for (std::string length : {"", "a", "9000000000000000000"}) {
    web_.interfere([=](WebRequest&) { return answer(200, {{"content-length", length}}, "bytes"); });
    auto fetched = opened.fetch_to_file(opened.url(), folder.path() / "file");
    ASSERT_FALSE(fetched) << length;
    EXPECT_EQ(fetched.error().kind(), length.size() > 1 ? ErrorKind::NoSpace : ErrorKind::Network);
    EXPECT_TRUE(must(files_below(folder.path())).empty());
  }
}

TEST_F(HttpSessionTest, TakesItsAddressApart) {
  HttpSession deep = session();
  EXPECT_EQ(deep.origin(), "https://h.example.org:8443");
  EXPECT_EQ(deep.path(), "/a/b");
  EXPECT_TRUE(deep.is_encrypted());
  HttpSession flat = session("http://h");
  EXPECT_EQ(flat.origin(), "http://h");
  EXPECT_EQ(flat.path(), "");
  EXPECT_FALSE(flat.is_encrypted());
}

TEST_F(HttpSessionTest, RefusalsAreToldApartAndSayWhatToDo) {
  struct Case {
    int status;
    ErrorKind kind;
    bool retryable;
  };
  std::set<std::string> hints;
  for (const Case& expected : std::vector<Case>{{401, ErrorKind::PermissionDenied, false},
                                                {403, ErrorKind::PermissionDenied, false},
                                                {404, ErrorKind::NotFound, false},
                                                {405, ErrorKind::Unsupported, false},
                                                {407, ErrorKind::PermissionDenied, false},
                                                {413, ErrorKind::NoSpace, false},
                                                {507, ErrorKind::NoSpace, false},
                                                {301, ErrorKind::NotFound, false},
                                                {500, ErrorKind::Network, true},
                                                {429, ErrorKind::Network, true}}) {
    Error error = session().refusal(answer(expected.status), "put parts/ab/x");
    EXPECT_EQ(error.kind(), expected.kind) << expected.status;
    EXPECT_EQ(error.retryable(), expected.retryable) << expected.status;
    EXPECT_TRUE(hints.insert(error.hint()).second) << expected.status << ": " << error.hint();
    EXPECT_NE(error.message().find("parts/ab/x"), std::string::npos);
    EXPECT_NE(error.message().find("h.example.org"), std::string::npos);
    EXPECT_EQ(error.describe().find("cnd_abc"), std::string::npos);
  }
}

TEST_F(HttpSessionTest, WhatAServerSaysIsOneShortLineWithoutSecretsOfAddresses) {
  std::string long_words(5000, 'x');
  Error error = session().refusal(answer(507, {}, R"({"error":{"message":"a\nb)" + long_words + "\"}}"), "put a");
  EXPECT_LT(error.message().size(), 500U);
  EXPECT_EQ(error.message().find('\n'), std::string::npos);
  Error redirect = session().refusal(answer(302, {{"location", "https://h/login?token=abc"}}), "put a");
  EXPECT_NE(redirect.message().find("https://h/login"), std::string::npos);
  EXPECT_EQ(redirect.message().find("abc"), std::string::npos);
  for (std::string_view rubbish : {"", "[]", "{\"error\":3}", "{\"error\":{\"message\":{}}}", "\xff\xfe"}) {
    EXPECT_FALSE(session().refusal(answer(507, {}, rubbish), "put a").message().empty());
  }
}

TEST_F(HttpSessionTest, AFullDiskIsKnownByWhatTheServersSystemSaysAndIsNotWaitedFor) {
  web_.interfere([](WebRequest&) -> std::optional<Result<net::HttpResponse>> {
    return answer(500, {}, "Something went wrong\nENOSPC: no space left on device, write\n");
  });
  HttpSession opened = session();
  auto response = must(opened.send({.method = "POST", .url = opened.url(), .headers = {}}));
  EXPECT_EQ(web_.count("POST"), 1);
  EXPECT_EQ(opened.refusal(response, "put a").kind(), ErrorKind::NoSpace);
}

TEST_F(HttpSessionTest, ADownloadThatIsTriedAgainBeginsAnew) {
  auto folder = must(TemporaryFolder::create());
  int failures = 0;
  web_.interfere([&](WebRequest&) -> std::optional<Result<net::HttpResponse>> {
    if (failures++ < 2) return answer(503, {}, "half");
    return std::nullopt;
  });
  HttpSession opened = session();
  must(opened.fetch_to_file(opened.url(), folder.path() / "file"));
  EXPECT_EQ(must(read_text_file(folder.path() / "file")), "/a/b");
  failures = 0;
  EXPECT_EQ(must(opened.sha256_of(opened.url(), {})), sha256("/a/b"));
}

TEST_F(HttpSessionTest, AFileThatCannotBeWrittenIsTheError) {
  HttpSession opened = session();
  auto result = opened.fetch_to_file(opened.url(), "/no/such/folder/file");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::NotFound);
  EXPECT_TRUE(web_.requests().empty());
}

TEST(NumberHeader, IsADecimalNumberOrNothing) {
  for (std::string text : {"", "-1", "1x", " 1", "99999999999999999999999"}) {
    EXPECT_EQ(number_header(answer(200, {{"upload-offset", text}}), "upload-offset"), std::nullopt) << text;
  }
  EXPECT_EQ(number_header(answer(200, {{"upload-offset", "18446744073709551615"}}), "upload-offset"), UINT64_MAX);
}

}  // namespace
}  // namespace candid::upload::test
