// The ledger of a candid server, over a real connection; and what only a real connection shows of the API.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "core/digest.h"
#include "core/encoding.h"
#include "net/curl_transport.h"
#include "tests/contract/api_host.h"
#include "tests/contract/ledger_contract.h"
#include "track/api/api.h"
#include "track/api/piece_headers.h"
#include "track/ledger/remote_ledger.h"

namespace candid::track::test {
namespace {

using candid::test::ApiHost;
using candid::test::must;
using candid::test::Wire;
using testing::HasSubstr;

LedgerUnderTest make(Wire wire, const Clock& clock) {
  auto host = std::make_shared<ApiHost>(wire, clock);
  Secret token = host->token(ApiScope::Admin);
  return {host, [host, token] { return make_remote_ledger(host->url(), token, host->transport()); }};
}

std::string name_of(const testing::TestParamInfo<LedgerBackend>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(
    Remote, LedgerContract,
    testing::Values(LedgerBackend{.name = "http",
                                  .make = [](const Clock& clock) { return make(Wire::Plain, clock); },
                                  .is_remote = true},
                    LedgerBackend{.name = "https",
                                  .make = [](const Clock& clock) { return make(Wire::Tls, clock); },
                                  .is_remote = true}),
    name_of);

class ApiOverTls : public testing::Test {
 protected:
  net::HttpRequest request_of(const std::string& method, const std::string& path, const Secret& token) {
    net::HttpRequest request;
    request.method = method;
    request.url = host_.url() + path;
    request.headers["Authorization"] = "Bearer " + token.reveal();
    return request;
  }
  net::HttpResponse put(const std::string& whole, size_t first, size_t length, const Secret& token) {
    std::string piece = whole.substr(first, length);
    net::HttpRequest request = request_of("PUT", path_, token);
    request.headers["Content-Range"] = fmt::format("bytes {}-{}/{}", first, first + piece.size() - 1, whole.size());
    request.headers["Content-Digest"] = digest_field(sha256(piece));
    request.headers["Repr-Digest"] = digest_field(sha256(whole));
    request.body = std::move(piece);
    return must(host_.transport().send(request));
  }

  ApiHost host_{Wire::Tls};
  Secret publisher_ = host_.token(ApiScope::Publish);
  const std::string path_ = "/api/store/recipes/m-1.json";
};

TEST_F(ApiOverTls, AnObjectGoesThereInTheLongestPiecesAndComesBack) {
  std::string whole(2 * kLongestPiece + 12'345, '\0');
  for (size_t i = 0; i < whole.size(); ++i) whole[i] = static_cast<char>(i * 31 + i / 253);
  EXPECT_EQ(put(whole, 0, kLongestPiece, publisher_).status, 202);
  EXPECT_EQ(put(whole, 0, kLongestPiece, publisher_).header("upload-offset"), fmt::format("{}", kLongestPiece));
  EXPECT_EQ(put(whole, kLongestPiece, kLongestPiece, publisher_).status, 202);
  EXPECT_EQ(put(whole, 2 * kLongestPiece, kLongestPiece, publisher_).status, 201);
  net::HttpResponse back = must(host_.transport().send(request_of("GET", path_, publisher_)));
  EXPECT_EQ(back.status, 200);
  EXPECT_TRUE(back.text() == whole);
  net::HttpRequest ranged = request_of("GET", path_, publisher_);
  ranged.headers["Range"] = "bytes=1000-1999";
  net::HttpResponse part = must(host_.transport().send(ranged));
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.text(), whole.substr(1000, 1000));
  EXPECT_EQ(must(host_.transport().send(request_of("HEAD", path_, publisher_))).header("content-length"),
            fmt::format("{}", whole.size()));
  EXPECT_EQ(must(host_.transport().send(request_of("DELETE", path_, publisher_))).status, 204);
  EXPECT_EQ(must(host_.transport().send(request_of("GET", path_, publisher_))).status, 404);
}

TEST_F(ApiOverTls, ALongPieceOfAStrangerIsNotTaken) {
  std::string whole(kLongestPiece, 'x');
  for (const Secret& token : {Secret("cnd_unknown"), host_.token(ApiScope::Read)}) {
    net::HttpRequest request = request_of("PUT", path_, token);
    request.headers["Content-Range"] = fmt::format("bytes 0-{}/{}", whole.size() - 1, whole.size());
    request.headers["Content-Digest"] = request.headers["Repr-Digest"] = digest_field(sha256(whole));
    request.body = whole;
    auto refused = host_.transport().send(request);
    // The server closes while we send: the answer comes, or the connection ends.
    if (refused) {
      EXPECT_THAT(refused->status, testing::AnyOf(401, 403));
    }
  }
  EXPECT_EQ(must(files_below(host_.store_folder())).size(), 0U);
}

TEST_F(ApiOverTls, ACertificateThatNobodyVouchesForIsRefused) {
  auto transport = net::make_curl_transport();
  auto ledger = make_remote_ledger(host_.url(), publisher_, *transport);
  auto refused = ledger->campaigns();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::Network);
  EXPECT_FALSE(refused.error().retryable());
}

}  // namespace
}  // namespace candid::track::test
