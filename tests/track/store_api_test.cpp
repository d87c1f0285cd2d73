#include "track/api/store_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/track/memory_door.h"
#include "track/api/api.h"
#include "track/api/api_error.h"
#include "track/api/piece_headers.h"

namespace candid::track {
namespace {

using test::MemoryDoor;
using testing::HasSubstr;

constexpr const char* kName = "recipes/m-1.json";

std::string header_of(const HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

Error error_of(const HttpResponse& response) {
  auto error = error_from_json(std::get<std::string>(response.body));
  return error ? *error : Error(ErrorKind::Internal, "no error");
}

HttpRequest piece_of(const std::string& whole, size_t first, size_t length) {
  HttpRequest request;
  request.method = Method::Put;
  request.body = whole.substr(first, length);
  request.headers = {{"content-range", fmt::format("bytes {}-{}/{}", first, first + length - 1, whole.size())},
                     {"content-digest", digest_field(sha256(request.body))},
                     {"repr-digest", digest_field(sha256(whole))}};
  return request;
}

HttpRequest question_about(const std::string& whole) {
  HttpRequest request;
  request.method = Method::Put;
  request.headers = {{"content-range", fmt::format("bytes */{}", whole.size())},
                     {"repr-digest", digest_field(sha256(whole))}};
  return request;
}

class StoreApiTest : public testing::Test {
 protected:
  HttpResponse ask(const HttpRequest& request) { return api_.answer(request, kName); }
  HttpResponse ask(Method method, const std::string& name, const std::string& value) {
    HttpRequest request;
    request.method = method;
    if (!name.empty()) request.headers = {{name, value}};
    return ask(request);
  }
  HttpResponse ask(Method method) { return ask(method, "", ""); }

  MemoryDoor door_;
  StoreApi api_{door_};
  const std::string whole_ = "0123456789";
};

TEST_F(StoreApiTest, AnObjectArrivesInPieces) {
  HttpResponse first = ask(piece_of(whole_, 0, 4));
  EXPECT_EQ(first.status, 202);
  EXPECT_EQ(header_of(first, "Upload-Offset"), "4");
  EXPECT_EQ(ask(piece_of(whole_, 4, 6)).status, 201);
  EXPECT_EQ(door_.objects[kName], whole_);
}

TEST_F(StoreApiTest, SaysHowFarAnUploadIs) {
  HttpResponse none = ask(question_about(whole_));
  EXPECT_EQ(none.status, 202);
  EXPECT_EQ(header_of(none, "Upload-Offset"), "0");
  ask(piece_of(whole_, 0, 4));
  EXPECT_EQ(header_of(ask(question_about(whole_)), "Upload-Offset"), "4");
  ask(piece_of(whole_, 4, 6));
  EXPECT_EQ(ask(question_about(whole_)).status, 201);
}

TEST_F(StoreApiTest, AskingMakesAnEmptyObject) {
  EXPECT_EQ(ask(question_about("")).status, 201);
  EXPECT_TRUE(door_.objects.contains(kName));
}

TEST_F(StoreApiTest, APieceElsewhereIsToldWhereToGoOn) {
  ask(piece_of(whole_, 0, 4));
  for (size_t first : {size_t{0}, size_t{2}, size_t{5}}) {
    HttpResponse response = ask(piece_of(whole_, first, 3));
    EXPECT_EQ(response.status, 409);
    EXPECT_EQ(header_of(response, "Upload-Offset"), "4");
    EXPECT_EQ(error_of(response).kind(), ErrorKind::Exists);
  }
}

TEST_F(StoreApiTest, TheLastPieceMayComeAgainWhenItsAnswerWasLost) {
  ask(piece_of(whole_, 0, 4));
  EXPECT_EQ(ask(piece_of(whole_, 4, 6)).status, 201);
  EXPECT_EQ(ask(piece_of(whole_, 4, 6)).status, 201);
}

TEST_F(StoreApiTest, NothingIsKeptOfAPieceThatWasDamaged) {
  HttpRequest piece = piece_of(whole_, 0, 4);
  piece.body[2] ^= 1;
  HttpResponse response = ask(piece);
  EXPECT_EQ(response.status, 400);
  EXPECT_TRUE(error_of(response).retryable());
  EXPECT_EQ(door_.uploads[kName], "");
}

TEST_F(StoreApiTest, NothingIsKeptOfAPieceWhoseHeadersMakeNoSense) {
  const std::pair<const char*, const char*> wrong[] = {
      {"content-range", ""},
      {"content-range", "bytes 0-4/10"},
      {"content-range", "bytes 0-2/10"},
      {"content-range", "bytes 0-3/3"},
      {"content-range", "bytes */10"},
      {"content-digest", ""},
      {"content-digest", "sha-512=:AAAA:"},
      {"repr-digest", ""},
      {"repr-digest", "sha-256=:AAAA:"},
  };
  for (const auto& [name, value] : wrong) {
    HttpRequest piece = piece_of(whole_, 0, 4);
    piece.headers[name] = value;
    HttpResponse response = ask(piece);
    EXPECT_EQ(response.status, 400) << name << ": " << value;
    EXPECT_EQ(error_of(response).kind(), ErrorKind::InvalidInput);
    piece.headers.erase(name);
    EXPECT_EQ(ask(piece).status, 400) << name;
  }
  EXPECT_TRUE(door_.uploads.empty());
}

TEST_F(StoreApiTest, APieceHasAtMost8MiB) {
  std::string whole(kLongestPiece + 1, 'x');
  EXPECT_EQ(ask(piece_of(whole, 0, kLongestPiece + 1)).status, 413);
  EXPECT_EQ(ask(piece_of(whole, 0, kLongestPiece)).status, 202);
}

TEST_F(StoreApiTest, FailuresAreToldApart) {
  const std::pair<ErrorKind, int> answers[] = {
      {ErrorKind::Corrupt, 422}, {ErrorKind::NoSpace, 507}, {ErrorKind::InvalidInput, 400}, {ErrorKind::Io, 500}};
  for (const auto& [kind, status] : answers) {
    door_.failure = Error(kind, "what failed", "what to try");
    for (const HttpRequest& request : {piece_of(whole_, 0, 4), question_about(whole_)}) {
      HttpResponse response = ask(request);
      EXPECT_EQ(response.status, status);
      EXPECT_EQ(error_of(response).kind(), kind);
      EXPECT_EQ(error_of(response).hint(), "what to try");
    }
  }
}

TEST_F(StoreApiTest, WhatSomebodyElseIsBusyWithIsToBeAskedForAgain) {
  door_.failure = Error(ErrorKind::Io, "another request is adding to this upload").retry_may_help();
  for (const HttpRequest& request : {piece_of(whole_, 0, 4), question_about(whole_)}) {
    HttpResponse response = ask(request);
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(header_of(response, "Retry-After"), "1");
    EXPECT_TRUE(error_of(response).retryable());
  }
}

TEST_F(StoreApiTest, AFolderThatTheServerMayNotWriteIsNotTheSendersFault) {
  door_.failure = Error(ErrorKind::PermissionDenied, "cannot write /srv/store");
  for (Method method : {Method::Get, Method::Delete}) {
    HttpResponse response = ask(method);
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(error_of(response).kind(), ErrorKind::Io);
  }
  EXPECT_EQ(ask(piece_of(whole_, 0, 4)).status, 500);
}

TEST_F(StoreApiTest, ObjectsAreReadWholeAndInRanges) {
  door_.objects[kName] = whole_;
  HttpResponse whole = ask(Method::Get);
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(std::get<MediaBody>(whole.body).length, 10u);
  EXPECT_EQ(header_of(whole, "Content-Type"), "application/octet-stream");
  HttpResponse part = ask(Method::Get, "range", "bytes=2-5");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(header_of(part, "Content-Range"), "bytes 2-5/10");
  EXPECT_EQ(std::get<MediaBody>(part.body).extents,
            (std::vector<Extent>{{std::filesystem::path("/objects") / kName, 2, 4}}));
  HttpResponse behind = ask(Method::Get, "range", "bytes=10-");
  EXPECT_EQ(behind.status, 416);
  EXPECT_EQ(header_of(behind, "Content-Range"), "bytes */10");
  HttpResponse head = ask(Method::Head, "range", "bytes=2-5");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(std::get<MediaBody>(head.body).length, 10u);
}

TEST_F(StoreApiTest, ARangeHoldsForTheVersionThatItMeans) {
  door_.objects[kName] = whole_;
  HttpRequest request;
  request.headers = {{"range", "bytes=2-5"}, {"if-range", "\"another\""}};
  EXPECT_EQ(ask(request).status, 200);
  request.headers["if-range"] = header_of(ask(Method::Get), "ETag");
  EXPECT_EQ(ask(request).status, 206);
}

TEST_F(StoreApiTest, WhatIsNotThereIsNotFoundAndMayBeDeleted) {
  EXPECT_EQ(ask(Method::Get).status, 404);
  EXPECT_EQ(ask(Method::Head).status, 404);
  EXPECT_EQ(ask(Method::Delete).status, 204);
  door_.objects[kName] = whole_;
  EXPECT_EQ(ask(Method::Delete).status, 204);
  EXPECT_TRUE(door_.objects.empty());
}

TEST_F(StoreApiTest, OtherMethodsAreRefused) {
  HttpResponse response = ask(Method::Post);
  EXPECT_EQ(response.status, 405);
  EXPECT_THAT(header_of(response, "Allow"), HasSubstr("PUT"));
}

}  // namespace
}  // namespace candid::track
