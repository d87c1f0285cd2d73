#include <condition_variable>
#include <latch>
#include <thread>

#include <gtest/gtest.h>

#include "core/digest.h"
#include "core/encoding.h"
#include "core/files.h"
#include "tests/support/results.h"
#include "tests/upload/fake_candid.h"
#include "upload/http/http_stores.h"

namespace candid::upload::test {
namespace {

using candid::test::must;
using Interfering = std::optional<Result<net::HttpResponse>>;

class CandidStoreTest : public testing::Test {
 protected:
  std::unique_ptr<Store> open(Proxy::Answer proxy = {}) {
    StoreSettings settings;
    settings.pause = &pause_;
    auto transport = web_.transport();
    if (proxy) transport = std::make_unique<Proxy>(std::move(transport), std::move(proxy));
    return candid_store_over(std::move(transport), "https://candid.example.org", {}, settings);
  }
  void put(std::string_view name, std::string_view text) { must(store_->put(name, bytes_of(text))); }
  Error refused(std::string_view name, std::string_view text) {
    auto result = store_->put(name, bytes_of(text));
    EXPECT_FALSE(result);
    return result ? Error(ErrorKind::Internal, "it was taken") : result.error();
  }
  // The next so many requests that carry bytes.
  void answer_pieces(int count, const net::HttpResponse& response) {
    web_.interfere([=](WebRequest& request) mutable -> Interfering {
      if (request.body.empty() || count-- <= 0) return std::nullopt;
      return response;
    });
  }

