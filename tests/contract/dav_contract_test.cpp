// WebDAV stores on nginx, under the contract of all stores, and what is WebDAV's own.

#include <unistd.h>

#include "core/digest.h"
#include "core/encoding.h"
#include "tests/contract/http_fixture.h"
#include "tests/contract/store_contract.h"
#include "tests/support/results.h"
#include "tests/support/server_process.h"
#include "tests/support/small_disk.h"
#include "upload/http/dav_store.h"
#include "upload/http/http_stores.h"

namespace candid::upload::test {
namespace {

using candid::test::must;
using candid::test::ServerProcess;

const ServerProcess& plain_server() {
  static const ServerProcess server("nginx_dav");
  return server;
}

const ServerProcess& tls_server() {
  static const ServerProcess server("nginx_dav", {"--tls"});
  return server;
}

// nginx behind another that speaks TLS for it: what it takes for its own address is not what clients see.
const ServerProcess& tls_in_front() {
  static const ServerProcess server("tls_proxy", {plain_server().fact("url")});
  return server;
}

std::map<std::string, std::string> variables_of(const ServerProcess& server) {
  return {{"CANDID_STORE_USER", server.fact("user")}, {"CANDID_STORE_PASSWORD", server.fact("password")}};
}

std::filesystem::path authorities_of(const ServerProcess& server) {
  auto found = server.facts().find("authority");
  return found == server.facts().end() ? "" : found->second;
}

// A folder of its own on the server, made there as its operator would.
StoreAddress new_place(const ServerProcess& files, const ServerProcess& way) {
  std::string name = new_name();
  std::filesystem::path folder = std::filesystem::path(files.fact("folder")) / name;
  std::filesystem::create_directory(folder);
  std::filesystem::permissions(folder, std::filesystem::perms::all);
  return {.kind = StoreKind::Dav, .url = way.fact("url") + "/" + name};
}

StoreUnderTest open_at(const ServerProcess& files, const ServerProcess& way) {
  Credentials credentials(variables_of(files));
  return {nullptr, must(make_dav_store(new_place(files, way), quick_settings(nullptr, authorities_of(way))))};
}

std::unique_ptr<Store> listened_store(const StoreAddress& address, OnRequest on_request) {
  return dav_store_over(listened_to({}, std::move(on_request)), address.url,
                        login_of(plain_server().fact("user"), plain_server().fact("password")), quick_settings());
}

std::filesystem::path folder_of(const StoreAddress& address) {
  return std::filesystem::path(plain_server().fact("folder")) / address.url.substr(address.url.rfind('/') + 1);
}

// Names of all files below.
std::vector<std::string> files_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& path : must(files_below(folder))) names.push_back(path.lexically_relative(folder).string());
  return names;
}

ErrorKind refusal_of(const std::map<std::string, std::string>& variables, const StoreAddress& address,
                     std::string& hint) {
  Credentials credentials(variables);
  auto store = must(make_dav_store(address, quick_settings()));
  auto result = store->put("a", bytes_of("x"));
  EXPECT_FALSE(result);
  if (result) return ErrorKind::Internal;
  hint = result.error().hint();
  EXPECT_FALSE(result.error().retryable());
  return result.error().kind();
}

TEST(DavServer, AWrongPasswordNoPasswordAndAMissingFolderAreToldApart) {
  StoreAddress address = new_place(plain_server(), plain_server());
  std::string hint;
  EXPECT_EQ(refusal_of({{"CANDID_STORE_USER", "sample"}, {"CANDID_STORE_PASSWORD", "wrong"}}, address, hint),
            ErrorKind::PermissionDenied);
  EXPECT_NE(hint.find("check CANDID_STORE_USER"), std::string::npos) << hint;
  EXPECT_EQ(refusal_of({}, address, hint), ErrorKind::PermissionDenied);
  EXPECT_NE(hint.find("set CANDID_STORE_USER"), std::string::npos) << hint;
  address.url += "/missing";
  EXPECT_EQ(refusal_of(variables_of(plain_server()), address, hint), ErrorKind::NotFound);
  EXPECT_NE(hint.find("path"), std::string::npos) << hint;
}

TEST(DavServer, ACertificateThatNobodyVouchesForEndsAtOnce) {
  Credentials credentials(variables_of(tls_server()));
  auto store = must(make_dav_store(new_place(tls_server(), tls_server()), quick_settings()));
  auto result = store->put("a", bytes_of("x"));
  ASSERT_FALSE(result);
  EXPECT_FALSE(result.error().retryable());
  EXPECT_FALSE(result.error().hint().empty());
}

