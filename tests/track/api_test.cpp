#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "core/encoding.h"
#include "core/files.h"
#include "tests/support/results.h"
#include "tests/track/fixtures.h"
#include "tests/track/memory_door.h"
#include "track/api/answered_calls.h"
#include "track/api/api_error.h"
#include "track/api/api_server.h"
#include "track/api/piece_headers.h"
#include "track/ledger/ledger_json.h"

namespace candid::track {
namespace {

using candid::test::must;
using nlohmann::json;
using test::FakeClock;
using test::MemoryDoor;
using test::sample_message;
using testing::HasSubstr;
using testing::Not;

const std::string& text_of(const HttpResponse& response) {
  return std::get<std::string>(response.body);
}

Error error_of(const HttpResponse& response) {
  auto error = error_from_json(text_of(response));
  return error ? *error : Error(ErrorKind::Internal, "no error");
}

class ApiTest : public testing::Test {
 protected:
  ApiTest() {
    for (ApiScope scope : {ApiScope::Read, ApiScope::Publish, ApiScope::Admin}) {
      tokens_[scope] = make_api_token();
      add_token(tokens_[scope], {std::string(to_string(scope)), scope, clock_.now()});
    }
  }
  void add_token(const std::string& token, const ApiToken& facts) {
    must(ledger_->add_api_token(sha256(token), facts));
  }