  FakeCandid web_;
  FakePause pause_;
  std::unique_ptr<Store> store_ = open();
};

TEST_F(CandidStoreTest, SendsAnObjectInPieces) {
  put("parts/large", large());
  EXPECT_EQ(web_.objects.at("parts/large"), large());
  EXPECT_EQ(web_.received(), large().size());
  EXPECT_EQ(web_.count("PUT"), 4);  // a question and three pieces
}

TEST_F(CandidStoreTest, WhatFitsOnePieceIsSentUnasked) {
  put("a", "words");
  EXPECT_EQ(web_.count("PUT"), 1);
  EXPECT_EQ(web_.requests().size(), 1U);
}

TEST_F(CandidStoreTest, APartThatIsThereIsNotSentAgain) {
  const std::string name = part_object(to_hex(sha256(large())));
  put(name, large());
  put(name, large());
  EXPECT_EQ(web_.received(), large().size());
}

TEST_F(CandidStoreTest, APartThatIsSuspectedIsComparedByTheServer) {
  auto folder = must(TemporaryFolder::create());
  for (size_t size : {size_t{1000}, large().size()}) {
    const std::string bytes = noise(size, 7);
    const std::string name = part_object(to_hex(sha256(bytes)));
    must(write_file(folder.path() / "part", std::string_view(bytes)));
    web_.objects[name] = std::string(size, 'x');
    must(store_->put_file(name, folder.path() / "part"));
    EXPECT_NE(web_.objects.at(name), bytes) << "the size is the same";
    must(store_->put_file(name, folder.path() / "part", {.check_content = true}));
    EXPECT_EQ(web_.objects.at(name), bytes);
    uint64_t before = web_.received();
    must(store_->put_file(name, folder.path() / "part", {.check_content = true}));
    EXPECT_EQ(web_.received(), before) << "asking is enough";
  }
}

TEST_F(CandidStoreTest, AFileThatIsNotThePartAnyMoreIsNotStored) {
  auto folder = must(TemporaryFolder::create());
  std::string bytes = noise(1000, 7);
  const std::string name = part_object(to_hex(sha256(std::string_view(bytes))));
  bytes[500] ^= 1;
  must(write_file(folder.path() / "part", std::string_view(bytes)));
  auto result = store_->put_file(name, folder.path() / "part");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::Corrupt);
  EXPECT_FALSE(result.error().retryable());
  EXPECT_NE(result.error().hint().find("render"), std::string::npos);
  EXPECT_EQ(web_.count("PUT"), 0);
}

// As where a line breaks every few seconds.
TEST_F(CandidStoreTest, PiecesGetShortWhereTheLineBreaksAndLongAgainWhereItHolds) {
  constexpr size_t kBreaksAfter = 300'000;
  put("known", "the server answers");
  size_t most = kBreaksAfter;
  web_.interfere([&](WebRequest& request) -> Interfering {
    if (request.body.size() <= most) return std::nullopt;
    return cut_off();
  });
  put("a", large());
  EXPECT_EQ(web_.objects.at("a"), large());
  put("small", noise(900'000, 8));
  EXPECT_EQ(web_.objects.at("small"), noise(900'000, 8));
  most = SIZE_MAX;
  put("b", large());
  int before = web_.count("PUT");
  put("c", noise(20'000'000, 9));
  EXPECT_EQ(web_.count("PUT") - before, 4) << "a question and three pieces";
}

TEST_F(CandidStoreTest, ALineOverWhichNothingGetsIsGivenUp) {
  put("known", "the server answers");
  web_.interfere([&](WebRequest& request) -> Interfering {
    if (request.body.empty()) return std::nullopt;
    return cut_off();
  });
  EXPECT_EQ(refused("a", large()).kind(), ErrorKind::Network);
}

TEST_F(CandidStoreTest, ALaterRunGoesOnWhereARunDied) {
  int pieces = 0;
  web_.interfere([&](WebRequest& request) -> Interfering {
    if (!request.body.empty() && ++pieces == 2) return answer(403);
    return std::nullopt;
  });
  refused("a", large());
  web_.interfere({});
  store_ = open();
  put("a", large());
  EXPECT_EQ(web_.objects.at("a"), large());
  EXPECT_EQ(web_.received(), large().size());
}

TEST_F(CandidStoreTest, ALostAnswerCostsAQuestionAndNoBytes) {
  put("small", "x");
  for (std::string_view name : {"a", "b"}) {
    uint64_t before = web_.received();
    int pieces = 0;
    web_.interfere([&](WebRequest& request) -> Interfering {
      if (!request.body.empty() && ++pieces == (name == "a" ? 1 : 3)) web_.lose_this_answer();
      return std::nullopt;
    });
    put(name, large());
    EXPECT_EQ(web_.objects.at(std::string(name)), large());
    EXPECT_EQ(web_.received() - before, large().size());
  }
}

TEST_F(CandidStoreTest, GoesOnWhereTheServerSaysItStands) {
  std::string bytes = noise(10'000'000, 5);
  web_.unfinished["asha-256=:" + to_base64(sha256(std::string_view(bytes))) + ":"] = bytes.substr(0, 3'000'000);
  put("a", bytes);
  EXPECT_EQ(web_.objects.at("a"), bytes);
  EXPECT_EQ(web_.received(), bytes.size() - 3'000'000);
  // One that was not asked about finds out by a conflict.
  std::string small = noise(1'000'000, 6);
  web_.unfinished["bsha-256=:" + to_base64(sha256(std::string_view(small))) + ":"] = small.substr(0, 400'000);
  put("b", small);
  EXPECT_EQ(web_.objects.at("b"), small);
}

TEST_F(CandidStoreTest, OneFlippedBitIsFoundAndThePieceIsSentAgain) {
  int damaged = 0;
  web_.interfere([&](WebRequest& request) -> Interfering {
    if (!request.body.empty() && damaged++ == 1) request.body[1234] ^= 16;
    return std::nullopt;
  });
  put("a", large());
  EXPECT_EQ(web_.objects.at("a"), large());
}

TEST_F(CandidStoreTest, WhatIsDamagedEveryTimeIsCorrupt) {
  web_.interfere([&](WebRequest& request) -> Interfering {
    if (!request.body.empty()) request.body[0] ^= 1;
    return std::nullopt;
  });
  Error error = refused("a", "words");
  EXPECT_EQ(error.kind(), ErrorKind::Corrupt);
  EXPECT_TRUE(error.retryable());
  EXPECT_TRUE(web_.objects.empty());
}

TEST_F(CandidStoreTest, AWholeThatIsNotWhatItShouldBeIsSentAnew) {
  answer_pieces(1, failure(422, "corrupt", "the whole differs"));
  put("a", "words");
  EXPECT_EQ(web_.objects.at("a"), "words");
  answer_pieces(1000, failure(422, "corrupt", "the whole differs"));
  EXPECT_EQ(refused("b", "words").kind(), ErrorKind::Corrupt);
}

TEST_F(CandidStoreTest, AProxyThatTakesOnlyShortBodiesGetsShorterPieces) {
  web_.longest_piece = 1 << 20;
  put("a", large());
  EXPECT_EQ(web_.objects.at("a"), large());
  web_.longest_piece = 1000;
  EXPECT_EQ(refused("b", large()).kind(), ErrorKind::NoSpace);
}

// As at the beginning of a run: every transfer has a long piece under way before the first is refused.
TEST_F(CandidStoreTest, HoweverManyAreRefusedAtOnceTheProxysLimitIsFound) {
  constexpr size_t kTransfers = 12;
  constexpr uint64_t kLimit = 2 << 20;
  std::mutex mutex;
  std::condition_variable more;
  size_t arrived = 0;
  store_ = open([&](const net::HttpRequest& request) -> Interfering {
    if (net::body_size(request) <= kLimit) return std::nullopt;
    std::unique_lock lock(mutex);
    ++arrived;
    more.notify_all();
    more.wait(lock, [&] { return arrived >= kTransfers; });
    return answer(413);
  });
  const std::string bytes = large().substr(0, 9'000'000);
  {
    std::vector<std::jthread> transfers;
    for (size_t i = 0; i < kTransfers; ++i) {
      transfers.emplace_back([&, i] { EXPECT_TRUE(store_->put("a" + std::to_string(i), bytes_of(bytes))); });
    }
  }
  EXPECT_EQ(web_.objects.size(), kTransfers);
  int before = web_.count("PUT");
  put("after", bytes);
  EXPECT_EQ(web_.count("PUT") - before, 6) << "a question and five pieces of 2 MiB";
}

TEST_F(CandidStoreTest, ALongPieceThatIsRefusedAfterOthersWereCutIsSentInShorterOnes) {
  constexpr uint64_t kLimit = 4 << 20;
  std::latch is_under_way(1);
  std::latch may_be_refused(1);
  std::atomic<bool> breaks = true;
  store_ = open([&](const net::HttpRequest& request) -> Interfering {
    uint64_t length = net::body_size(request);
    if (length > kLimit) {
      if (breaks) is_under_way.count_down();
      may_be_refused.wait();
      return answer(413);
    }
    if (length == 0 || !breaks) return std::nullopt;
    request.on_sent(length);
    return cut_off();
  });
  std::jthread transfer([&] { EXPECT_TRUE(store_->put("a", bytes_of(large()))); });
  is_under_way.wait();
  EXPECT_EQ(refused("b", large().substr(0, 1'000'000)).kind(), ErrorKind::Network) << "now pieces are short";
  breaks = false;
  may_be_refused.count_down();
  transfer.join();
  EXPECT_EQ(web_.objects.at("a"), large());
  int before = web_.count("PUT");
  put("after", large());
  EXPECT_EQ(web_.count("PUT") - before, 6) << "a question and five pieces of 4 MiB";
}

TEST_F(CandidStoreTest, PiecesGetShortWhereAProxyWaitsNoLonger) {
  for (int status : {408, 504}) {
    store_ = open([&](const net::HttpRequest& request) -> Interfering {
      if (net::body_size(request) <= 300'000) return std::nullopt;
      request.on_sent(1000);
      return answer(status);
    });
    put("a", noise(3'000'000, static_cast<uint32_t>(status)));
    EXPECT_EQ(web_.objects.at("a"), noise(3'000'000, static_cast<uint32_t>(status)));
  }
}

TEST_F(CandidStoreTest, AServerThatCannotBeReachedMakesNoPiecesShort) {
  int failures = 0;
  store_ = open([&](const net::HttpRequest& request) -> Interfering {
    if (net::body_size(request) == 0 || ++failures > 5) return std::nullopt;
    return cut_off();
  });
  put("a", large());
  EXPECT_EQ(web_.count("PUT"), 9) << "six questions and three pieces";
}

TEST_F(CandidStoreTest, AnEmptyObjectIsPut) {
  put("empty", "");
  EXPECT_EQ(web_.objects.at("empty"), "");
}

TEST_F(CandidStoreTest, WhatTheServerSaysIsPassedOn) {
  answer_pieces(1, failure(507, "no_space", "the disk holds 3 bytes more"));
  Error error = refused("a", "words");
  EXPECT_EQ(error.kind(), ErrorKind::NoSpace);
  EXPECT_NE(error.message().find("the disk holds 3 bytes more"), std::string::npos);
}

TEST_F(CandidStoreTest, WhatCannotGetBetterIsNotRepeated) {
  for (int status : {400, 401, 403, 404, 507}) {
    size_t before = web_.requests().size();
    answer_pieces(1000, failure(status, "invalid_input", "no"));
    refused("a", "words");
    EXPECT_EQ(web_.requests().size(), before + 1) << status;
  }
}

TEST_F(CandidStoreTest, AServerThatIsBusyIsAskedAgain) {
  answer_pieces(5, answer(503));
  put("a", "words");
  EXPECT_EQ(web_.objects.at("a"), "words");
  answer_pieces(1 << 30, answer(503));
  Error error = refused("b", "words");
  EXPECT_EQ(error.kind(), ErrorKind::Network);
  EXPECT_TRUE(error.retryable());
}

TEST_F(CandidStoreTest, AnotherKindOfServerIsNotBelieved) {
  for (const auto& response : {answer(202), answer(202, {{"upload-offset", "99999999999"}}),
                               answer(202, {{"upload-offset", "-1"}}), answer(200, {}, "<html>")}) {
    answer_pieces(1 << 30, response);
    EXPECT_EQ(refused("a", "words").kind(), ErrorKind::Unsupported);
  }
}

TEST_F(CandidStoreTest, ASuccessThatIsNoneIsFoundOut) {
  answer_pieces(1, answer(200, {}, "<Error>SlowDown</Error>"));
  put("a", "words");
  EXPECT_EQ(web_.objects.at("a"), "words");
}

TEST_F(CandidStoreTest, AnObjectThatIsReplacedWhileItIsReadIsReadAgain) {
  auto folder = must(TemporaryFolder::create());
  put("a", "new");
  int reads = 0;
  web_.interfere([&](WebRequest& request) -> Interfering {
    // The length of what was there before, and the bytes of what is there now.
    if (request.method == "GET" && reads++ % 3 != 2) return answer(200, {{"etag", "\"old\""}}, "ne");
    return std::nullopt;
  });
  auto bytes = must(store_->get("a"));
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()), "new");
  must(store_->get_file("a", folder.path() / "file"));
  EXPECT_EQ(must(read_text_file(folder.path() / "file")), "new");
  EXPECT_EQ(reads, 6);
}

TEST_F(CandidStoreTest, AServerThatStandsStillIsGivenUp) {
  answer_pieces(1 << 30, answer(409, {{"upload-offset", "0"}}));
  EXPECT_TRUE(refused("a", "words").retryable());
  EXPECT_LT(web_.requests().size(), 300U);
}

TEST_F(CandidStoreTest, AStopIsHeededBetweenPieces) {
  auto folder = must(TemporaryFolder::create());
  must(write_file(folder.path() / "file", std::string_view(large())));
  std::stop_source source;
  PutOptions options{.stop = source.get_token(), .progress = [&](uint64_t) { source.request_stop(); }};
  auto result = store_->put_file("a", folder.path() / "file", options);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::Cancelled);
  EXPECT_EQ(web_.received(), 8U << 20);
  must(store_->put_file("a", folder.path() / "file"));
  EXPECT_EQ(web_.received(), large().size());
}

}  // namespace
}  // namespace candid::upload::test
