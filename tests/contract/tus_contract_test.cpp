// tus stores on the tus project's own server, under the contract of all stores, and what is tus's own.

#include <unistd.h>

#include "core/digest.h"
#include "tests/contract/http_fixture.h"
#include "tests/contract/store_contract.h"
#include "tests/support/results.h"
#include "tests/support/server_process.h"
#include "tests/support/small_disk.h"
#include "upload/file_notes.h"
#include "upload/http/http_stores.h"
#include "upload/http/tus_store.h"
#include "upload/store_address.h"

namespace candid::upload::test {
namespace {

using candid::test::must;
using candid::test::ServerProcess;

const ServerProcess& server() {
  static const ServerProcess process("tus");
  return process;
}

const ServerProcess& tls_in_front() {
  std::string url = server().fact("url");
  static const ServerProcess process("tls_proxy", {url.substr(0, url.find('/', url.find("://") + 3))});
  return process;
}

StoreAddress address() {
  std::string url = server().fact("url");
  return must(parse_store_address("tus+" + url));
}

StoreAddress address_over_tls() {
  StoreAddress over_tls = address();
  std::string path = over_tls.url.substr(over_tls.url.find('/', over_tls.url.find("://") + 3));
  over_tls.url = tls_in_front().fact("url") + path;
  return over_tls;
}

// Notes in a file, as a campaign has them.
struct Notes {
  TemporaryFolder folder = must(TemporaryFolder::create());
  std::unique_ptr<FileNotes> notes = must(FileNotes::open(folder.path() / "notes"));
};

StoreUnderTest open_at(const StoreAddress& place, const std::filesystem::path& authorities) {
  Credentials credentials({});
  auto home = std::make_shared<Notes>();
  auto store = must(make_tus_store(place, quick_settings(home->notes.get(), authorities)));
  return {home, std::move(store)};
}

class TusServer : public testing::Test {
 protected:
  std::unique_ptr<Store> store(OnRequest on_request = {}) {
    return tus_store_over(listened_to({}, std::move(on_request)), address().url, {}, quick_settings(home_.notes.get()));
  }
  // Uploads on the server's disk.
  static size_t uploads() {
    size_t count = 0;
    for (const auto& path : must(files_below(server().fact("folder")))) count += path.extension() == ".json" ? 1 : 0;
    return count;
  }
  Sha256 stored(Store& from, std::string_view name) { return sha256(must(from.get(name))); }