TEST(DavServer, AFullDiskIsNoSpaceAndLeavesNothing) {
  if (::geteuid() != 0) GTEST_SKIP() << candid::test::kNoSmallDisk;
  ServerProcess server("nginx_dav", {"--small-disk", "8192"});
  auto folder = must(TemporaryFolder::create());
  Credentials credentials(variables_of(server));
  StoreAddress address = new_place(server, server);
  auto store = must(make_dav_store(address, quick_settings()));
  must(store->put("kept", bytes_of("words")));
  auto result = store->put_file("a", write_noise(folder.path(), 12'000'000));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::NoSpace) << result.error().describe();
  EXPECT_EQ(must(store->size_of("a")), std::nullopt);
  EXPECT_EQ(must(files_below(server.fact("folder"))).size(), 1U);
}

TEST(DavServer, OneFlippedBitOnTheWayIsFoundAndNothingElseIsLeft) {
  StoreAddress address = new_place(plain_server(), plain_server());
  int puts = 0;
  auto store = listened_store(address, [&](auto& network, const net::HttpRequest& request, const auto& stop) {
    net::HttpRequest changed = request;
    if (request.method == "PUT" && puts++ == 0) {
      std::string body = body_of(request);
      body[body.size() / 2] ^= 1;
      changed.body = std::move(body);
    }
    return network.send(changed, stop);
  });
  std::string bytes = noise(3'000'000);
  must(store->put("parts/ab/x", bytes_of(bytes)));
  EXPECT_EQ(puts, 2);
  EXPECT_EQ(sha256(must(store->get("parts/ab/x"))), sha256(std::string_view(bytes)));
  EXPECT_EQ(files_in(folder_of(address)), (std::vector<std::string>{"parts/ab/x"}));
}

TEST(DavServer, LostAnswersChangeNothing) {
  for (std::string method : {"MKCOL", "PUT", "MOVE", "DELETE"}) {
    StoreAddress address = new_place(plain_server(), plain_server());
    bool is_lost = false;
    auto store = listened_store(address, [&](auto& network, const net::HttpRequest& request, const auto& stop) {
      auto answer = network.send(request, stop);
      if (request.method == method && !std::exchange(is_lost, true)) {
        answer = tl::unexpected(Error(ErrorKind::Network, "the answer was lost").retry_may_help());
      }
      return answer;
    });
    must(store->put("parts/ab/x", bytes_of("words")));
    EXPECT_EQ(files_in(folder_of(address)), (std::vector<std::string>{"parts/ab/x"})) << method;
    must(store->remove("parts/ab/x"));
    EXPECT_TRUE(is_lost) << method;
    EXPECT_TRUE(files_in(folder_of(address)).empty()) << method;
  }
}

TEST(DavServer, WhatARunThatDiedLeftIsFoundAndRemoved) {
  StoreAddress address = new_place(plain_server(), plain_server());
  bool has_died = false;
  auto store = listened_store(address, [&](auto& network, const net::HttpRequest& request, const auto& stop) {
    has_died = has_died || request.method == "MOVE";
    if (has_died) return Result<net::HttpResponse>(fail(ErrorKind::Network, "the cable is out"));
    return network.send(request, stop);
  });
  EXPECT_FALSE(store->put("parts/ab/x", bytes_of("words")));
  ASSERT_EQ(files_in(folder_of(address)).size(), 1U);
  auto later_run = listened_store(address, {});
  must(later_run->put("parts/cd/y", bytes_of("other")));
  auto now = Clock::system().now();
  auto nobody = [](std::string_view) { return false; };
  EXPECT_EQ(must(later_run->abandon_unfinished(nobody, now - std::chrono::hours(1))), 0);
  EXPECT_EQ(must(later_run->abandon_unfinished(nobody, now + std::chrono::hours(1))), 1);
  EXPECT_EQ(files_in(folder_of(address)), (std::vector<std::string>{"parts/cd/y"}));
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Dav, StoreContract,
                         testing::Values(StoreBackend{"http", [] { return open_at(plain_server(), plain_server()); }},
                                         StoreBackend{"https", [] { return open_at(tls_server(), tls_server()); }},
                                         StoreBackend{"https in front",
                                                      [] { return open_at(plain_server(), tls_in_front()); }}));

}  // namespace candid::upload::test
