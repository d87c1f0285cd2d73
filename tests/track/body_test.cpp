// Which bodies are read: short ones, and long ones of senders whom the API knows.

#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/track/server_fixture.h"

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
    EXPECT_EQ(client.receive().status, 413) << length;
    EXPECT_TRUE(client.is_closed_by_server());
  }
}

TEST_F(BodyTest, OtherAddressesTakeShortBodiesAlone) {
  for (const char* path : {"/api/storehouse", "/api/", "/", "/v/x/events"}) {
    RawClient client(port());
    client.send(put(path, 70'000, kGood));
    EXPECT_EQ(client.receive().status, 413) << path;
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

TEST_F(BodyTest, ABodyOfUnknownLengthIsAShortOne) {
  RawClient client(port());
  client.send(
      "PUT /api/store/x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 5; ++i) client.send("4000\r\n" + std::string(0x4000, 'x') + "\r\n");
  EXPECT_EQ(client.receive().status, 413);
  RawClient other(port());
  other.send("PUT /api/store/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  EXPECT_EQ(other.receive().status, 201);
  EXPECT_EQ(remembering_.requests().back().body, "abc");
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
  settings_.limits.read_timeout = std::chrono::milliseconds(150);
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