  Notes home_;
  TemporaryFolder files_ = must(TemporaryFolder::create());
};

TEST_F(TusServer, ALaterRunGoesOnWhereAStoppedOneEnded) {
  auto file = write_noise(files_.path(), 30'000'000);
  std::stop_source source;
  std::atomic<uint64_t> first_run = 0;
  PutOptions options;
  options.stop = source.get_token();
  options.progress = [&](uint64_t sent) {
    first_run = sent;
    if (sent > 18'000'000) source.request_stop();
  };
  size_t before = uploads();
  EXPECT_EQ(store()->put_file("a", file, options).error().kind(), ErrorKind::Cancelled);
  uint64_t first_offset = UINT64_MAX;
  auto later = store([&](auto& network, const net::HttpRequest& request, const auto& stop) {
    if (request.method == "PATCH" && first_offset == UINT64_MAX) {
      first_offset = std::stoull(request.headers.at("Upload-Offset"));
    }
    return network.send(request, stop);
  });
  must(later->put_file("a", file));
  EXPECT_GE(first_offset, 16'000'000U);
  EXPECT_LE(first_offset, first_run);
  EXPECT_EQ(stored(*later, "a"), must(sha256_file(file)));
  EXPECT_EQ(uploads(), before + 1);
}

TEST_F(TusServer, LostAnswersAreFoundOutByAskingAndSendNothingTwice) {
  auto file = write_noise(files_.path(), 20'000'000);
  int patches = 0;
  uint64_t sent = 0;
  auto unlucky = store([&](auto& network, const net::HttpRequest& request, const auto& stop) {
    auto answer = network.send(request, stop);
    if (request.method == "PATCH") {
      sent += net::body_size(request);
      if (++patches % 2 == 1) answer = tl::unexpected(Error(ErrorKind::Network, "it was lost").retry_may_help());
    }
    return answer;
  });
  must(unlucky->put_file("a", file));
  EXPECT_EQ(sent, 20'000'000U);
  EXPECT_EQ(stored(*unlucky, "a"), must(sha256_file(file)));
}

TEST_F(TusServer, OneFlippedBitOnTheWayIsFoundAndTheUploadIsMadeAnew) {
  auto file = write_noise(files_.path(), 9'000'000);
  size_t before = uploads();
  bool is_flipped = false;
  auto noisy = store([&](auto& network, const net::HttpRequest& request, const auto& stop) {
    net::HttpRequest changed = request;
    if (request.method == "PATCH" && !std::exchange(is_flipped, true)) {
      std::string body = body_of(request);
      body[body.size() / 3] ^= 8;
      changed.body = std::move(body);
    }
    return network.send(changed, stop);
  });
  must(noisy->put_file("a", file));
  EXPECT_EQ(stored(*noisy, "a"), must(sha256_file(file)));
  EXPECT_EQ(uploads(), before + 1);
}

TEST_F(TusServer, ReplacingAndRemovingLeaveNothingOnTheServer) {
  size_t before = uploads();
  auto opened = store();
  for (uint64_t size : {9'000'000, 5, 0, 100}) must(opened->put_file("a", write_noise(files_.path(), size)));
  EXPECT_EQ(uploads(), before + 1);
  must(opened->remove("a"));
  EXPECT_EQ(uploads(), before);
}

TEST_F(TusServer, WhatNobodyWantsIsAbandoned) {
  size_t before = uploads();
  auto failing = store([&](auto& network, const net::HttpRequest& request, const auto& stop) {
    if (request.method == "PATCH") return Result<net::HttpResponse>(fail(ErrorKind::Network, "the cable is out"));
    return network.send(request, stop);
  });
  EXPECT_FALSE(failing->put_file("a", write_noise(files_.path(), 1000)));
  EXPECT_EQ(uploads(), before + 1);
  EXPECT_EQ(must(store()->abandon_unfinished([](std::string_view) { return true; }, {})), 0);
  EXPECT_EQ(must(store()->abandon_unfinished([](std::string_view) { return false; }, {})), 0) << "it is new";
  auto later = Clock::system().now() + std::chrono::hours(1);
  EXPECT_EQ(must(store()->abandon_unfinished([](std::string_view) { return false; }, later)), 1);
  EXPECT_EQ(uploads(), before);
}

TEST_F(TusServer, AnAddressWhereNoTusServerIsSaysSo) {
  ServerProcess other("nginx_dav");
  auto opened = tus_store_over(listened_to({}, {}), other.fact("url"),
                               login_of(other.fact("user"), other.fact("password")), quick_settings(home_.notes.get()));
  auto result = opened->put_file("a", write_noise(files_.path(), 10));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::Unsupported) << result.error().describe();
  EXPECT_FALSE(result.error().hint().empty());
}

TEST_F(TusServer, AFullDiskIsAnErrorAndLeavesNoObject) {
  if (::geteuid() != 0) GTEST_SKIP() << candid::test::kNoSmallDisk;
  ServerProcess full("tus", {"--small-disk", "4096"});
  auto opened = tus_store_over(listened_to({}, {}), must(parse_store_address("tus+" + full.fact("url"))).url, {},
                               quick_settings(home_.notes.get()));
  must(opened->put_file("small", write_noise(files_.path(), 1000)));
  auto result = opened->put_file("large", write_noise(files_.path(), 9'000'000));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::NoSpace) << result.error().describe();
  EXPECT_EQ(must(opened->size_of("large")), std::nullopt);
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Tus, StoreContract,
                         testing::Values(StoreBackend{"http", [] { return open_at(address(), {}); }},
                                         StoreBackend{"https", [] {
                                                        return open_at(address_over_tls(),
                                                                       tls_in_front().fact("authority"));
                                                      }}));

}  // namespace candid::upload::test
