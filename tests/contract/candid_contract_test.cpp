// Stores on candid's own server over HTTPS, under the contract of all stores, and what is that protocol's own.

#include <unistd.h>

#include "core/digest.h"
#include "tests/contract/http_fixture.h"
#include "tests/contract/store_contract.h"
#include "tests/support/results.h"
#include "tests/support/server_process.h"
#include "tests/support/small_disk.h"
#include "upload/http/candid_store.h"
#include "upload/http/http_stores.h"

namespace candid::upload::test {
namespace {

using candid::test::must;
using candid::test::ServerProcess;

// One server for a test, as objects have no folder of their own there.
struct Server {
  explicit Server(const std::vector<std::string>& options = {}) : candid("candid", with_program(options)) {}
  static std::vector<std::string> with_program(std::vector<std::string> options) {
    options.insert(options.begin(), CANDID_PROGRAM);
    return options;
  }
  ServerProcess candid;
  ServerProcess tls{"tls_proxy", {candid.fact("url")}};
};

// All tests that name their own objects share one.
const Server& shared() {
  static const Server server;
  return server;
}

std::unique_ptr<Store> open(const Server& server, const std::string& token) {
  Credentials credentials({{"CANDID_API_TOKEN", token}});
  StoreAddress address{.kind = StoreKind::Candid, .url = server.tls.fact("url")};
  return must(make_candid_store(address, quick_settings(nullptr, server.tls.fact("authority"))));
}

std::unique_ptr<Store> listened_store(OnRequest on_request) {
  HttpLogin login;
  login.authorization = Secret("Bearer " + shared().candid.fact("token"));
  return candid_store_over(listened_to({.authorities = shared().tls.fact("authority")}, std::move(on_request)),
                           shared().tls.fact("url"), login, quick_settings());
}

StoreUnderTest open_new() {
  auto server = std::make_shared<Server>();
  auto store = open(*server, server->candid.fact("token"));
  return {server, std::move(store)};
}

class CandidServer : public testing::Test {
 protected:
  TemporaryFolder files_ = must(TemporaryFolder::create());
  std::string name_ = "videos/" + new_name() + ".mp4";
};

TEST_F(CandidServer, AnUnknownTokenAndOneThatMayOnlyReadAreToldApart) {
  auto file = write_noise(files_.path(), 1000);
  must(open(shared(), shared().candid.fact("token"))->put_file(name_, file));
  for (const std::string& token :
       {std::string("cnd_AAAAAAAAAAAAAAAAAAAAAAAAAAA"), shared().candid.fact("removed_token")}) {
    auto result = open(shared(), token)->put_file(name_, file);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind(), ErrorKind::PermissionDenied);
    EXPECT_NE(result.error().hint().find("candid token add"), std::string::npos) << result.error().hint();
    EXPECT_EQ(result.error().describe().find(token), std::string::npos);
  }
  auto result = open(shared(), shared().candid.fact("reader_token"))->put_file(name_, file);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::PermissionDenied);
  EXPECT_NE(result.error().hint().find("scope"), std::string::npos) << result.error().hint();
}

TEST_F(CandidServer, ALaterRunGoesOnWhereAStoppedOneEnded) {
  auto file = write_noise(files_.path(), 30'000'000);
  std::stop_source source;
  PutOptions options;
  options.stop = source.get_token();
  options.progress = [&](uint64_t sent) {
    if (sent > 18'000'000) source.request_stop();
  };
  EXPECT_EQ(listened_store({})->put_file(name_, file, options).error().kind(), ErrorKind::Cancelled);
  uint64_t sent = 0;
  auto later = listened_store([&](auto& network, const net::HttpRequest& request, const auto& stop) {
    sent += net::body_size(request);
    return network.send(request, stop);
  });
  must(later->put_file(name_, file));
  EXPECT_EQ(sent, 30'000'000U - 2 * (8U << 20));
  EXPECT_EQ(sha256(must(later->get(name_))), must(sha256_file(file)));
}

TEST_F(CandidServer, LostAnswersSendNothingTwice) {
  auto file = write_noise(files_.path(), 20'000'000);
  uint64_t sent = 0;
  auto unlucky = listened_store([&](auto& network, const net::HttpRequest& request, const auto& stop) {
    auto answer = network.send(request, stop);
    sent += net::body_size(request);
    if (net::body_size(request) > 0) answer = tl::unexpected(Error(ErrorKind::Network, "it was lost").retry_may_help());
    return answer;
  });
  must(unlucky->put_file(name_, file));
  EXPECT_EQ(sent, 20'000'000U);
  EXPECT_EQ(sha256(must(unlucky->get(name_))), must(sha256_file(file)));
}

TEST_F(CandidServer, OneFlippedBitOnTheWayIsFoundAndThePieceIsSentAgain) {
  auto file = write_noise(files_.path(), 10'000'000);
  bool is_flipped = false;
  auto noisy = listened_store([&](auto& network, const net::HttpRequest& request, const auto& stop) {
    net::HttpRequest changed = request;
    if (net::body_size(request) > 0 && !std::exchange(is_flipped, true)) {
      std::string body = body_of(request);
      body[body.size() / 3] ^= 8;
      changed.body = std::move(body);
    }
    return network.send(changed, stop);
  });
  must(noisy->put_file(name_, file));
  EXPECT_TRUE(is_flipped);
  EXPECT_EQ(sha256(must(noisy->get(name_))), must(sha256_file(file)));
}

TEST_F(CandidServer, AFullDiskIsNoSpaceAndLeavesNoObject) {
  if (::geteuid() != 0) GTEST_SKIP() << candid::test::kNoSmallDisk;
  Server full({"--small-disk", "16384"});
  auto store = open(full, full.candid.fact("token"));
  must(store->put_file("videos/small.mp4", write_noise(files_.path(), 1000)));
  auto result = store->put_file("videos/large.mp4", write_noise(files_.path(), 30'000'000));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::NoSpace) << result.error().describe();
  EXPECT_EQ(must(store->size_of("videos/large.mp4")), std::nullopt);
  EXPECT_EQ(must(store->size_of("videos/small.mp4")), 1000U);
}

TEST_F(CandidServer, AnAddressWhereNoCandidServerIsSaysSo) {
  ServerProcess other("nginx_dav");
  HttpLogin login = login_of(other.fact("user"), other.fact("password"));
  auto store = candid_store_over(listened_to({}, {}), other.fact("url"), login, quick_settings());
  auto result = store->put_file(name_, write_noise(files_.path(), 10));
  ASSERT_FALSE(result);
  EXPECT_FALSE(result.error().hint().empty());
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Candid, StoreContract, testing::Values(StoreBackend{"candid", open_new}));

}  // namespace candid::upload::test
