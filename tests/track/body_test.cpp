// Which bodies are read: short ones, and long ones of senders whom the API knows.

#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/track/server_fixture.h"
#include "track/api/api_error.h"

namespace candid::track {
namespace {

using test::RawClient;

// Knows the token "good" and remembers what it was asked.
class RememberingApi final : public Api {
 public:
  HttpResponse answer(const HttpRequest& request) override {
    std::lock_guard lock(mutex_);
    requests_.push_back(request);
    return {request.method == Method::Delete ? 204 : 201, {{"Upload-Offset", "7"}}, "done"};
  }
  std::optional<HttpResponse> refuse_body(const HttpRequest& request) override {
    if (request.header("authorization") == "Bearer good") return std::nullopt;
    return HttpResponse{401, {{"Content-Type", "application/json"}}, "{\"error\":{}}"};
  }
  std::vector<HttpRequest> requests() const {
    std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<HttpRequest> requests_;
};

class BodyTest : public test::ServerFixture {
 protected:
  BodyTest() { api_ = &remembering_; }
  static std::string put(std::string_view path, size_t length, std::string_view headers = "") {
    return fmt::format("PUT {} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n{}\r\n", path, length, headers);
  }

  // Of the API's error that is the answer.
  static std::optional<ErrorKind> kind_in(const test::RawResponse& response) {
    EXPECT_EQ(response.header("content-type"), "application/json");
    auto error = error_from_json(response.body);
    return error ? std::optional(error->kind()) : std::nullopt;
  }

  static constexpr const char* kGood = "Authorization: Bearer good\r\n";
  RememberingApi remembering_;
};

TEST_F(BodyTest, AStrangersPieceIsRefusedBeforeItIsRead) {
  RawClient client(port());
  client.send(put("/api/store/parts/x", 1 << 20));
  auto refused = client.receive();  // although not one byte of the body was sent
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.body, "{\"error\":{}}");
  EXPECT_EQ(refused.header("connection"), "close");
  EXPECT_TRUE(client.is_closed_by_server());
  EXPECT_TRUE(remembering_.requests().empty());
}

TEST_F(BodyTest, WhoSendsOnAnywayGetsTheAnswer) {
  RawClient client(port());
  client.send(put("/api/store/parts/x", 1 << 20) + std::string(1 << 20, 'x'));
  EXPECT_EQ(client.receive().status, 401);
}

TEST_F(BodyTest, APieceOfEightMebibytesArrives) {
  RawClient client(port());
  std::string piece(kLongestPiece, 'x');
  piece[1'234'567] = 'y';
  client.send(put("/api/store/parts/x?a=b", piece.size(), kGood) + piece);
  auto stored = client.receive();
  EXPECT_EQ(stored.status, 201);
  EXPECT_EQ(stored.header("upload-offset"), "7");
  auto requests = remembering_.requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].method, Method::Put);
  EXPECT_EQ(requests[0].path, "/api/store/parts/x");
  EXPECT_EQ(requests[0].query, "a=b");
  EXPECT_TRUE(requests[0].body == piece);
  EXPECT_EQ(client.ask("DELETE", "/api/store/parts/x", "", "").status, 204);  // the connection goes on
}