  HttpRequest request_of(Method method, const std::string& path, const std::string& token, std::string body = "{}") {
    HttpRequest request;
    request.method = method;
    request.path = path;
    request.headers = {{"authorization", "Bearer " + token}};
    request.body = std::move(body);
    return request;
  }
  HttpResponse call_as(ApiScope scope, const std::string& call, std::string body = "{}") {
    return api_.answer(request_of(Method::Post, "/api/ledger/" + call, tokens_[scope], std::move(body)));
  }
  HttpResponse call(const std::string& name, const json& body) {
    return call_as(ApiScope::Admin, name, dump_json(body));
  }
  void put_message(const std::string& id = "m-1") { must(ledger_->upsert_messages({sample_message(id)})); }
  void put_link(const Sha256& digest, const std::string& message = "m-1") {
    must(ledger_->put_link(digest, message, Purpose::Candidate, {}));
  }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  FakeClock clock_;
  std::unique_ptr<Ledger> ledger_ = must(open_sqlite_ledger(folder_.path() / "ledger.db", clock_));
  MemoryDoor door_;
  ApiServer api_{*ledger_, door_, clock_};
  std::map<ApiScope, std::string> tokens_;
};

TEST_F(ApiTest, EverybodyUnknownGetsOneAndTheSameAnswer) {
  std::string expired = make_api_token();
  add_token(expired, {"expired", ApiScope::Admin, clock_.now(), clock_.now() + std::chrono::hours(1)});
  clock_.advance(std::chrono::hours(2));
  const std::string& good = tokens_[ApiScope::Admin];
  HttpResponse first = api_.answer(HttpRequest{});
  EXPECT_EQ(first.status, 401);
  EXPECT_TRUE(first.miss);
  for (const std::string& authorization :
       {std::string(), std::string("Bearer"), std::string("Bearer "), "Bearer " + make_api_token(), "Bearer " + expired,
        "Basic " + good, good, "Bearer  " + good, "Bearer " + good + " ", "Bearer " + good.substr(0, good.size() - 1),
        "Bearer " + good + std::string(20'000, 'x'), "Bearer " + to_hex(sha256(good))}) {
    for (const char* path :
         {"/api/", "/api/ledger/campaigns", "/api/ledger/no_such_call", "/api/store/parts/x", "/api/x"}) {
      HttpRequest request = request_of(Method::Post, path, "");
      request.headers["authorization"] = authorization;
      HttpResponse response = api_.answer(request);
      EXPECT_EQ(response.status, 401) << authorization << path;
      EXPECT_EQ(response.headers, first.headers);
      EXPECT_EQ(text_of(response), text_of(first));
      EXPECT_TRUE(response.miss);
      auto refused = api_.refuse_body(request);
      ASSERT_TRUE(refused);
      EXPECT_EQ(text_of(*refused), text_of(first));
    }
  }
}

TEST_F(ApiTest, ATokenOpensUntilItIsRemoved) {
  EXPECT_EQ(call_as(ApiScope::Publish, "campaigns").status, 200);
  HttpRequest request = request_of(Method::Post, "/api/ledger/campaigns", tokens_[ApiScope::Publish]);
  request.headers["authorization"] = "bearer " + tokens_[ApiScope::Publish];
  EXPECT_EQ(api_.answer(request).status, 200);
  must(ledger_->remove_api_token("publish"));
  EXPECT_EQ(call_as(ApiScope::Publish, "campaigns").status, 401);
}

TEST_F(ApiTest, EachCallAsksForItsScope) {
  const std::map<ApiScope, std::vector<std::string>> calls = {
      {ApiScope::Read, {"find_message", "messages", "campaigns", "history", "ledger_id"}},
      {ApiScope::Publish,
       {"upsert_messages", "put_link", "find_link", "find_links", "revoke_link", "revoke_links", "revoke_messages",
        "stop_tracking"}},
      {ApiScope::Admin,
       {"admit_view", "append", "drop_networks_before", "add_api_token", "api_tokens", "remove_api_token",
        "find_api_token", "backup"}},
  };
  for (const auto& [needed, names] : calls) {
    for (const std::string& name : names) {
      for (const auto& [has, token] : tokens_) {
        HttpResponse response = call_as(has, name, "no JSON");
        EXPECT_EQ(response.status, has < needed ? 403 : 400) << name << " as " << to_string(has);
        auto refused = api_.refuse_body(request_of(Method::Post, "/api/ledger/" + name, token));
        EXPECT_EQ(refused.has_value(), has < needed) << name;
      }
    }
  }
}

TEST_F(ApiTest, ObjectsAreForThosePublishing) {
  door_.objects["parts/x"] = "x";
  for (Method method : {Method::Get, Method::Head, Method::Put, Method::Delete}) {
    EXPECT_EQ(api_.answer(request_of(method, "/api/store/parts/x", tokens_[ApiScope::Read])).status, 403);
  }
  EXPECT_EQ(api_.answer(request_of(Method::Get, "/api/store/parts/x", tokens_[ApiScope::Publish])).status, 200);
  EXPECT_EQ(api_.answer(request_of(Method::Get, "/api/store/parts/y", tokens_[ApiScope::Publish])).status, 404);
}

TEST_F(ApiTest, OtherAddressesAndMethodsAreToldApart) {
  for (const char* path : {"/api/", "/api/store", "/api/ledger", "/api/ledger/", "/api/ledger/no_such_call",
                           "/api/ledger/campaigns/", "/api/ledger//campaigns", "/api/Ledger/campaigns"}) {
    HttpResponse response = api_.answer(request_of(Method::Post, path, tokens_[ApiScope::Admin]));
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(error_of(response).kind(), ErrorKind::Unsupported) << path;
  }
  for (Method method : {Method::Get, Method::Head, Method::Put, Method::Delete, Method::Other}) {
    EXPECT_EQ(api_.answer(request_of(method, "/api/ledger/campaigns", tokens_[ApiScope::Admin])).status, 405);
  }
}

TEST_F(ApiTest, HostileBodiesAreRefusedAndChangeNothing) {
  std::string digest = to_hex(sha256("x"));
  put_message();
  std::string good_message = dump_json(json_of(sample_message("m-2")));
  auto with = [&](const char* key, const json& value) {
    json message = json_of(sample_message("m-2"));
    message[key] = value;
    return dump_json({{"messages", {message}}});
  };
  const std::pair<const char*, std::string> bodies[] = {
      {"upsert_messages", ""},
      {"upsert_messages", "["},
      {"upsert_messages", "[]"},
      {"upsert_messages", "null"},
      {"upsert_messages", "{}"},
      {"upsert_messages", std::string(500'000, '[')},
      {"upsert_messages", "{\"messages\": " + std::string(100, '[') + std::string(100, ']') + "}"},
      {"upsert_messages", "{\"messages\": {}}"},
      {"upsert_messages", "{\"messages\": [1]}"},
      {"upsert_messages", "{\"messages\": [], \"more\": 1}"},
      {"upsert_messages", "{\"messages\": [], \"messages\": []}"},
      {"upsert_messages", "{\"messages\": [" + good_message + ", {}]}"},
      {"upsert_messages", "{\"messages\": [" + good_message + "]} x"},
      {"upsert_messages", "{\"messages\": [\"\xff\xfe\"]}"},
      {"upsert_messages", with("roster_line", 1e300)},
      {"upsert_messages", with("roster_line", -1)},
      {"upsert_messages", with("roster_line", 1.5)},
      {"upsert_messages", with("duration_us", "60")},
      {"upsert_messages", with("published_at", INT64_MAX)},
      {"upsert_messages", with("message_id", std::string("a\0b", 3))},
      {"upsert_messages", with("message_id", std::string(100'000, 'a'))},
      {"upsert_messages", with("unknown", 1)},
      {"find_message", R"({"message": 1})"},
      {"find_message", R"({"message": null})"},
      {"put_link", R"({"digest": "00", "message": "m-1", "purpose": "candidate", "terms": {}})"},
      {"put_link", fmt::format(R"({{"digest": "{}", "message": "m-1", "purpose": "king", "terms": {{}}}})", digest)},
      {"find_link", "{}"},
      {"find_link", R"({"link": 9223372036854775808})"},
      {"find_link", R"({"link": "1"})"},
      {"find_link", fmt::format(R"({{"link": 1, "digest": "{}"}})", digest)},
      {"find_links", "{}"},
      {"find_links", R"({"digests": {}})"},
      {"find_links", R"({"digests": [1]})"},
      {"find_links", R"({"digests": ["00"]})"},
      {"find_links", dump_json({{"digests", std::vector<std::string>(1'001, digest)}})},
      {"revoke_messages", R"({"messages": "m-1"})"},
      {"revoke_messages", R"({"messages": ["m-1", null]})"},
      {"revoke_messages", dump_json({{"messages", std::vector<std::string>(1'001, "m-1")}})},
      {"revoke_messages", dump_json({{"messages", {std::string(1'001, 'm')}}})},
      {"ledger_id", R"({"id": ""})"},
      {"append", R"({"events": [{"link_id": 1}]})"},
      {"drop_networks_before", R"({"moment": -1})"},
      {"drop_networks_before", R"({"moment": 9223372036854775807})"},
      {"add_api_token", fmt::format(R"({{"digest": "{}", "token": {{"name": "x", "scope": "god"}}}})", digest)},
      {"campaigns", R"({"campaign": 1})"},
      {"backup", R"({"file": "/etc/passwd"})"},
  };
  for (const auto& [name, body] : bodies) {
    HttpResponse response = call_as(ApiScope::Admin, name, body);
    EXPECT_EQ(response.status, 400) << name << " " << body.substr(0, 200);
    EXPECT_EQ(error_of(response).kind(), ErrorKind::InvalidInput);
  }
  EXPECT_EQ(must(ledger_->messages("backend")).size(), 1u);
  EXPECT_EQ(must(ledger_->api_tokens()).size(), 3u);
}

TEST_F(ApiTest, FailuresOfTheLedgerKeepTheirKind) {
  put_message("m-1");
  put_message("m-2");
  Sha256 digest = sha256("token");
  put_link(digest);
  auto put = [&](const std::string& message) {
    return call(
        "put_link",
        {{"digest", json_of(digest)}, {"message", message}, {"purpose", "candidate"}, {"terms", json_of(LinkTerms{})}});
  };
  EXPECT_EQ(put("m-1").status, 200);
  EXPECT_EQ(put("m-2").status, 409);
  EXPECT_EQ(error_of(put("m-2")).kind(), ErrorKind::Exists);
  EXPECT_EQ(put("m-9").status, 404);
  EXPECT_EQ(call("revoke_link", {{"digest", json_of(sha256("unknown"))}}).status, 404);
  EXPECT_EQ(text_of(call("find_message", {{"message", "m-9"}})), R"({"message":null})");
  EXPECT_EQ(text_of(call("find_link", {{"digest", json_of(sha256("unknown"))}})), R"({"link":null})");
  EXPECT_EQ(text_of(call("find_link", {{"link", 12345}})), R"({"link":null})");
}

TEST_F(ApiTest, NobodyIsToldAPasscodesHash) {
  put_message();
  Sha256 digest = sha256("token");
  must(ledger_->put_link(digest, "m-1", Purpose::Candidate, {.passcode_hash = "$argon2id$secret"}));
  int64_t link = must(ledger_->find_link(digest))->id;
  for (const std::string& answer :
       {text_of(call("find_link", {{"digest", json_of(digest)}})), text_of(call("find_link", {{"link", link}})),
        text_of(call("find_links", {{"digests", {json_of(digest)}}}))}) {
    EXPECT_EQ(answer.find("argon2id"), std::string::npos) << answer;
    EXPECT_NE(answer.find(passcode_fingerprint("$argon2id$secret")), std::string::npos) << answer;
  }
}

TEST_F(ApiTest, ThoseWhoMayOnlyReadSeeNoPasscodeHash) {
  put_message();
  must(ledger_->put_link(sha256("token"), "m-1", Purpose::Candidate, {.passcode_hash = "$argon2id$secret"}));
  HttpResponse response = call_as(ApiScope::Read, "history", R"({"message": "m-1"})");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(text_of(response), Not(HasSubstr("argon2id")));
}

TEST_F(ApiTest, ABackupIsALedgerAndGoesWithItsAnswer) {
  put_message();
  std::filesystem::path file;
  {
    HttpResponse response = call("backup", json::object());
    ASSERT_EQ(response.status, 200);
    const auto& body = std::get<MediaBody>(response.body);
    ASSERT_EQ(body.extents.size(), 1u);
    file = body.extents[0].file;
    EXPECT_EQ(body.length, std::filesystem::file_size(file));
    EXPECT_EQ(response.headers.back(),
              (std::pair<std::string, std::string>("Repr-Digest", digest_field(must(sha256_file(file))))));
    auto copy = must(open_sqlite_ledger(file, clock_));
    EXPECT_TRUE(must(copy->find_message("m-1")));
  }
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(ApiTest, ARepeatedCallGetsItsFirstAnswer) {
  put_message();
  put_link(sha256("token"));
  HttpRequest request =
      request_of(Method::Post, "/api/ledger/revoke_links", tokens_[ApiScope::Publish], R"({"message": "m-1"})");
  request.headers["idempotency-key"] = "key-1";
  EXPECT_EQ(text_of(api_.answer(request)), R"({"revoked":1})");
  EXPECT_EQ(text_of(api_.answer(request)), R"({"revoked":1})");
  HttpRequest of_another_sender = request;
  of_another_sender.headers["authorization"] = "Bearer " + tokens_[ApiScope::Admin];
  EXPECT_EQ(text_of(api_.answer(of_another_sender)), R"({"revoked":0})");
  request.headers["idempotency-key"] = "key-2";
  EXPECT_EQ(text_of(api_.answer(request)), R"({"revoked":0})");
  request.headers["idempotency-key"] = std::string(1000, 'k');
  EXPECT_EQ(api_.answer(request).status, 400);
}

TEST(AnsweredCalls, WhatFailedHereRunsAgain) {
  AnsweredCalls calls;
  int runs = 0;
  auto run = [&](int status) {
    return calls.once(sha256("key"), [&] {
      ++runs;
      return json_answer(status, "{}");
    });
  };
  EXPECT_EQ(run(503).status, 503);
  EXPECT_EQ(run(404).status, 404);
  EXPECT_EQ(run(200).status, 404);
  EXPECT_EQ(runs, 2);
}

TEST(AnsweredCalls, ManyAtOnceRunOnce) {
  AnsweredCalls calls;
  std::atomic<int> runs = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      HttpResponse response = calls.once(sha256("key"), [&] { return json_answer(200, fmt::format("{}", ++runs)); });
      EXPECT_EQ(text_of(response), "1");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(runs, 1);
}

TEST(ApiError, ArrivesAsItWas) {
  Error error = Error(ErrorKind::NoSpace, "cannot write", "make room").retry_may_help();
  auto back = error_from_json(to_json(error));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->kind(), ErrorKind::NoSpace);
  EXPECT_EQ(back->message(), "cannot write");
  EXPECT_EQ(back->hint(), "make room");
  EXPECT_TRUE(back->retryable());
}

TEST(ApiError, AKindOfANewerServerIsTheNetworks) {
  auto error = error_from_json(R"({"error": {"kind": "struck_by_lightning", "message": "ouch"}})");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::Network);
  EXPECT_FALSE(error->retryable());
}

TEST(ApiError, OtherTextIsNone) {
  for (const char* text :
       {"", "<html>502</html>", "[]", "{}", R"({"error": "no"})", R"({"error": {}})", R"({"error": {"message": 5}})"}) {
    EXPECT_FALSE(error_from_json(text)) << text;
  }
}

TEST(ApiError, HoldsOnlyUtf8) {
  Error error(ErrorKind::Io, "cannot read /srv/\xff");
  EXPECT_TRUE(error_from_json(to_json(error)));
}

}  // namespace
}  // namespace candid::track
