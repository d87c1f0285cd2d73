#include "tests/contract/api_host.h"

#include <fmt/format.h>

#include "campaign/serving/store_door.h"
#include "core/digest.h"
#include "net/curl_transport.h"
#include "net/retry.h"
#include "tests/net/certificates.h"
#include "tests/support/results.h"
#include "track/api/api_server.h"
#include "track/ledger/remote_ledger.h"
#include "track/web/server.h"

namespace candid::test {
namespace {

// No pages are asked for here.
class NoMedia final : public track::MediaLibrary {
 public:
  Result<track::MediaFile> find(std::string_view) const override {
    return fail(ErrorKind::NotFound, "there are no media here");
  }
};

std::filesystem::path authority_file(const std::filesystem::path& folder) {
  return folder / "authority.pem";
}

track::ServerSettings settings_for(Wire wire, const std::filesystem::path& folder) {
  track::ServerSettings settings;
  settings.port = 0;
  if (wire == Wire::Plain) return settings;
  net::test::TestAuthority issuer;
  net::test::Identity identity = issuer.issue();
  settings.certificate = folder / "certificate.pem";
  settings.private_key = folder / "key.pem";
  must(write_file(settings.certificate, identity.certificate));
  must(write_file(settings.private_key, identity.key, FileMode::Private));
  must(write_file(authority_file(folder), issuer.pem()));
  return settings;
}

}  // namespace

struct ApiHost::State {
  State(Wire wire, const Clock& wall_clock)
      : clock(wall_clock),
        settings(settings_for(wire, folder.path())),
        ledger(must(track::open_sqlite_ledger(folder.path() / "ledger.db", clock))),
        store(must(upload::FolderStore::open(folder.path() / "store"))),
        door(must(campaign::StoreDoor::open(*store))),
        api(*ledger, *door, clock),
        server(must(track::Server::start(settings, *ledger, media, &api, clock))),
        authority(wire == Wire::Tls ? authority_file(folder.path()) : std::filesystem::path()),
        transport(net::make_curl_transport({.authorities = authority})),
        retrying(*transport, {}, track::call_may_get_better) {}

  TemporaryFolder folder = must(TemporaryFolder::create("candid-api-host-"));
  const Clock& clock;
  track::ServerSettings settings;
  NoMedia media;
  std::unique_ptr<track::Ledger> ledger;
  std::unique_ptr<upload::FolderStore> store;
  std::unique_ptr<campaign::StoreDoor> door;
  track::ApiServer api;
  std::unique_ptr<track::Server> server;
  const std::filesystem::path authority;
  std::unique_ptr<net::HttpTransport> transport;
  net::RetryingTransport retrying;
  int tokens = 0;
};

ApiHost::ApiHost(Wire wire, const Clock& clock) : state_(std::make_unique<State>(wire, clock)) {}
ApiHost::~ApiHost() = default;

std::string ApiHost::url() const {
  const char* scheme = state_->authority.empty() ? "http" : "https";
  return fmt::format("{}://127.0.0.1:{}", scheme, state_->server->port());
}

std::filesystem::path ApiHost::authority() const {
  return state_->authority;
}

Secret ApiHost::token(track::ApiScope scope) {
  std::string token = track::make_api_token();
  track::ApiToken facts;
  facts.name = fmt::format("client {} of the tests", ++state_->tokens);
  facts.scope = scope;
  facts.created_at = state_->clock.now();
  must(state_->ledger->add_api_token(sha256(token), facts));
  return Secret(token);
}

net::HttpTransport& ApiHost::transport() {
  return state_->retrying;
}

std::filesystem::path ApiHost::store_folder() const {
  return state_->folder.path() / "store";
}

track::Ledger& ApiHost::ledger() {
  return *state_->ledger;
}

}  // namespace candid::test