TEST_F(BodyTest, WhoAsksFirstIsToldToGoOn) {
  RawClient client(port());
  std::string piece(100'000, 'x');
  client.send(put("/api/store/parts/x", piece.size(), "Authorization: Bearer good\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(client.receive().status, 100);
  client.send(piece);
  EXPECT_EQ(client.receive().status, 201);
  RawClient stranger(port());
  stranger.send(put("/api/store/parts/x", piece.size(), "Expect: 100-continue\r\n"));
  EXPECT_EQ(stranger.receive().status, 401);
}

TEST_F(BodyTest, NothingIsLongerThanAPiece) {
  for (const std::string& length : {std::to_string(kLongestPiece + 1), std::string("18446744073709551615")}) {
    RawClient client(port());
    client.send("PUT /api/store/x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good\r\nContent-Length: " + length +
                "\r\n\r\n");
    auto refused = client.receive();
    EXPECT_EQ(refused.status, 413) << length;
    EXPECT_EQ(kind_in(refused), ErrorKind::InvalidInput);
    EXPECT_TRUE(client.is_closed_by_server());
  }
}

TEST_F(BodyTest, OtherAddressesTakeShortBodiesAlone) {
  for (const char* path : {"/api/storehouse", "/api/", "/", "/v/x/events"}) {
    RawClient client(port());
    client.send(put(path, 70'000, kGood));
    auto refused = client.receive();
    EXPECT_EQ(refused.status, 413) << path;
    bool is_api = std::string_view(path).starts_with("/api/");
    EXPECT_EQ(error_from_json(refused.body).has_value(), is_api) << path;
    EXPECT_TRUE(client.is_closed_by_server());
  }
}

TEST_F(BodyTest, ALedgersCallIsShorterThanAPiece) {
  RawClient client(port());
  client.send(put("/api/ledger/append", kLongestCall, kGood) + std::string(kLongestCall, 'x'));
  EXPECT_EQ(client.receive().status, 201);
  client.send(put("/api/ledger/append", kLongestCall + 1, kGood));
  EXPECT_EQ(client.receive().status, 413);
}

TEST_F(BodyTest, ABodyInAnyCodingIsRefusedAndNothingBehindItIsARequest) {
  for (const char* coding : {"chunked", "xchunked", "gzip, chunked", "identity", ""}) {
    RawClient client(port());
    client.send(
        fmt::format("PUT /api/store/x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good\r\n"
                    "Transfer-Encoding: {}\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
                    coding));
    auto refused = client.receive();
    EXPECT_EQ(refused.status, 501) << coding;
    EXPECT_EQ(refused.header("connection"), "close");
    EXPECT_EQ(kind_in(refused), ErrorKind::Unsupported);
    EXPECT_EQ(client.receive().status, 0) << coding;
  }
  EXPECT_TRUE(remembering_.requests().empty());
}

TEST_F(BodyTest, AChunksEndlessExtensionIsNotKept) {
  RawClient client(port());
  client.send("POST /v/x/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;");
  EXPECT_EQ(client.receive().status, 501);  // although not one line of it is whole
}

TEST_F(BodyTest, LongBodiesShareABudget) {
  settings_.limits.long_body_bytes = 250'000;
  RawClient one(port()), two(port()), three(port());
  std::string piece(100'000, 'x');
  for (RawClient* client : {&one, &two}) {
    client->send(put("/api/store/x", piece.size(), fmt::format("{}Expect: 100-continue\r\n", kGood)));
    EXPECT_EQ(client->receive().status, 100);  // so its share is taken
  }
  three.send(put("/api/store/x", piece.size(), kGood));
  auto refused = three.receive();  // although nothing of the body was sent
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.header("retry-after"), "");
  EXPECT_EQ(kind_in(refused), ErrorKind::Network);
  EXPECT_TRUE(three.is_closed_by_server());
  one.send(piece);
  EXPECT_EQ(one.receive().status, 201);
  EXPECT_EQ(one.get("/healthz").status, 200);  // after which its share is back
  RawClient again(port());
  again.send(put("/api/store/x", piece.size(), kGood) + piece);
  EXPECT_EQ(again.receive().status, 201);
}

TEST_F(BodyTest, ALongBodyThatOnlyTricklesEndsTheConnection) {
  settings_.limits.long_body_pace = std::chrono::milliseconds(300);
  RawClient client(port());
  client.send(put("/api/store/parts/x", 1 << 20, kGood));
  auto began = std::chrono::steady_clock::now();
  std::thread sender([&] {
    // A byte now and then, which is what this is about.
    for (int i = 0; i < 40; ++i) {
      client.send("x");
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  });
  EXPECT_TRUE(client.is_closed_by_server());
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(1900));
  sender.join();
  EXPECT_TRUE(remembering_.requests().empty());
}

TEST_F(BodyTest, ASlowPieceOfAKnownSenderMayTakeLongerThanARequest) {
  settings_.limits.read_timeout = std::chrono::milliseconds(400);
  RawClient client(port());
  std::string piece(70'000, 'x');
  client.send(put("/api/store/parts/x", piece.size(), kGood));
  auto began = std::chrono::steady_clock::now();
  for (size_t at = 0; at < piece.size(); at += 10'000) {
    client.send(piece.substr(at, 10'000));
    // The line's own slowness, which is what this is about.
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_EQ(client.receive().status, 201);
  EXPECT_GT(std::chrono::steady_clock::now() - began, settings_.limits.read_timeout);
}

TEST_F(BodyTest, APieceThatStandsStillEndsTheConnection) {
  settings_.limits.long_body_pace = std::chrono::milliseconds(150);
  RawClient client(port());
  client.send(put("/api/store/parts/x", 100'000, kGood) + "some");
  EXPECT_TRUE(client.is_closed_by_server());
  EXPECT_TRUE(remembering_.requests().empty());
}

TEST_F(BodyTest, WithoutAnApiItsAddressesAreNothing) {
  api_ = nullptr;
  EXPECT_EQ(get("/api/ledger/campaigns").body, get("/nothing").body);
  RawClient client(port());
  client.send(put("/api/store/x", 100'000, kGood));
  EXPECT_EQ(client.receive().status, 413);
}

}  // namespace
}  // namespace candid::track
