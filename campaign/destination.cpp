#include "campaign/destination.h"

#include <fmt/format.h>

#include "campaign/serving/notes_snapshot.h"
#include "core/files.h"
#include "core/secret.h"
#include "core/text.h"
#include "net/curl_transport.h"
#include "net/stoppable.h"
#include "net/url.h"
#include "track/ledger/remote_ledger.h"
#include "upload/file_notes.h"
#include "upload/folder_store.h"
#include "upload/open_store.h"

namespace candid::campaign {
namespace {

constexpr char kTokenName[] = "CANDID_API_TOKEN";

// Secrets travel with every request: over TLS, or not beyond this machine.
Result<std::string> confidential_server(const std::string& server) {
  constexpr char kRemedy[] =
      "https://…, as [publish] server or as --ledger; candid serve takes --tls-cert and --tls-key";
  if (!server.starts_with("https://") && !server.starts_with("http://"))
    return fail(ErrorKind::InvalidInput, fmt::format("\"{}\" is no server's address", shorten(server, 60)), kRemedy);
  if (net::holds_login(server))
    return fail(ErrorKind::InvalidInput, "the server's address holds a user or a password", kRemedy);
  if (upload::is_confidential(server)) return server;
  return fail(ErrorKind::InvalidInput, fmt::format("secrets would travel to {} in the clear", shorten(server, 60)),
              kRemedy);
}

Result<upload::StoreAddress> store_address(const Places& places) {
  if (places.store == kOnServer) {
    upload::StoreAddress address;
    address.kind = upload::StoreKind::Candid;
    address.url = TRY(confidential_server(places.server));
    return address;
  }
  if (!places.store.empty()) {
    upload::StoreAddress address = TRY(upload::parse_store_address(places.store));
    // Its name is remembered, and must be the same from wherever the program is run.
    if (address.kind == upload::StoreKind::Folder) address.folder = std::filesystem::absolute(address.folder);
    return address;
  }
  upload::StoreAddress address;
  address.folder = places.data.store();
  return address;
}

Result<OpenStore> open_at(const upload::StoreAddress& address, OpenStore open, uint64_t limit_rate,
                          const std::stop_token& stop) {
  upload::StoreSettings settings;
  settings.stop = stop;
  if (limit_rate > 0) open.limiter = std::make_unique<net::RateLimiter>(limit_rate);
  settings.transport.upload_limit = open.limiter.get();
  settings.notes = open.notes.get();
  open.is_local = address.kind == upload::StoreKind::Folder;
  open.store = TRY(upload::open_store(address, settings));
  return open;
}

Result<OpenLedger> open_remote(const std::string& address, const std::stop_token& stop) {
  std::string server = TRY(confidential_server(address));
  auto token = TRY(find_secret(kTokenName));
  if (!token) {
    return fail(ErrorKind::NotFound, fmt::format("no API token for {}", server),
                fmt::format("run candid token add NAME on the server, and put {}=cnd_… into the environment or {}",
                            kTokenName, secrets_file().string()));
  }
  OpenLedger open;
  open.transport = net::make_curl_transport();
  open.retrying =
      std::make_unique<net::RetryingTransport>(*open.transport, net::RetryPolicy{}, track::call_may_get_better);
  open.stoppable = std::make_unique<net::StoppableTransport>(*open.retrying, stop);
  open.ledger = track::make_remote_ledger(server, std::move(*token), *open.stoppable);
  return open;
}

enum class LedgerKind { InDataFolder, Postgres, OfServer };

Result<LedgerKind> ledger_kind(const std::string& address) {
  if (address.empty()) return LedgerKind::InDataFolder;
  if (address.starts_with("postgresql://") || address.starts_with("postgres://")) return LedgerKind::Postgres;
  bool is_server = address == kOnServer || address.starts_with("https://") || address.starts_with("http://");
  if (is_server) return LedgerKind::OfServer;
  return fail(ErrorKind::InvalidInput, "the ledger's address is none",
              "postgresql://HOST/DATABASE, https://HOST of a candid server, or none for the data folder's");
}

std::string ledger_server(const Places& places) {
  if (places.ledger == kOnServer) return places.server;
  std::string address = places.ledger;
  while (address.ends_with('/')) address.pop_back();
  return address;
}

}  // namespace

Places places_of(const PublishChoice& publish, const DataFolder& data) {
  std::error_code code;
  std::filesystem::path whole = std::filesystem::weakly_canonical(std::filesystem::absolute(data.path, code), code);
  return {code ? data : DataFolder{whole}, publish.store, publish.ledger, publish.server};
}

Result<OpenStore> open_store(const Places& places, const std::filesystem::path& notes_file, uint64_t limit_rate,
                             const std::stop_token& stop) {
  upload::StoreAddress address = TRY(store_address(places));
  OpenStore open;
  if (address.kind == upload::StoreKind::Tus) {
    TRY_VOID(make_folder(places.data.path));
    auto notes = upload::FileNotes::open(places.data.tus_notes());
    if (!notes && notes.error().kind() == ErrorKind::Exists) {
      return fail(ErrorKind::Exists, "another candid publishes to a tus server right now", "wait until it is done");
    }
    open.notes = TRY(std::move(notes));
  } else if (address.kind != upload::StoreKind::Folder) {
    open.notes = TRY(upload::FileNotes::open(notes_file));
  }
  return open_at(address, std::move(open), limit_rate, stop);
}

Result<OpenStore> open_store_for_reading(const Places& places, const std::stop_token& stop) {
  upload::StoreAddress address = TRY(store_address(places));
  OpenStore open;
  if (address.kind == upload::StoreKind::Tus) open.notes = std::make_unique<NotesSnapshot>(places.data.tus_notes());
  return open_at(address, std::move(open), 0, stop);
}

Result<bool> has_store(const Places& places) {
  upload::StoreAddress address = TRY(store_address(places));
  std::error_code code;
  return address.kind != upload::StoreKind::Folder || std::filesystem::is_directory(address.folder, code);
}

Result<OpenLedger> open_ledger(const Places& places, const std::stop_token& stop) {
  LedgerKind kind = TRY(ledger_kind(places.ledger));
  if (kind == LedgerKind::OfServer) return open_remote(ledger_server(places), stop);
  OpenLedger open;
  if (kind == LedgerKind::Postgres) {
    open.ledger = TRY(track::open_postgres_ledger(places.ledger));
    return open;
  }
  TRY_VOID(make_folder(places.data.path));
  open.ledger = TRY(track::open_sqlite_ledger(places.data.ledger()));
  return open;
}

Result<OpenLedger> look_into_ledger(const Places& places, const std::stop_token& stop) {
  LedgerKind kind = TRY(ledger_kind(places.ledger));
  if (kind == LedgerKind::OfServer) return open_remote(ledger_server(places), stop);
  OpenLedger open;
  open.ledger = kind == LedgerKind::Postgres ? TRY(track::look_into_postgres_ledger(places.ledger))
                                             : TRY(track::look_into_sqlite_ledger(places.data.ledger()));
  return open;
}

bool has_ledger(const Places& places) {
  std::error_code code;
  return !places.ledger.empty() || std::filesystem::exists(places.data.ledger(), code);
}

Result<void> check_server(const std::string& url, const std::stop_token& stop) {
  auto transport = net::make_curl_transport();
  net::HttpRequest request;
  request.url = url + "/healthz";
  request.connect_timeout = std::chrono::seconds(3);
  request.stall_timeout = std::chrono::seconds(3);
  request.max_body = 4096;
  net::HttpResponse response = TRY(transport->send(request, stop));
  if (response.status == 200) return {};
  return fail(ErrorKind::Network, fmt::format("{} answers with status {}", request.url, response.status),
              "is it a candid server?");
}

}  // namespace candid::campaign
